"""Code that asks for input gets what the client's `stdin` answers."""

from __future__ import annotations

import time

import pytest

from beep_jupyter.backends.session import Session
from beep_jupyter.models import Execution

from .waiting import Background, wait_until


def texts(execution: Execution) -> str:
    return "".join(output.get("text", "") for output in execution.outputs)


def test_input_asks_the_client_with_its_prompt(session: Session) -> None:
    asked: list[tuple[str, bool]] = []

    def answer(prompt: str, is_password: bool) -> str:
        asked.append((prompt, is_password))
        return "Ünï"

    execution = session.execute("name = input('Name? ')\nname", stdin=answer)
    assert execution.result == "Ünï"
    assert asked == [("Name? ", False)]
    assert "Name?" not in texts(execution)


def test_a_password_is_asked_for_as_one(session: Session) -> None:
    asked: list[tuple[str, bool]] = []

    def answer(prompt: str, is_password: bool) -> str:
        asked.append((prompt, is_password))
        return "secret"

    assert session.execute("import getpass\ngetpass.getpass('Key: ')", stdin=answer).result == "secret"
    assert asked == [("Key: ", True)]


def test_several_questions_come_in_order_between_the_outputs(session: Session) -> None:
    answers = iter(["1", "2", "3"])
    seen: list[str] = []

    def answer(prompt: str, is_password: bool) -> str:
        seen.append(prompt)
        return next(answers)

    code = "for n in range(3):\n    print('asking', n)\n    print('got', input(f'{n}? '))"
    execution = session.execute(code, stdin=answer, on_output=lambda output: seen.append(output["text"]))
    assert texts(execution) == "asking 0\ngot 1\nasking 1\ngot 2\nasking 2\ngot 3\n"
    assert seen[:2] == ["asking 0\n", "0? "]


def test_lines_of_standard_input_are_asked_for(session: Session) -> None:
    answers = iter(["first", "second"])
    code = "import sys\n[sys.stdin.readline(), next(sys.stdin)]"
    assert session.execute(code, stdin=lambda *_: next(answers)).result == ["first\n", "second\n"]


def test_a_client_that_has_no_more_ends_the_input(session: Session) -> None:
    def nothing(prompt: str, is_password: bool) -> str:
        raise EOFError

    execution = session.execute("input()", stdin=nothing, check=False)
    assert execution.error is not None
    assert execution.error["ename"] == "EOFError"
    assert session.evaluate("1 + 1") == 2


def test_a_cell_that_waits_for_input_can_be_interrupted(host_session: Session) -> None:
    is_asked: list[bool] = []

    def slow(prompt: str, is_password: bool) -> str:
        is_asked.append(True)
        time.sleep(0.5)
        return "late"

    cell = Background(lambda: host_session.execute("input('? ')", stdin=slow, check=False))
    assert wait_until(lambda: is_asked)
    host_session.interrupt()
    assert cell.join().error is None
    assert cell.result.status == "interrupted"
    assert host_session.evaluate("1 + 1") == 2


@pytest.mark.parametrize("code", ["input()", "import sys; sys.stdin.read()"])
def test_after_the_cell_nobody_answers_any_more(session: Session, code: str) -> None:
    session.execute("1", stdin=lambda *_: "x")
    execution = session.execute(code, check=False)
    assert execution.error is not None
    assert execution.error["ename"] == "EOFError"

"""Code that asks for input, and clients that answer, leave or refuse."""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.errors import ExecutionError, ExecutionTimeoutError, UsageError

from .conftest import wait_until
from .raw import RawClient
from .test_execution import text_of
from .test_interrupts import in_background


class Answers:
    """Answers one after the other; remembers what was asked."""

    def __init__(self, *answers: str) -> None:
        self.asked: list[tuple[str, bool]] = []
        self._answers = list(answers)

    def __call__(self, prompt: str, is_password: bool) -> str:
        self.asked.append((prompt, is_password))
        if not self._answers:
            raise EOFError
        return self._answers.pop(0)


def test_input_asks_the_client(backend: Backend) -> None:
    answers = Answers("Ada", "naïve 🐍")
    execution = backend.execute("first = input('Name? ')\nfirst + '/' + input()", stdin=answers)
    assert execution.result == "Ada/naïve 🐍"
    assert answers.asked == [("Name? ", False), ("", False)]
    assert text_of(execution) == ""  # the prompt is the client's to show


def test_a_prompt_may_be_any_object(backend: Backend) -> None:
    answers = Answers("x")
    backend.execute("input(5)", stdin=answers)
    assert answers.asked == [("5", False)]


@pytest.mark.parametrize("importing", ["import getpass\nask = getpass.getpass", "from getpass import getpass as ask"])
def test_a_password_is_asked_as_one(backend: Backend, importing: str) -> None:
    answers = Answers("secret", "again")
    execution = backend.execute(f"{importing}\n[ask(), ask('PIN: ')]", stdin=answers)
    assert execution.result == ["secret", "again"]
    assert answers.asked == [("Password: ", True), ("PIN: ", True)]
    assert text_of(execution, "stderr") == ""


def test_standard_input_is_read_by_lines(backend: Backend) -> None:
    code = "import sys\n[sys.stdin.readline(), sys.stdin.readline(2), sys.stdin.readline(), list(sys.stdin)]"
    execution = backend.execute(code, stdin=Answers("one", "two", "three", "four"))
    assert execution.result == ["one\n", "tw", "o\n", ["three\n", "four\n"]]
    assert backend.execute("sys.stdin.read()", stdin=Answers("a", "b")).result == "a\nb\n"
    assert backend.execute("sys.stdin.read(3)", stdin=Answers("ab", "cd")).result == "ab\n"


def test_an_answer_of_several_lines_answers_several_questions(backend: Backend) -> None:
    answers = Answers("one\ntwo")
    assert backend.execute("[input('1'), input('2')]", stdin=answers).result == ["one", "two"]
    assert answers.asked == [("1", False)]


def test_what_was_printed_comes_before_the_question(host_backend: Backend) -> None:
    order: list[str] = []

    def answer(prompt: str, is_password: bool) -> str:
        order.append(prompt)
        return ""

    host_backend.execute(
        "print('before')\nimport os\nos.write(1, b'raw ')\ninput('?')\nprint('after')",
        on_output=lambda output: order.append(output["text"]),
        stdin=answer,
    )
    assert order == ["before\n", "raw ", "?", "after\n"]


def test_the_end_of_input_is_an_eof_error_and_an_empty_line_is_none(backend: Backend) -> None:
    with pytest.raises(ExecutionError, match="EOFError: EOF when reading a line"):
        backend.execute("input()", stdin=Answers())
    assert backend.execute("import sys\nsys.stdin.readline()", stdin=Answers()).result == ""
    assert backend.execute("input()", stdin=Answers("")).result == ""


def test_without_a_client_that_answers_there_is_no_input(backend: Backend) -> None:
    for _ in range(2):
        with pytest.raises(
            ExecutionError, match="EOFError: a routed cell has no standard input; send the value with"
        ) as e:
            backend.execute("input('x')")
        assert text_of(e.value.execution) == ""  # nor a prompt
        with pytest.raises(ExecutionError, match="EOFError: a routed cell has no standard input"):
            backend.evaluate("import sys; sys.stdin.readline()")
        backend.execute("input()", stdin=Answers("x"))  # and it makes no difference that one has answered


def test_without_a_client_that_answers_a_password_is_refused_in_one_sentence(backend: Backend) -> None:
    for _ in range(2):
        with pytest.raises(ExecutionError) as caught:
            backend.execute("import getpass\ngetpass.getpass()")
        assert str(caught.value).startswith("EOFError: a routed cell has no standard input; send the value with")
        assert "another exception" not in "\n".join(caught.value.traceback)
        assert caught.value.execution is not None
        assert [output["output_type"] for output in caught.value.execution.outputs] == ["error"]  # and no warning
        backend.execute("input()", stdin=Answers("x"))


def test_a_password_that_is_read_from_elsewhere_is_not_asked_for(backend: Backend) -> None:
    code = "import getpass, io, sys\nbefore, sys.stdin = sys.stdin, io.StringIO('own\\n')\n"
    execution = backend.execute(code + "read = getpass.getpass()\nsys.stdin = before\nread", stdin=Answers())
    assert execution.result == "own"


def test_code_that_reads_from_elsewhere_does_so(backend: Backend) -> None:
    code = (
        "import io, sys\nbefore, sys.stdin = sys.stdin, io.StringIO('own\\n')\nread = input()\nsys.stdin = before\nread"
    )
    assert backend.execute(code, stdin=Answers()).result == "own"
    assert backend.execute("input()", stdin=Answers("asked")).result == "asked"


def test_only_the_main_thread_may_ask(host_backend: Backend) -> None:
    code = """
import threading
said = []
def ask():
    try:
        input()
    except EOFError as error:
        said.append(str(error))
thread = threading.Thread(target=ask)
thread.start()
thread.join()
said
"""
    answers = Answers("x")
    assert host_backend.execute(code, stdin=answers).result == ["only the main thread of a cell can ask for input"]
    assert answers.asked == []


def test_a_forked_child_may_not_ask(host_backend: Backend) -> None:
    code = "import os\nif not os.fork():\n    input()\nos.wait()[1] >> 8"
    answers = Answers("x")
    execution = host_backend.execute(code, stdin=answers)
    assert execution.result == 1
    assert "EOFError: a routed cell has no standard input" in text_of(execution, "stderr")
    assert answers.asked == []


def test_an_interrupt_ends_the_waiting_for_input(backend: Backend) -> None:
    is_asked, may_answer = threading.Event(), threading.Event()

    def answer(prompt: str, is_password: bool) -> str:
        is_asked.set()
        may_answer.wait(10)
        return "late"

    thread, results = in_background(lambda: backend.execute("kept = 1\ninput()", stdin=answer, check=False))
    assert is_asked.wait(5)
    assert backend.interrupt()
    assert wait_until(lambda: backend.health().state == "idle")
    may_answer.set()
    thread.join(5)
    assert getattr(results[0], "status", results[0]) == "interrupted"
    assert backend.evaluate("kept") == 1  # the late answer was nobody's
    assert backend.execute("input()", stdin=Answers("fresh")).result == "fresh"


def test_ctrl_c_at_the_prompt_interrupts_the_code(host_backend: Backend) -> None:
    def press(prompt: str, is_password: bool) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
        raise AssertionError("the prompt went on")

    before = signal.getsignal(signal.SIGINT)
    begun = time.monotonic()
    execution = host_backend.execute("print('asking')\ninput()", stdin=press, check=False)
    assert execution.status == "interrupted"
    assert text_of(execution) == "asking\n"
    assert time.monotonic() - begun < 3
    assert signal.getsignal(signal.SIGINT) is before
    assert host_backend.execute("input()", stdin=Answers("still")).result == "still"


def test_ctrl_c_after_the_prompt_is_addressed_as_before_it(host_backend: Backend) -> None:
    def answer(prompt: str, is_password: bool) -> str:
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        return "x"

    execution = host_backend.execute("input()\nimport time\ntime.sleep(20)", stdin=answer, check=False)
    assert execution.status == "interrupted"


def test_code_may_catch_the_interrupt_of_its_prompt_and_ask_again(host_backend: Backend) -> None:
    answers = Answers("second")

    def answer(prompt: str, is_password: bool) -> str:
        if prompt == "1":
            raise KeyboardInterrupt
        return answers(prompt, is_password)

    code = "try:\n    input('1')\nexcept KeyboardInterrupt:\n    got = input('2')\ngot"
    assert host_backend.execute(code, stdin=answer).result == "second"


def test_a_time_limit_holds_once_the_prompt_is_answered(host_backend: Backend) -> None:
    def slowly(prompt: str, is_password: bool) -> str:
        time.sleep(0.5)
        return "x"

    with pytest.raises(ExecutionTimeoutError):
        host_backend.execute("input()\nimport time\ntime.sleep(20)", stdin=slowly, timeout_s=0.3)


def test_an_answer_that_is_no_text_is_refused_and_the_backend_goes_on(host_backend: Backend) -> None:
    with pytest.raises(UsageError, match="`stdin` must return a text, not a value of type 'int'"):
        host_backend.execute("input()", stdin=lambda prompt, is_password: 5)  # type: ignore[arg-type, return-value]
    assert host_backend.evaluate("1 + 1") == 2


def test_a_client_that_leaves_ends_the_input_and_not_the_code(host_backend: Backend) -> None:
    code = "try:\n    input()\nexcept EOFError:\n    seen = 'gone'\nelse:\n    seen = 'answered'"
    with RawClient(host_backend) as client:
        client.ask("execute", code=code, stdin=True)
        assert client.receive()[0]["event"] == "input_request"
    assert wait_until(lambda: host_backend.health().state == "idle")
    assert host_backend.evaluate("seen") == "gone"


def test_the_frames_of_a_question_are_those_of_the_protocol(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        number = client.ask("execute", code="input('Name? ')", stdin=True)
        fields = {"prompt": "Name? ", "password": False, "request": number}
        assert client.receive()[0] == {"type": "event", "id": number, "event": "input_request", "fields": fields}
        client.ask("input", request=number, text="Ada")
        assert client.reply()[0]["fields"]["result"] == "Ada"


def test_requests_that_come_while_code_waits_for_input_are_served_after_it_in_order(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        asking = client.ask("execute", code="order = [input()]", stdin=True)
        later = [client.ask("eval", code=f"order.append({number}); order") for number in range(3)]
        client.ask("input", request=asking + 100, text="for another request")
        client.ask("input", request=asking, text="answer")
        replies = [client.reply()[0] for _ in range(4)]
        assert [reply["id"] for reply in replies] == [asking, *later]
        assert replies[-1]["fields"]["value"] == ["answer", 0, 1, 2]


@pytest.mark.parametrize("count", [25, pytest.param(500, marks=pytest.mark.campaign)])
def test_interrupts_at_random_moments_of_asking_leave_the_conversation_whole(host_backend: Backend, count: int) -> None:
    moments, seen = random.Random(5), set()

    def interrupt(connection: int, request: int) -> None:
        time.sleep(moments.random() * 0.006)
        host_backend._transport.control("interrupt", {"connection": connection, "request": request})

    with RawClient(host_backend) as client:
        for number in range(count):
            asking = client.ask("execute", code="for _ in range(3):\n    input()", stdin=True)
            behind = client.ask("eval", code=str(number))
            thread = threading.Thread(target=interrupt, args=(client.ready["connection"], asking))
            thread.start()
            while (header := client.receive()[0])["type"] == "event":
                if header["event"] == "input_request":
                    time.sleep(moments.random() * 0.003)
                    client.ask("input", request=asking, text="x")
            thread.join()
            assert header["id"] == asking
            seen.add(header["fields"]["status"])
            header = client.reply()[0]
            assert (header["id"], header["fields"]) == (behind, {"value": number})
    assert seen <= {"ok", "interrupted"}
    assert "interrupted" in seen


def test_an_answer_to_nobody_is_dropped(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        client.ask("input", request=99, text="x")
        assert client.fields("eval", code="1 + 1") == {"value": 2}


@pytest.mark.parametrize("text", [None, 5, ["x"]])
def test_an_answer_without_a_text_ends_the_input(host_backend: Backend, text: object) -> None:
    with RawClient(host_backend) as client:
        number = client.ask("execute", code="input()", stdin=True)
        client.receive()
        client.ask("input", request=number, text=text)
        assert client.reply()[0]["fields"]["error"]["ename"] == "EOFError"


def test_nonsense_in_place_of_an_answer_ends_the_conversation(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        client.ask("execute", code="seen = 0\ntry:\n    input()\nexcept EOFError:\n    seen = 1", stdin=True)
        client.receive()
        client.socket.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert client.receive()[0]["error"]["code"] == "protocol"
    assert wait_until(lambda: host_backend.health().state == "idle")
    assert host_backend.evaluate("seen") == 1

from __future__ import annotations

import inspect
import re
import signal

import pytest

from beep_jupyter import errors
from beep_jupyter.errors import (
    BackendNotFoundError,
    BeepError,
    DownloadError,
    EnvironmentNotFoundError,
    ExecutionError,
    ExecutionTimeoutError,
    InstallError,
    RuntimeNotFoundError,
    StartError,
    WorkerDiedError,
    nearest_match,
    signal_name,
)
from beep_jupyter.models import Execution

PUBLIC = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, BeepError) and not name.startswith("_")
}
OWN_ARGUMENTS = {
    "BackendNotFoundError",
    "EnvironmentNotFoundError",
    "ExecutionError",
    "ExecutionTimeoutError",
    "RuntimeNotFoundError",
    "WorkerDiedError",
}
LOST = "Its variables are lost; the next cell starts in a fresh one."


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert len(drawn) == len(set(drawn))
    assert {"BeepError", *drawn} == set(PUBLIC)
    assert "    BeepError\n" in (errors.__doc__ or "")


def test_every_error_says_in_its_docstring_when_it_is_raised() -> None:
    assert [name for name, kind in PUBLIC.items() if not kind.__doc__] == []


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - OWN_ARGUMENTS))
def test_an_error_is_a_sentence_and_a_cure(name: str) -> None:
    error = PUBLIC[name]("It failed.", "Do this.")
    assert str(error) == "It failed. Do this."
    assert (error.what, error.cure) == ("It failed.", "Do this.")
    assert error.args == ("It failed.", "Do this.")
    assert str(PUBLIC[name]("It failed.")) == "It failed."


@pytest.mark.parametrize(
    ("kind", "noun", "listing", "making"),
    [
        (RuntimeNotFoundError, "Python runtime", "beep list", "beep init"),
        (EnvironmentNotFoundError, "environment", "beep venv list", "beep venv create NAME"),
        (BackendNotFoundError, "backend or environment", "beep status", "beep venv create NAME"),
    ],
)
def test_what_is_not_found_is_named_with_what_there_is(
    kind: type[BeepError], noun: str, listing: str, making: str
) -> None:
    what = f"No {noun} is called 'legcy'."
    assert str(kind("legcy", ["modern", "legacy"])) == f"{what} Did you mean 'legacy'? `{listing}` shows all."
    assert str(kind("legcy", ["zzz", "aaa"])) == f"{what} There are: aaa, zzz."
    assert str(kind("legcy")) == f"{what} There is none yet; `{making}` makes one."
    assert str(kind("legcy", cure="Do this.")) == f"{what} Do this."
    assert str(kind("legcy", what="It is gone.")) == f"It is gone. There is none yet; `{making}` makes one."


def test_what_is_not_found_lists_eight_at_most_and_knows_all() -> None:
    known = [f"n{number}" for number in range(9)]
    error = EnvironmentNotFoundError("quite different", reversed(known))
    assert error.cure == "There are: n0, n1, n2, n3, n4, n5, n6, n7 …."
    assert (error.name, error.known) == ("quite different", known)


@pytest.mark.parametrize(
    ("name", "known", "nearest"),
    [
        ("legcy", ["legacy", "modern"], "legacy"),
        ("3.9", ["3.9.18", "3.13.0"], "3.9.18"),
        ("x", ["legacy"], None),
        ("legacy", [], None),
    ],
)
def test_nearest_match_is_near_or_none(name: str, known: list[str], nearest: str | None) -> None:
    assert nearest_match(name, known) == nearest


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"reason": "interrupt", "signal": 9}, "was killed by the second interrupt."),
        ({"reason": "timeout", "signal": 9}, "was killed because it did not stop within 5 s of its timeout."),
        ({"reason": "restart", "exit_code": 0}, "was restarted."),
        ({"reason": "stop", "exit_code": 0}, "was stopped."),
        ({"reason": "memory", "signal": 9}, "was killed because it ran out of memory."),
        ({"reason": "crash", "signal": 11}, "died of SIGSEGV."),
        ({"reason": "crash", "signal": 99}, "died of signal 99."),
        ({"reason": "exit", "exit_code": 7}, "exited with status 7."),
    ],
)
def test_a_death_is_told_with_its_reason(facts: dict[str, object], sentence: str) -> None:
    error = WorkerDiedError("legacy", **facts)  # type: ignore[arg-type]
    assert error.what == f"The worker of backend 'legacy' {sentence}"
    assert error.cure == LOST
    assert str(error) == f"{error.what} {LOST}"


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ("first\n  second line.\n\n", " (last words: second line)"),
        ("Fatal Python error: Aborted\n\nCurrent thread …\n", " (last words: Fatal Python error: Aborted)"),
        ("x" * 300, f" (last words: {'x' * 200})"),
        (" \n\n", ""),
    ],
)
def test_a_death_without_an_order_quotes_the_last_words(tail: str, words: str) -> None:
    died = WorkerDiedError("legacy", signal=signal.SIGABRT, stderr_tail=tail)
    assert died.what == f"The worker of backend 'legacy' died of SIGABRT{words}."
    exited = WorkerDiedError("legacy", exit_code=1, reason="exit", stderr_tail=tail)
    assert exited.what == f"The worker of backend 'legacy' exited with status 1{words}."


def test_a_death_keeps_its_facts() -> None:
    error = WorkerDiedError("legacy", exit_code=3, signal=None, reason="exit", stderr_tail="tail")
    assert (error.backend, error.exit_code, error.signal) == ("legacy", 3, None)
    assert (error.reason, error.stderr_tail) == ("exit", "tail")
    assert WorkerDiedError("legacy", signal=9).reason == "crash"


def test_signals_are_called_by_name() -> None:
    assert (signal_name(9), signal_name(11), signal_name(99)) == ("SIGKILL", "SIGSEGV", "signal 99")


def test_an_error_of_the_code_is_told_as_python_tells_it() -> None:
    execution = Execution("error")
    error = ExecutionError("ValueError", "no", ("Traceback", "ValueError: no"), execution)
    assert str(error) == "ValueError: no"
    assert (error.ename, error.evalue, error.traceback) == ("ValueError", "no", ["Traceback", "ValueError: no"])
    assert error.execution is execution
    assert str(ExecutionError("KeyboardInterrupt", "")) == "KeyboardInterrupt"


def test_a_timeout_says_how_long_was_waited_and_what_is_kept() -> None:
    execution = Execution("interrupted")
    error = ExecutionTimeoutError(2.50, execution)
    assert error.what == "The code did not end within 2.5 s and was interrupted."
    assert error.cure == "Its variables are kept; give it more time with `--timeout` or `timeout_s`."
    assert (error.timeout_s, error.execution) == (2.5, execution)


def test_errors_keep_what_programs_need() -> None:
    assert DownloadError("It failed.", is_unreachable=True).is_unreachable
    assert not DownloadError("It failed.").is_unreachable
    assert InstallError("It failed.", log="error: …").log == "error: …"
    assert StartError("It failed.", stderr_tail="Traceback").stderr_tail == "Traceback"

"""Every error that a backend can say becomes the class that it was, with its sentence, its cure and its facts."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path

import pytest

import beep_jupyter
from beep_jupyter import errors
from beep_jupyter.backends.wire_errors import ERRORS, error_of, facts_of
from beep_jupyter.errors import (
    BeepError,
    ConfigurationError,
    ConnectionLostError,
    DownloadError,
    EnvironmentBusyError,
    EnvironmentExistsError,
    EnvironmentNotFoundError,
    ExecutionError,
    ExecutionTimeoutError,
    InstallError,
    ProtocolError,
    RuntimeBusyError,
    RuntimeNotFoundError,
    StartError,
    UnsupportedRuntimeError,
    UsageError,
    WorkerDiedError,
)

PACKAGE = Path(beep_jupyter.__file__).parent
MANAGEMENT = ("environments", "runtimes", "uv", "config.py", "home.py", "names.py", "resources.py")

# Errors of this side alone, which no backend can say.
NOT_SAID = {
    errors.BackendNotFoundError: "names of backends are looked up by their clients",
    errors.BackendExistsError: "backends are started by their clients",
}

MANAGED = [
    ConfigurationError("uv was not found.", "Install it."),
    ConnectionLostError("Backend 'b' cannot be reached.", "End its process 7 yourself."),
    DownloadError("3.12 could not be downloaded.", "Try again.", is_unreachable=True),
    EnvironmentBusyError("Backends run in it: a, b.", "Stop them first."),
    EnvironmentExistsError("It exists.", "Add `--replace`."),
    EnvironmentNotFoundError("legasy", ["legacy", "other"]),
    InstallError("Environment 'x' was not built: no such package.", "Look at its name.", log="line 1\nline 2"),
    RuntimeBusyError("Environments use it: a.", "Delete them first."),
    RuntimeNotFoundError("9.9", ["3.9", "3.11"], what="No Python 9.9 was found."),
    UnsupportedRuntimeError("Python 2.7 is too old.", "Take 3.8 or newer."),
    UsageError("'--foo' is an option, not a requirement.", "Write it as 'name'."),
]


def classes() -> set[type[BeepError]]:
    found = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, BeepError)}
    return {kind for kind in found if kind is not BeepError and not kind.__name__.startswith("_")}


def said(code: str) -> BeepError:
    error = {"code": code, "message": "it failed", "ename": "E", "evalue": "e", "traceback": [], "timeout_s": 1.0}
    return error_of(error, "b")


def test_every_error_of_the_tree_has_a_code_or_a_reason_why_not() -> None:
    assert {type(said(code)) for code in ERRORS} == classes() - set(NOT_SAID)


def test_whatever_managing_environments_raises_has_a_code_of_its_own() -> None:
    raised = {
        name.id
        for part in MANAGEMENT
        for path in [PACKAGE / part, *(PACKAGE / part).glob("*.py")]
        if path.suffix == ".py"
        for name in ast.walk(ast.parse(path.read_text()))
        if isinstance(name, ast.Name) and name.id.endswith("Error") and hasattr(errors, name.id)
    }
    without = {name for name in raised - {"BeepError"} if getattr(errors, name) not in map(type, MANAGED)}
    assert raised
    assert without == set()


@pytest.mark.parametrize("error", MANAGED, ids=lambda error: type(error).__name__)
def test_an_error_of_a_management_command_survives_the_trip(error: BeepError) -> None:
    arrived = error_of(json.loads(json.dumps(facts_of(error))), "b")
    assert type(arrived) is type(error)
    assert vars(arrived) == vars(error)
    assert str(arrived) == str(error)


def test_an_error_that_nobody_foresaw_keeps_its_sentence() -> None:
    class StrangeError(BeepError):
        pass

    facts = facts_of(StrangeError("Something broke.", "Mend it."))
    assert facts == {"code": "internal", "message": "Something broke.", "cure": "Mend it."}
    assert str(error_of(facts, "b")) == "Backend 'b': something broke. Mend it."


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            {"code": "bad_request", "message": "field 'name' is missing"},
            "Backend 'b': field 'name' is missing. docs/reference/protocol.md lists the fields of each command.",
        ),
        ({"code": "cancelled", "message": "it was cancelled"}, "Backend 'b': it was cancelled. Ask for it again."),
        (
            {"code": "crowded", "message": "too many wait"},
            "Backend 'b': too many wait. Interrupt that, or wait for its end.",
        ),
        (
            {"code": "forbidden", "message": "foreign Host"},
            "Backend 'b': foreign Host. Use the address of its connection file.",
        ),
        (
            {"code": "internal", "message": "the management command failed"},
            "Backend 'b': the management command failed. Its log says how: `beep logs`.",
        ),
        (
            {"code": "no_handle", "message": "there is no handle 'x'"},
            "Backend 'b': there is no handle 'x'. Make the object anew; handles end with their worker.",
        ),
        (
            {"code": "protocol", "message": "the backend speaks protocol 1, the client 2"},
            "Backend 'b': the backend speaks protocol 1, the client 2. "
            "Install the same version of beep-jupyter on both sides and restart the backend.",
        ),
        (
            {"code": "too_large", "message": "it is too large"},
            "Backend 'b': it is too large. Send arrays or bytes instead of lists and texts, or send it in parts.",
        ),
        (
            {"code": "transfer", "message": "it cannot travel", "cure": "Leave it there."},
            "Backend 'b': it cannot travel. Leave it there.",
        ),
    ],
    ids=lambda part: part["code"] if isinstance(part, dict) else "",
)
def test_what_a_backend_refuses_is_one_sentence_and_a_cure(error: dict[str, str], sentence: str) -> None:
    assert str(error_of(error, "b")) == sentence


def test_a_death_brings_its_facts() -> None:
    facts = {"exitCode": None, "signal": 9, "reason": "memory", "stderrTail": "last\n", "memoryPeakBytes": 3 << 20}
    died = error_of({"code": "died", "message": "the worker ended"} | facts, "b")
    assert isinstance(died, WorkerDiedError)
    assert (died.exit_code, died.signal, died.reason, died.stderr_tail) == (None, 9, "memory", "last\n")
    assert died.what == "The worker of backend 'b' was killed because it ran out of memory (it used 3 MiB)."


@pytest.mark.parametrize("name", ["stderrTail", "stderr_tail"])
def test_a_failed_start_brings_its_last_words(name: str) -> None:
    failed = error_of({"code": "start", "message": "the worker ended", name: "first\nno module.\n"}, "b")
    assert isinstance(failed, StartError)
    assert failed.what == "Backend 'b' did not start: the worker ended (last words: no module)."
    assert failed.stderr_tail == "first\nno module."


def test_a_time_limit_and_an_exception_keep_what_they_say() -> None:
    late = error_of({"code": "timeout", "message": "", "timeout_s": 2.5}, "b")
    assert isinstance(late, ExecutionTimeoutError)
    assert late.timeout_s == 2.5
    raised = error_of({"code": "raised", "ename": "KeyError", "evalue": "'k'", "traceback": ["line"]}, "b")
    assert isinstance(raised, ExecutionError)
    assert (raised.ename, raised.evalue, raised.traceback) == ("KeyError", "'k'", ["line"])


def test_an_unknown_code_is_shown_whole() -> None:
    odd = error_of({"code": "from_the_future", "message": "hm"}, "b")
    assert isinstance(odd, ProtocolError)
    assert odd.what == "Backend 'b' answered {'code': 'from_the_future', 'message': 'hm'}."

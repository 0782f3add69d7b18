"""Everything that a call can fail with, and how to make it fail so, as data: class of the error, and its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from beep_jupyter.backends.handle import Handle
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import (
    BeepError,
    ExecutionError,
    ExecutionTimeoutError,
    HandleNotFoundError,
    TransferError,
    UsageError,
    WorkerDiedError,
)

from .problem_child import CRASHES


@dataclass(frozen=True)
class Failure:
    """One way to fail.

    Attributes:
        act: makes it happen.
        kind: of the error that the caller gets.
        text: what its sentence matches.
        facts: attributes with their values.
    """

    act: Callable[[Session], Any]
    kind: type[BeepError]
    text: str
    facts: dict[str, Any]


def _code(code: str, kind: type[BeepError], text: str, **facts: Any) -> Failure:
    return Failure(lambda session: session.evaluate(code), kind, text, facts)


def _unknown() -> Handle:
    return Handle({"handleId": "0" * 32, "typeName": "list", "preview": "[]"})


_IN_TWO_FRAMES = "def inner():\n    raise KeyError('deep')\n\ninner()"
_CHAINED = "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('ü\\ud800') from error"
_LAST_WORDS = "import os, sys\nprint('last words', file=sys.stderr, flush=True)\n"

FAILURES = {
    "raises": _code("1 / 0", ExecutionError, "ZeroDivisionError: division by zero", ename="ZeroDivisionError"),
    "raises in a function": _code(_IN_TWO_FRAMES, ExecutionError, "KeyError: 'deep'", evalue="'deep'"),
    "raises from another": _code(_CHAINED, ExecutionError, "ValueError: ü", ename="ValueError"),
    "does not compile": _code("1 +", ExecutionError, "SyntaxError", ename="SyntaxError"),
    "exits": _code("raise SystemExit(3)", ExecutionError, "SystemExit: 3", ename="SystemExit", evalue="3"),
    "raises in execute": Failure(
        lambda session: session.execute("print('so far')\n[][1]"), ExecutionError, "IndexError: list index", {}
    ),
    "exceeds its time": Failure(
        lambda session: session.evaluate("import time; time.sleep(30)", timeout_s=0.2),
        ExecutionTimeoutError,
        r"did not end within 0\.2 s and was interrupted",
        {"timeout_s": 0.2},
    ),
    "leaves": _code(
        _LAST_WORDS + "os._exit(7)", WorkerDiedError, "exited with status 7", exit_code=7, signal=None, reason="exit"
    ),
    "is killed": _code(CRASHES["KILL"], WorkerDiedError, "died of SIGKILL", exit_code=None, signal=9, reason="crash"),
    "crashes": _code(CRASHES["SEGV"], WorkerDiedError, "died of SIGSEGV", signal=11, reason="crash"),
    "unknown handle": Failure(
        lambda session: session.call(_unknown(), "append", 1), HandleNotFoundError, "no object with handle 000", {}
    ),
    "unknown handle within": Failure(
        lambda session: session.evaluate("1", locals={"x": [_unknown()]}), HandleNotFoundError, "handle 000", {}
    ),
    "unknown variable": Failure(lambda session: session.get("not_there"), UsageError, "no variable 'not_there'", {}),
    "no module's name": Failure(lambda session: session.import_module("a b"), UsageError, "moduleName", {}),
    "no numbers": Failure(
        lambda session: session.to_float_array(session.wrap(["a"])), TransferError, "item 0 is of type 'str'", {}
    ),
    "cannot be received": Failure(
        lambda session: session._caller.call("put", {"values": {"x": {"$type": "complex", "value": [1]}}}),
        TransferError,
        "complex",
        {},
    ),
}


def tale(error: BeepError, backend: str) -> dict[str, Any]:
    """All that an error tells a person and a program, without what differs from one run to the next."""
    facts = {name: value for name, value in vars(error).items() if name not in ("backend", "execution")}
    told = {"kind": type(error).__name__, "text": str(error)} | facts
    return {name: _masked(value, backend) for name, value in told.items()}


def _masked(value: Any, backend: str) -> Any:
    if isinstance(value, list):
        return [_masked(item, backend) for item in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"0x[0-9a-f]+|[0-9a-f]{32}", "HEX", value.replace(backend, "BACKEND"))

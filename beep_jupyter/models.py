"""The data that surfaces show and programs read: frozen, without behaviour. Any process of the host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Output = dict[str, Any]
"""One Jupyter output (nbformat 4): stream, display_data, execute_result or error."""

Kind = Literal["pipe", "http", "grpc"]


@dataclass(frozen=True, slots=True)
class Runtime:
    """A Python installation.

    Attributes:
        id: unique and stable on this machine, such as `cpython-3.9.18` or `cpython-3.9.18-2` for a twin.
        version: full version, such as `3.9.18`.
        kind: where it was found: managed, uv, pyenv, conda, system, path or adopted.
        path: the interpreter, links resolved as far as the installation itself.
        is_default: what `start` and `create` use when none is named.
        problem: why it cannot be used (too old, does not start); empty for one that can.
        implementation: cpython, cpython-freethreaded, pypy, …; empty where it could not be asked.
    """

    id: str
    version: str
    kind: str
    path: Path
    is_default: bool = False
    problem: str = ""
    implementation: str = "cpython"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment built from a runtime.

    Attributes:
        name: its name; folder of the home.
        path: the folder that holds pyvenv.cfg.
        python: its interpreter.
        version: the full version of that interpreter.
        state: ready, building, modified (what is installed differs from the spec) or broken.
        packages: what is installed, `name==version`, sorted.
        problem: what is wrong and the cure where the state is broken.
    """

    name: str
    path: Path
    python: Path
    version: str
    state: Literal["ready", "building", "modified", "broken"]
    packages: tuple[str, ...] = ()
    is_locked: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of work that takes long.

    Attributes:
        text: what is being done, such as `Downloading numpy (15.3MiB)`.
        done_bytes, total_bytes: how far a download is; None where that cannot be known.
    """

    text: str
    done_bytes: int | None = None
    total_bytes: int | None = None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one value's transfer did.

    Attributes:
        codec: `json`, `bytes`, `pickle` or the library whose value it is; several joined by `+`.
        size_bytes: of its memory, 0 where it is all JSON.
        duration_s: what it took on this side; of `put`, until the worker had it.
        note: what became of types that the receiver lacks.
    """

    name: str
    codec: str
    size_bytes: int
    duration_s: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Execution:
    """What one run of code did.

    Attributes:
        status: ok, error or interrupted.
        outputs: Jupyter outputs in the order they came.
        result: the last expression's value, or a Handle where it cannot travel; None where there is none.
        values: the variables asked for, by name.
        error: ename, evalue and traceback where the status is not ok.
        duration_s: wall time in the worker.
        receipts: of the variables that were sent, then of those brought back.
    """

    status: Literal["ok", "error", "interrupted"]
    outputs: list[Output] = field(default_factory=list)
    result: Any = None
    values: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    duration_s: float = 0.0
    receipts: list[Receipt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Completion:
    """What could stand at a place of a text.

    Attributes:
        matches: each would replace the characters from cursor_start to cursor_end.
    """

    matches: list[str]
    cursor_start: int
    cursor_end: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of an object.

    Attributes:
        found: whether there is one.
        data: its description by MIME type, `text/plain` among them; empty where there is none.
    """

    found: bool
    data: dict[str, str]


@dataclass(frozen=True, slots=True)
class Health:
    """A backend at one moment; the fields of `status --json` and, in camelCase, of `GET /health`."""

    state: Literal["idle", "busy", "starting", "dead"]
    pid: int
    worker_pid: int | None
    python: str
    protocol: int
    uptime_s: float
    memory_bytes: int
    sessions: list[str]
    name: str
    kind: str
    environment: str
    address: str
    owner: int | None

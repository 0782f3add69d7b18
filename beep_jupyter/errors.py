"""Every error that this project raises on purpose. Any process of the host; standard library only.

    BeepError
    ├── UsageError                    a wrong name, option or argument; nothing was changed
    ├── ConfigurationError            a setting, the home or the installation is unusable
    ├── RuntimeNotFoundError          no such Python
    ├── RuntimeBusyError              a runtime that an environment still uses
    ├── UnsupportedRuntimeError       a Python too old, or broken
    ├── DownloadError                 a runtime could not be downloaded and verified
    ├── EnvironmentNotFoundError
    ├── EnvironmentExistsError        the name is taken by another spec
    ├── EnvironmentBusyError          backends run in it, or another process is building it
    ├── InstallError                  packages could not be resolved, downloaded or installed
    ├── BackendNotFoundError
    ├── BackendExistsError            the name is taken by a live backend
    ├── StartError                    a backend did not become ready
    ├── WorkerDiedError               the process that ran the code is gone, its state lost
    ├── ExecutionError                the user's code raised
    ├── ExecutionTimeoutError         the user's code was interrupted at its time limit
    ├── TransferError                 a value cannot travel
    ├── HandleNotFoundError
    ├── AuthenticationError           wrong or missing token, or another user
    ├── ProtocolError                 the other side speaks something else
    └── ConnectionLostError           the connection broke while the backend lives

`str()` of each is a sentence that says what failed and, behind it, what to do next; both halves are attributes
(`what`, `cure`), so a surface can lay them out. Facts that a program needs are attributes too.
"""

from __future__ import annotations

import difflib
import signal as signals
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Execution


class BeepError(Exception):
    """Root of the tree.

    Args:
        what: one sentence, with its full stop, that says what failed and on which thing.
        cure: one sentence that says what to do next; empty where there is nothing to do.
    """

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(what, cure)
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.what} {self.cure}".strip()


class _NotFoundError(BeepError):
    """A name that is not there: says which names are, nearest first."""

    noun = "thing"
    listing = "beep list"
    making = "beep init"

    def __init__(self, name: str, known: Iterable[str] = (), cure: str = "", *, what: str = "") -> None:
        self.name = name
        self.known = sorted(known)
        super().__init__(what or f"No {self.noun} is called '{name}'.", cure or self._suggest())

    def _suggest(self) -> str:
        nearest = nearest_match(self.name, self.known)
        if nearest:
            return f"Did you mean '{nearest}'? `{self.listing}` shows all."
        if self.known:
            return f"There are: {', '.join(self.known[:8])}{' …' if len(self.known) > 8 else ''}."
        return f"There is none yet; `{self.making}` makes one."


class UsageError(BeepError):
    """A name, option or argument that cannot be meant; nothing was changed. Exit status 2."""


class ConfigurationError(BeepError):
    """A setting, the home folder or the installation is unusable."""


class RuntimeNotFoundError(_NotFoundError):
    """No Python of that version, id or path; `known` lists what was found."""

    noun, listing, making = "Python runtime", "beep list", "beep init"


class RuntimeBusyError(BeepError):
    """A runtime that environments still use."""


class UnsupportedRuntimeError(BeepError):
    """A Python that is too old for a worker, or does not start."""


class DownloadError(BeepError):
    """A runtime could not be downloaded and verified; nothing was left behind.

    `is_unreachable` says that the source did not deliver, so that another Python may stand in.
    """

    def __init__(self, what: str, cure: str = "", *, is_unreachable: bool = False) -> None:
        super().__init__(what, cure)
        self.is_unreachable = is_unreachable


class EnvironmentNotFoundError(_NotFoundError):
    """No environment of that name."""

    noun, listing, making = "environment", "beep venv list", "beep venv create NAME"


class EnvironmentExistsError(BeepError):
    """The name is taken by an environment with another spec."""


class EnvironmentBusyError(BeepError):
    """Backends run in the environment, or another process holds it."""


class InstallError(BeepError):
    """Packages could not be resolved, downloaded or installed; `log` is uv's own output."""

    def __init__(self, what: str, cure: str = "", *, log: str = "") -> None:
        super().__init__(what, cure)
        self.log = log


class BackendNotFoundError(_NotFoundError):
    """No running backend (nor environment) of that name."""

    noun, listing, making = "backend or environment", "beep status", "beep venv create NAME"


class BackendExistsError(BeepError):
    """The name is taken by a live backend."""


class StartError(BeepError):
    """A backend did not become ready; `stderr_tail` holds the last lines it wrote."""

    def __init__(self, what: str, cure: str = "", *, stderr_tail: str = "") -> None:
        super().__init__(what, cure)
        self.stderr_tail = stderr_tail


class WorkerDiedError(BeepError):
    """The process that ran the code is gone and its variables with it; nothing was run twice.

    Args:
        backend: the backend's name.
        exit_code: the worker's exit status, None where a signal ended it.
        signal: the signal's number, None where it exited.
        reason: `crash`, `exit`, `memory`, `interrupt`, `timeout`, `restart` or `stop`.
        stderr_tail: the last lines that the worker wrote to stderr.
        memory_peak_bytes: the most that it had in memory, where that was the cause.
    """

    def __init__(
        self,
        backend: str,
        *,
        exit_code: int | None = None,
        signal: int | None = None,
        reason: str = "crash",
        stderr_tail: str = "",
        memory_peak_bytes: int | None = None,
    ) -> None:
        self.backend = backend
        self.memory_peak_bytes = memory_peak_bytes
        self.exit_code = exit_code
        self.signal = signal
        self.reason = reason
        self.stderr_tail = stderr_tail
        super().__init__(self._sentence(), "Its variables are lost; the next cell starts in a fresh one.")

    def _sentence(self) -> str:
        worker = f"The worker of backend '{self.backend}'"
        asked = {
            "interrupt": "was killed by the second interrupt",
            "timeout": "was killed because it did not stop within 5 s of its timeout",
            "restart": "was restarted",
            "stop": "was stopped",
            "memory": f"was killed because it ran out of memory{self._peak()}",
        }
        if self.reason in asked:
            return f"{worker} {asked[self.reason]}."
        if self.signal is not None:
            return f"{worker} died of {signal_name(self.signal)}{self._last_line()}."
        return f"{worker} exited with status {self.exit_code}{self._last_line()}."

    def _peak(self) -> str:
        return f" (it used {self.memory_peak_bytes / 2**20:,.0f} MiB)" if self.memory_peak_bytes else ""

    def _last_line(self) -> str:
        lines = [line.strip() for line in self.stderr_tail.splitlines() if line.strip()]
        telling = next((line for line in lines if line.startswith("Fatal ")), lines[-1] if lines else "")
        return f" (last words: {telling.rstrip('.')[:200]})" if telling else ""


class ExecutionError(BeepError):
    """The user's code raised; the worker lives on.

    Args:
        ename: the exception's type name.
        evalue: its text.
        traceback: the remote traceback's lines, as Jupyter's error output has them.
        execution: all that the code did until then.
    """

    def __init__(
        self, ename: str, evalue: str, traceback: Sequence[str] = (), execution: Execution | None = None
    ) -> None:
        self.ename = ename
        self.evalue = evalue
        self.traceback = list(traceback)
        self.execution = execution
        super().__init__(f"{ename}: {evalue}" if evalue else ename)


class ExecutionTimeoutError(BeepError):
    """The code was interrupted at its time limit; the worker and its variables live on."""

    def __init__(self, timeout_s: float, execution: Execution | None = None) -> None:
        self.timeout_s = timeout_s
        self.execution = execution
        super().__init__(
            f"The code did not end within {timeout_s:g} s and was interrupted.",
            "Its variables are kept; give it more time with `--timeout` or `timeout_s`.",
        )


class TransferError(BeepError):
    """A value cannot travel; says which, why, and what would help."""


class HandleNotFoundError(BeepError):
    """The object behind a handle is gone: disposed of, or its worker ended."""


class AuthenticationError(BeepError):
    """The backend refused the token or the user."""


class ProtocolError(BeepError):
    """The other side speaks another protocol, or another version of ours."""


class ConnectionLostError(BeepError):
    """The connection broke; the backend itself may live on."""


def nearest_match(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to a mistyped one, or None where none is near."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def signal_name(number: int) -> str:
    """`SIGSEGV` for 11; `signal 99` for a number without a name."""
    try:
        return signals.Signals(number).name
    except ValueError:
        return f"signal {number}"

"""From the error codes of the wire to our errors and back: one table for all transports.

Runs in clients; the way back runs where a server carries out a management command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import (
    AuthenticationError,
    BeepError,
    ConfigurationError,
    ConnectionLostError,
    DownloadError,
    EnvironmentBusyError,
    EnvironmentExistsError,
    EnvironmentNotFoundError,
    ExecutionError,
    ExecutionTimeoutError,
    HandleNotFoundError,
    InstallError,
    ProtocolError,
    RuntimeBusyError,
    RuntimeNotFoundError,
    StartError,
    TransferError,
    UnsupportedRuntimeError,
    UsageError,
    WorkerDiedError,
)


def _clause(error: dict[str, Any]) -> str:
    """The message for the middle of a sentence; HTTP's documents have it as one of its own."""
    message: str = error["message"].rstrip(".")
    return message[:1].lower() + message[1:]


def _start(error: dict[str, Any], backend: str) -> BeepError:
    tail = (error.get("stderrTail") or error.get("stderr_tail") or "").strip()
    last = f" (last words: {tail.splitlines()[-1].rstrip('.')[:300]})" if tail else ""
    return StartError(
        f"Backend '{backend}' did not start: {_clause(error)}{last}.",
        f"`beep doctor {backend}` looks for the reason.",
        stderr_tail=tail,
    )


def _died(error: dict[str, Any], backend: str) -> BeepError:
    return WorkerDiedError(
        backend,
        exit_code=error.get("exitCode"),
        signal=error.get("signal"),
        reason=error.get("reason", "crash"),
        stderr_tail=error.get("stderrTail") or "",
        memory_peak_bytes=error.get("memoryPeakBytes"),
    )


def _plain(kind: type[BeepError], cure: str) -> Callable[[dict[str, Any], str], BeepError]:
    def make(error: dict[str, Any], backend: str) -> BeepError:
        return kind(f"Backend '{backend}': {_clause(error)}.", error.get("cure") or cure)

    return make


def _whole(kind: type[BeepError], *facts: str) -> Callable[[dict[str, Any], str], BeepError]:
    """An error of a management command: its own sentence and cure, as if it had been carried out here."""

    def make(error: dict[str, Any], _: str) -> BeepError:
        known = {name: error[name] for name in facts if name in error}
        return kind(error["message"], error.get("cure", ""), **known)

    return make


def _not_found(kind: type[RuntimeNotFoundError] | type[EnvironmentNotFoundError]) -> Callable[..., BeepError]:
    def make(error: dict[str, Any], _: str) -> BeepError:
        return kind(error.get("name", ""), error.get("known", ()), error.get("cure", ""), what=error["message"])

    return make


_OTHER_VERSION = "Install the same version of beep-jupyter on both sides and restart the backend."

ERRORS: dict[str, Callable[[dict[str, Any], str], BeepError]] = {
    "backend_lost": _whole(ConnectionLostError),
    "bad_request": _plain(UsageError, "docs/reference/protocol.md lists the fields of each command."),
    "cancelled": _plain(ConnectionLostError, "Ask for it again."),
    "configuration": _whole(ConfigurationError),
    "crowded": _plain(ConnectionLostError, "Interrupt that, or wait for its end."),
    "died": _died,
    "download": _whole(DownloadError, "is_unreachable"),
    "environment_busy": _whole(EnvironmentBusyError),
    "environment_exists": _whole(EnvironmentExistsError),
    "environment_not_found": _not_found(EnvironmentNotFoundError),
    "forbidden": _plain(AuthenticationError, "Use the address of its connection file."),
    "install": _whole(InstallError, "log"),
    "internal": _plain(ProtocolError, "Its log says how: `beep logs`."),
    "malformed": _plain(ProtocolError, _OTHER_VERSION),
    "method_not_allowed": _plain(ProtocolError, _OTHER_VERSION),
    "no_handle": _plain(HandleNotFoundError, "Make the object anew; handles end with their worker."),
    "no_session": _plain(UsageError, "Open it first with `backend.session(NAME)`."),
    "no_variable": _plain(UsageError, "`backend.variables()` lists what there is."),
    "not_acceptable": _plain(ProtocolError, _OTHER_VERSION),
    "not_found": _plain(ProtocolError, _OTHER_VERSION),
    "protocol": _plain(ProtocolError, _OTHER_VERSION),
    "raised": lambda error, _: ExecutionError(error["ename"], error["evalue"], error["traceback"]),
    "runtime_busy": _whole(RuntimeBusyError),
    "runtime_not_found": _not_found(RuntimeNotFoundError),
    "runtime_unsupported": _whole(UnsupportedRuntimeError),
    "start": _start,
    "timeout": lambda error, _: ExecutionTimeoutError(error.get("timeout_s", 0.0)),
    "too_large": _plain(TransferError, "Send arrays or bytes instead of lists and texts, or send it in parts."),
    "transfer": _plain(TransferError, "Send its parts as plain values, or keep it there and use a handle."),
    "unauthenticated": _plain(AuthenticationError, "Connect with the token of its connection file."),
    "unknown_command": _plain(ProtocolError, _OTHER_VERSION),
    "unsupported_type": _plain(ProtocolError, _OTHER_VERSION),
    "usage": _whole(UsageError),
}

# What a management command may raise, also where it stops backends; its code, and the facts beside its sentence.
_MANAGEMENT: dict[type[BeepError], tuple[str, tuple[str, ...]]] = {
    ConfigurationError: ("configuration", ()),
    ConnectionLostError: ("backend_lost", ()),
    DownloadError: ("download", ("is_unreachable",)),
    EnvironmentBusyError: ("environment_busy", ()),
    EnvironmentExistsError: ("environment_exists", ()),
    EnvironmentNotFoundError: ("environment_not_found", ("name", "known")),
    InstallError: ("install", ("log",)),
    ProtocolError: ("protocol", ()),
    RuntimeBusyError: ("runtime_busy", ()),
    RuntimeNotFoundError: ("runtime_not_found", ("name", "known")),
    UnsupportedRuntimeError: ("runtime_unsupported", ()),
    UsageError: ("usage", ()),
}


def error_of(error: dict[str, Any], backend: str) -> BeepError:
    """Our error for one of the wire's.

    Args:
        error: `{code, message, …}`.
    """
    make = ERRORS.get(error.get("code", ""))
    return make(error, backend) if make else ProtocolError(f"Backend '{backend}' answered {error!r:.200}.")


def facts_of(error: BeepError) -> dict[str, Any]:
    """`{code, message, cure, …}` of what a management command raised, from which `error_of` makes the same again."""
    code, names = _MANAGEMENT.get(type(error), ("internal", ()))
    return {name: getattr(error, name) for name in names} | {"code": code, "message": error.what, "cure": error.cure}

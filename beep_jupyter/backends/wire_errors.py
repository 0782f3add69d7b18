"""From the error codes of the wire to our errors: one table for all transports. Runs in clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import (
    AuthenticationError,
    BeepError,
    ConnectionLostError,
    ExecutionError,
    HandleNotFoundError,
    ProtocolError,
    StartError,
    TransferError,
    UsageError,
    WorkerDiedError,
)


def _start(error: dict[str, Any], backend: str) -> BeepError:
    tail = (error.get("stderrTail") or error.get("stderr_tail") or "").strip()
    last = f" (last words: {tail.splitlines()[-1].rstrip('.')[:300]})" if tail else ""
    return StartError(
        f"Backend '{backend}' did not start: {error['message']}{last}.",
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
        return kind(f"Backend '{backend}': {error['message'].rstrip('.')}.", error.get("cure") or cure)

    return make


ERRORS: dict[str, Callable[[dict[str, Any], str], BeepError]] = {
    "bad_request": _plain(UsageError, "docs/reference/protocol.md lists the fields of each command."),
    "crowded": _plain(ConnectionLostError, "Interrupt that, or wait for its end."),
    "died": _died,
    "no_handle": _plain(HandleNotFoundError, "Make the object anew; handles end with their worker."),
    "no_session": _plain(UsageError, "Open it first with `backend.session(NAME)`."),
    "no_variable": _plain(UsageError, "`backend.variables()` lists what there is."),
    "protocol": _plain(
        ProtocolError, "Install the same version of beep-jupyter on both sides and restart the backend."
    ),
    "raised": lambda error, _: ExecutionError(error["ename"], error["evalue"], error["traceback"]),
    "start": _start,
    "transfer": _plain(TransferError, "Send its parts as plain values, or keep it there and use a handle."),
    "unauthenticated": _plain(AuthenticationError, "Connect with the token of its connection file."),
    "unknown_command": _plain(ProtocolError, "Install the same version of beep-jupyter on both sides."),
}


def error_of(error: dict[str, Any], backend: str) -> BeepError:
    """Our error for one of the wire's.

    Args:
        error: `{code, message, …}`.
    """
    make = ERRORS.get(error.get("code", ""))
    return make(error, backend) if make else ProtocolError(f"Backend '{backend}' answered {error!r:.200}.")

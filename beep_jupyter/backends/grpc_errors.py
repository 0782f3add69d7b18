"""From a failed RPC to the wire's error, and to ours where the backend said nothing. Runs in clients."""

from __future__ import annotations

import json
from typing import Any

import grpc

from ..errors import AuthenticationError, BeepError, ConnectionLostError, ProtocolError, TransferError

_STATUS = grpc.StatusCode
_SPEAKS = (ProtocolError, "answered what no backend answers", "`beep doctor` looks for the reason.")
_LOST = (ConnectionLostError, "cannot be reached, or the connection was lost", "`beep status` shows whether it runs.")
_REFUSED = (AuthenticationError, "refused the call", "Connect with the token of its connection file.")

# What a status means that comes without the details of a backend: from gRPC itself, or from somebody else at its port.
FOREIGN: dict[grpc.StatusCode, tuple[type[BeepError], str, str]] = {
    _STATUS.OK: _SPEAKS,
    _STATUS.CANCELLED: _LOST,  # the channel was closed meanwhile
    _STATUS.UNKNOWN: _SPEAKS,
    _STATUS.INVALID_ARGUMENT: _SPEAKS,
    _STATUS.DEADLINE_EXCEEDED: (ConnectionLostError, "did not answer in time", "`beep status` shows how it is."),
    _STATUS.NOT_FOUND: _SPEAKS,
    _STATUS.ALREADY_EXISTS: _SPEAKS,
    _STATUS.PERMISSION_DENIED: _REFUSED,
    _STATUS.UNAUTHENTICATED: _REFUSED,
    _STATUS.RESOURCE_EXHAUSTED: (
        TransferError,
        "and this client cannot exchange so large a message",
        "Send it with `put`, and bring it back with `get`: they go in pieces.",
    ),
    _STATUS.FAILED_PRECONDITION: _SPEAKS,
    _STATUS.ABORTED: _SPEAKS,
    _STATUS.UNIMPLEMENTED: (
        ProtocolError,
        "does not know the call",
        "Install the same version of beep-jupyter on both sides and restart the backend.",
    ),
    _STATUS.OUT_OF_RANGE: _SPEAKS,
    _STATUS.INTERNAL: _SPEAKS,
    _STATUS.UNAVAILABLE: _LOST,
    _STATUS.DATA_LOSS: _SPEAKS,
}


def wire_error(failed: grpc.RpcError) -> dict[str, Any] | None:
    """The error that a backend sent, `{code, message, …}`; None where it is gRPC's own.

    Args:
        failed: what a stub raised.
    """
    for name, value in failed.trailing_metadata() or ():
        if name == "beep-error-bin":
            return _object(value)
    return _object(failed.details() or "")


def foreign_error(failed: grpc.RpcError, backend: str) -> BeepError:
    """Our error for one that no backend sent."""
    kind, what, cure = FOREIGN[failed.code()]
    return kind(f"Backend '{backend}' {what}.", cure)


def _object(text: str | bytes) -> dict[str, Any] | None:
    try:
        error = json.loads(text)
    except ValueError:
        return None
    return error if isinstance(error, dict) and "code" in error else None

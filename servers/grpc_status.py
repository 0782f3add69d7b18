"""How errors leave: a status, details for everybody, and the whole for who asks. Runs in the gRPC server."""

from __future__ import annotations

import json
from typing import Any

import grpc

from control import Refused

DETAILS_BYTES = 4096  # a client that asks for nothing takes 8 KiB of metadata in all
WHOLE_BYTES = 1 << 22
GONE = "gone"  # code of what ends a call whose client has left; nobody reads it

_STATUS = grpc.StatusCode
STATUSES = {
    "backend_lost": _STATUS.UNAVAILABLE,
    "bad_request": _STATUS.INVALID_ARGUMENT,
    "cancelled": _STATUS.CANCELLED,
    "configuration": _STATUS.FAILED_PRECONDITION,
    "crowded": _STATUS.RESOURCE_EXHAUSTED,
    "died": _STATUS.UNAVAILABLE,
    "download": _STATUS.FAILED_PRECONDITION,
    "environment_busy": _STATUS.FAILED_PRECONDITION,
    "environment_exists": _STATUS.ALREADY_EXISTS,
    "environment_not_found": _STATUS.NOT_FOUND,
    "forbidden": _STATUS.PERMISSION_DENIED,
    GONE: _STATUS.CANCELLED,
    "install": _STATUS.FAILED_PRECONDITION,
    "internal": _STATUS.INTERNAL,
    "no_handle": _STATUS.NOT_FOUND,
    "no_session": _STATUS.NOT_FOUND,
    "no_variable": _STATUS.NOT_FOUND,
    "protocol": _STATUS.FAILED_PRECONDITION,
    "raised": _STATUS.ABORTED,
    "runtime_busy": _STATUS.FAILED_PRECONDITION,
    "runtime_not_found": _STATUS.NOT_FOUND,
    "runtime_unsupported": _STATUS.FAILED_PRECONDITION,
    "start": _STATUS.UNAVAILABLE,
    "timeout": _STATUS.DEADLINE_EXCEEDED,
    "too_large": _STATUS.RESOURCE_EXHAUSTED,
    "transfer": _STATUS.INVALID_ARGUMENT,
    "unauthenticated": _STATUS.UNAUTHENTICATED,
    "unknown_command": _STATUS.UNIMPLEMENTED,
    "usage": _STATUS.INVALID_ARGUMENT,
}


def abort(context: grpc.ServicerContext, refused: Refused, trailing: list[tuple[str, Any]]) -> None:
    """Ends a call with an error; does not return.

    Args:
        trailing: metadata that goes with it.
    """
    error = {"code": refused.code, "message": str(refused)} | refused.facts
    if dict(context.invocation_metadata()).get("beep-errors") == "whole":
        trailing = [*trailing, ("beep-error-bin", _cut(error, WHOLE_BYTES).encode())]
    context.set_trailing_metadata(tuple(trailing))
    error.pop("outputs", None)
    context.abort(STATUSES.get(refused.code, _STATUS.FAILED_PRECONDITION), _cut(error, DETAILS_BYTES))


def _cut(error: dict[str, Any], limit_bytes: int) -> str:
    """An error as JSON of at most so many bytes: whatever is longest is halved until it fits."""
    error = dict(error)
    while len(text := json.dumps(error)) > limit_bytes:
        longest = max(error, key=lambda name: len(json.dumps(error[name])))
        error[longest] = _half(error[longest])
    return text


def _half(part: Any) -> Any:
    """The later half of a list (a traceback ends with what matters) or of a text's end, the first half of its text."""
    if isinstance(part, list):
        return part[len(part) // 2 :] if len(part) > 1 else [_half(item) for item in part]
    if isinstance(part, dict):
        return {name: _half(value) for name, value in part.items()}
    return str(part)[: len(str(part)) // 2 - 1] + "…"

"""Errors as RFC 9457 problem documents. Runs in the HTTP server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from control import Refused

PROBLEM_JSON = "application/problem+json"

STATUSES = {
    "backend_lost": 502,
    "bad_request": 422,
    "cancelled": 503,
    "configuration": 500,
    "crowded": 503,
    "died": 502,
    "download": 502,
    "environment_busy": 409,
    "environment_exists": 409,
    "environment_not_found": 404,
    "forbidden": 403,
    "install": 502,
    "internal": 500,
    "malformed": 400,
    "method_not_allowed": 405,
    "no_handle": 404,
    "no_session": 404,
    "no_variable": 404,
    "not_acceptable": 406,
    "not_found": 404,
    "protocol": 400,
    "raised": 424,
    "runtime_busy": 409,
    "runtime_not_found": 404,
    "runtime_unsupported": 422,
    "start": 502,
    "timeout": 504,
    "too_large": 413,
    "transfer": 422,
    "unauthenticated": 401,
    "unknown_command": 404,
    "unsupported_type": 415,
    "usage": 422,
}
# What a client of HTTP reads in camelCase as all else.
_NAMES = {"stderr_tail": "stderrTail", "exit_code": "exitCode", "memory_peak_bytes": "memoryPeakBytes"}
_MOST_FIELDS = 10  # that one answer names
_INNER = frozenset(("status", "outputs"))  # of an error of the wire: the first is the document's own word for a number


def status_of(code: str) -> int:
    """The HTTP status of one of the wire's error codes."""
    return STATUSES.get(code, 500)


def document(refused: Refused, *, with_outputs: bool = False) -> dict[str, Any]:
    """The problem document of an error: `type title status detail code`, and its facts.

    Args:
        with_outputs: whether what the code printed before is told too.
    """
    status = status_of(refused.code)
    facts = {_NAMES.get(name, name): fact for name, fact in refused.facts.items() if name not in _INNER}
    if with_outputs:
        facts["outputs"] = refused.facts.get("outputs", [])
    common = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(refused),
        "code": refused.code,
    }
    return facts | common


def wrong_fields(errors: Iterable[Any]) -> Refused:
    """What a client is told whose body or query is not as it must be: which fields, and why.

    Args:
        errors: as pydantic has them, without what of a request they are in.
    """
    named = [(".".join(map(str, error["loc"])) or "body", error["msg"]) for error in errors][:_MOST_FIELDS]
    said = "; ".join(f"field '{name}': {message}" for name, message in named)
    return Refused("bad_request", said, {"fields": [name for name, _ in named]})


def problem(refused: Refused, headers: Iterable[tuple[str, str]] = (), *, with_outputs: bool = False) -> Response:
    """The response that tells of an error."""
    content = document(refused, with_outputs=with_outputs)
    body = json.dumps(content, separators=(",", ":")).encode()
    return Response(body, content["status"], dict(headers), PROBLEM_JSON)

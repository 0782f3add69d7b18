"""What the OpenAPI document says of replies: every status, every schema. Runs in the HTTP server.

FastAPI reads requests' bodies off the models; replies are written without a model, for speed, so they are said here.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.routing import compile_path

from http_headers import ARROW, BYTES, EVENTS, FRAME, JSON
from http_problems import PROBLEM_JSON

Content = dict[str, Any]  # schema by media type

DESCRIPTION = """Runs code in a Python environment, and moves values in and out of it.

Every request needs the header `Authorization: Bearer TOKEN`; the token is in the backend's connection file. Further
headers, all of them optional: `Beep-Protocol` (the version that the client speaks), `Beep-Request` (a name for this
call, by which `/api/interrupt` finds it), `Beep-Incarnation` (the worker that the client has met last; if the
session has another one by now, the call is refused before anything is done) and `Beep-Accepts` (the forms of values
that the client takes). Replies name their worker in `Beep-Incarnation`.

What JSON has not stands in values as `{"$type": NAME, "value": …}`. A value that cannot travel is a handle. With
`Accept: application/vnd.beep.frame` large memory comes beside the JSON, and requests may bring it so."""

_HANDLE = {
    "type": "object",
    "required": ["isHandle", "handleId", "typeName", "preview"],
    "properties": {
        "isHandle": {"const": True},
        "handleId": {"type": "string"},
        "typeName": {"type": "string"},
        "preview": {"type": "string"},
        "reason": {"type": "string", "description": "Why the object did not travel."},
        "cure": {"type": "string", "description": "What to do about it."},
        "shape": {"type": "array", "items": {"type": "integer"}, "description": "Of an array or a table."},
        "sizeBytes": {"type": "integer", "description": "Of its memory, where it tells."},
    },
}
_EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {"event": {"type": "string"}, "data": {"type": "string", "contentMediaType": "application/json"}},
}
_VALUE = {"type": "object", "required": ["value"], "properties": {"value": {}}}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
_STATUSES = {
    400: "Malformed JSON or UTF-8, or another protocol version.",
    401: "No token, or a wrong one.",
    403: "A foreign Host or Origin.",
    404: "An unknown handle, variable, session or environment.",
    406: "The variable is not bytes.",
    409: "In conflict with what there is.",
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "Wrong fields, which are named; or a value that cannot be received.",
    424: "The code raised.",
    500: "Our own fault.",
    502: "The worker died, or does not start.",
    503: "Too many wait for the session already.",
    504: "The time limit was reached.",
}
_ALWAYS = (400, 401, 403, 413, 415, 422, 500)
_OF_CODE = (404, 424, 502, 503, 504)


def documented(
    reply: Content | str,
    *,
    runs_code: bool = False,
    statuses: tuple[int, ...] = (),
    body: type[BaseModel] | None = None,
    takes_bytes: bool = False,
) -> dict[str, Any]:
    """What a route's decorator says of its replies.

    Args:
        reply: schema by media type, or the JSON type of each property of a reply, or of the reply itself.
        runs_code: whether what a worker can answer applies.
        statuses: further ones.
        body: the model of a body that the handler reads itself.
        takes_bytes: whether that may be raw bytes too.
    """
    content = reply if isinstance(reply, dict) and all("/" in name for name in reply) else {JSON: _schema(reply)}
    extra = (*_OF_CODE, *statuses) if runs_code else statuses
    if BYTES in content:
        extra = (*extra, 406)
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": _STATUSES[status], "content": {PROBLEM_JSON: {"schema": _PROBLEM}}}
        for status in sorted({*_ALWAYS, *extra})
    }
    responses[200] = {
        "description": "Done.",
        "content": {media_type: {"schema": schema} for media_type, schema in content.items()},
    }
    said: dict[str, Any] = {"responses": responses}
    if body is not None:
        said["openapi_extra"] = {"requestBody": _body_of(body, takes_bytes)}
    return said


def value_reply() -> Content:
    """A value, or the handle that stands for it."""
    return {JSON: {"oneOf": [_VALUE, _HANDLE]}}


def handle_reply() -> Content:
    """A handle."""
    return {JSON: _HANDLE}


def success_reply() -> Content:
    """Nothing but that it was done."""
    return {JSON: {"type": "object", "required": ["success"], "properties": {"success": {"const": True}}}}


def with_events() -> Content:
    """A stream of events; the schema is that of one."""
    return {EVENTS: _EVENT}


def with_frames(content: Content | str) -> Content:
    """The same with buffers beside it, for who asks for frames."""
    known = content if isinstance(content, dict) and all("/" in name for name in content) else {JSON: _schema(content)}
    return known | {FRAME: {"type": "string", "format": "binary"}}


def with_bytes(content: Content) -> Content:
    """The same as raw bytes or as an Arrow stream, for who asks for them."""
    return content | {kind: {"type": "string", "format": "binary"} for kind in (BYTES, ARROW)}


def complete(app: FastAPI) -> dict[str, Any]:
    """The document of an application, with the security scheme that the gate enforces."""
    if not app.openapi_schema:
        found = FastAPI.openapi(app)
        found["components"].setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
        found["security"] = [{"token": []}]
        for name in ("HTTPValidationError", "ValidationError"):
            found["components"]["schemas"].pop(name, None)  # FastAPI's own; ours are problem documents
        _forget_unsaid_replies(found)
        app.openapi_schema = found
    return app.openapi_schema


def _forget_unsaid_replies(document: dict[str, Any]) -> None:
    """FastAPI adds JSON of any form to replies that are of other types."""
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation["responses"]["200"]["content"]
            if not content.get(JSON, {}).get("schema"):
                content.pop(JSON, None)


def methods_of(app: FastAPI, path: str) -> list[str]:
    """What may be done with a path; a router knows of the first route that it met only (RFC 9110, 15.5.6)."""
    for template, operations in complete(app)["paths"].items():
        if compile_path(template)[0].match(path):
            return sorted(method.upper() for method in operations)
    return []


def _schema(reply: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(reply, str):
        return {"type": reply}
    return {
        "type": "object",
        "required": list(reply),
        "properties": {name: kind if isinstance(kind, dict) else {"type": kind} for name, kind in reply.items()},
    }


def _body_of(body: type[BaseModel], takes_bytes: bool) -> dict[str, Any]:
    content = {JSON: {"schema": body.model_json_schema()}, FRAME: {"schema": {"type": "string", "format": "binary"}}}
    if takes_bytes:
        content |= {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (BYTES, ARROW)}
    return {"required": True, "content": content}

"""What a panel's page and the kernel say to each other where there is no server extension. Runs in the kernel; no I/O.

The page sends requests, and says when it comes and goes. To each request the kernel says that it has heard it, and then
one reply; it sends events while a page is there. Paths, bodies and events are those of REST, as in
`server_ext/openapi.yaml`, a path as a list of its parts.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

EventName = Literal["backend", "task", "progress"]


class Request(TypedDict):
    """From the page: `id` comes back in the reply; `flags` are the parameters that REST has in the query."""

    type: Literal["request"]
    id: str
    method: Literal["GET", "POST", "DELETE"]
    path: list[str]
    flags: list[str]
    body: dict[str, Any]


class Visit(TypedDict):
    """From the page: it wants events from now on, or no more."""

    type: Literal["come", "go"]
    page: str


class Heard(TypedDict):
    """To the page: the kernel is free, and has begun with a request."""

    type: Literal["heard"]
    id: str


class Reply(TypedDict):
    """To the page: the content of REST's reply, or where it is not ok `{code, message}`."""

    type: Literal["reply"]
    id: str
    ok: bool
    content: Any


class Event(TypedDict):
    """To all pages: an event of REST's `events`."""

    type: Literal["event"]
    event: EventName
    data: dict[str, Any]


_REQUEST: dict[str, type] = {"id": str, "method": str, "path": list, "flags": list, "body": dict}


def read(message: Any) -> Request | Visit | None:
    """What the page says; None where it is nothing that this version knows."""
    if not isinstance(message, dict):
        return None
    if message.get("type") in ("come", "go") and isinstance(message.get("page"), str):
        return cast("Visit", message)
    if message.get("type") != "request" or not all(isinstance(message.get(k), kind) for k, kind in _REQUEST.items()):
        return None
    texts = [*message["path"], *message["flags"]]
    return cast("Request", message) if all(isinstance(text, str) for text in texts) else None

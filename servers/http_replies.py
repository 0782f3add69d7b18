"""How replies leave: as JSON, as a frame, as server-sent events or as a stream of frames. Runs in the HTTP server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from control import Refused
from http_frames import pack_frame
from http_headers import EVENTS, FRAME, JSON, header_of
from http_problems import document

HEARTBEAT_S = 15.0  # a comment while nothing happens, so that nobody in between takes the stream for dead
INCARNATION = "beep-incarnation"

Event = tuple[str, dict[str, Any], Sequence[Any]]  # its name, its fields, and the buffers of the last one


def takes_frames(request: Request) -> bool:
    """Whether the client can do more than JSON."""
    return FRAME in header_of(request.scope, b"accept")


def takes_events(request: Request) -> bool:
    """Whether the client asks for a stream where a plain reply would do."""
    return EVENTS in header_of(request.scope, b"accept")


def as_json(content: Any, incarnation: str = "") -> Response:
    """A plain reply."""
    body = json.dumps(content, separators=(",", ":")).encode()
    return Response(body, 200, {INCARNATION: incarnation} if incarnation else None, JSON)


def as_frame(fields: dict[str, Any], buffers: Sequence[Any], incarnation: str) -> Response:
    """A reply with buffers beside it."""
    return Response(pack_frame(fields, buffers), 200, {INCARNATION: incarnation}, FRAME)


def stream(request: Request, events: AsyncIterator[Event], incarnation: str = "") -> Response:
    """A reply in parts: events, of which the last is named `reply`, or `error` with a problem document.

    Args:
        events: may raise Refused.
    """
    headers = {"cache-control": "no-store"} | ({INCARNATION: incarnation} if incarnation else {})
    if takes_frames(request):
        return StreamingResponse(_frames(events), 200, headers, FRAME)
    return EventSourceResponse(_sse(events), 200, headers)


async def _frames(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    try:
        async for name, fields, buffers in events:
            kind = "reply" if name == "reply" else "event"
            yield pack_frame({"type": kind, "event": name, "fields": fields}, buffers)
    except Refused as refused:
        yield pack_frame({"type": "reply", "error": document(refused, with_outputs=True)})


async def _sse(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    coming: asyncio.Task[Event] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(events))
            await asyncio.wait([coming], timeout=HEARTBEAT_S)
            if not coming.done():
                yield b": still here\n\n"
                continue
            done, coming = coming, None
            name, fields, _ = done.result()
            yield format_sse_event(event=name, data_str=json.dumps(fields, separators=(",", ":")))
    except StopAsyncIteration:
        return
    except Refused as refused:
        yield format_sse_event(event="error", data_str=json.dumps(document(refused), separators=(",", ":")))
    finally:
        if coming is not None:
            coming.cancel()

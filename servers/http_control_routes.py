"""The routes of the control plane, which never wait for user code. Runs in the HTTP server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

import http_models as models
from calls import refusal
from http_conversation import Conversations
from http_openapi import documented, success_reply, with_events, with_frames
from http_replies import Event, as_json, stream
from http_threads import on_thread
from life import Life
from log import Log
from peers import holds_connection
from supervisor import DEFAULT_SESSION, SessionMissingError

_SESSIONS = {"type": "array", "items": {"type": "object", "required": ["name", "state", "pid"]}}
_HEALTH = {
    "name": "string",
    "kind": "string",
    "environment": "string",
    "address": "string",
    "state": {"enum": ["idle", "busy", "starting", "dead"]},
    "pid": "integer",
    "workerPid": {"type": ["integer", "null"]},
    "python": "string",
    "protocol": "integer",
    "uptimeS": "number",
    "memoryBytes": "integer",
    "sessions": {"type": "array", "items": {"type": "string"}},
    "owner": {"type": ["integer", "null"]},
}


def control_routes(life: Life, conversations: Conversations) -> APIRouter:
    """The routes over a backend's control plane."""
    api = APIRouter(tags=["backend"])
    control, log = life.control, life.log

    async def carry_out(command: str, fields: dict[str, Any]) -> dict[str, Any]:
        return await on_thread(control.answer, command, fields, 0)

    @api.get("/health", **documented(_HEALTH, statuses=(404,)))
    async def health(session: Annotated[str, Query()] = DEFAULT_SESSION) -> Response:
        """How the backend is now."""
        found = await carry_out("health", {"session": session})
        return as_json({_camel(name): fact for name, fact in found.items()})

    @api.post("/api/interrupt", **documented(success_reply(), statuses=(404,)))
    async def interrupt(body: models.Interrupt) -> Response:
        """Interrupts a call; the second time its worker is killed. `success` too where nothing ran."""
        try:
            is_interrupted = life.calls.interrupt(body.session, body.request)
        except SessionMissingError as missing:
            raise refusal(missing) from None
        return as_json({"success": True}) if is_interrupted else as_json({"success": True, "wasIdle": True})

    @api.post("/api/restart", **documented(success_reply(), statuses=(404, 502)))
    async def restart(body: models.Restart) -> Response:
        """Replaces the session's worker by a fresh one; the variables are lost."""
        fresh = await carry_out("restart", {"session": body.session})
        return as_json({"success": True}, fresh["incarnation"])

    @api.get("/api/sessions", **documented({"application/json": _SESSIONS}))
    async def list_sessions() -> Response:
        """The sessions of this backend."""
        return as_json((await carry_out("sessions", {}))["sessions"])

    @api.post("/api/sessions", **documented({"application/json": _SESSIONS}, statuses=(404, 502)))
    async def open_session(body: models.OpenSession) -> Response:
        """Opens a session, unless it is there."""
        return as_json((await carry_out("sessions", {"open": body.name}))["sessions"])

    @api.delete("/api/sessions", **documented(success_reply(), statuses=(404,)))
    async def close_session(name: Annotated[str, Query(min_length=1)]) -> Response:
        """Ends a session with all that its code started; the default one can only be restarted."""
        await carry_out("sessions", {"close": name})
        conversations.relays.forget(name)
        return as_json({"success": True})

    @api.post("/api/stop", **documented({"success": {"const": True}, "swept": "array"}))
    async def stop() -> Response:
        """Ends the backend with all that its code started."""
        return as_json({"success": True} | await carry_out("stop", {}))

    @api.get("/api/logs", **documented(with_frames(with_events())))
    async def logs(request: Request, follow: bool = False) -> Response:
        """The lines of the backend's log; with `follow` further ones as they come, until it ends."""
        return stream(request, _log_events(log, follow))

    @api.post("/api/own", **documented(with_frames(with_events())))
    async def own(body: models.Own, request: Request) -> Response:
        """Makes the caller an owner: the backend ends when its last owner has ended. Where its process cannot be
        watched from here, it owns the backend as long as this stream lasts."""
        client = request.client
        is_seen = client is not None and await on_thread(holds_connection, body.pid, client.host, client.port)
        return stream(request, _owning(life, body.pid if is_seen else 0))

    return api


async def _owning(life: Life, pid: int) -> AsyncIterator[Event]:
    if pid:
        life.owners.add(pid)
        yield "reply", {"owner": life.owners.first}, ()
        return
    let_go = life.owners.hold()
    try:
        yield "own", {"owner": life.owners.first}, ()
        await asyncio.get_running_loop().create_future()  # until the stream is cut
    finally:
        let_go()


async def _log_events(log: Log, is_endless: bool) -> AsyncIterator[Event]:
    """The log's lines, which wait on threads of their own."""
    is_wanted = True
    lines = log.follow(wait=is_endless, is_wanted=lambda: is_wanted)
    try:
        while (line := await on_thread(next, lines, None)) is not None:
            yield "log", {"line": line}, ()
        yield "reply", {}, ()
    finally:
        is_wanted = False
        log.nudge()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)

"""From a request of HTTP to the worker's reply as a response. Runs in the HTTP server.

Bodies are read here and not by FastAPI, whose way to a handler's arguments takes longer than the worker's answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

from calls import MAX_KEY_CHARACTERS
from control import Refused
from http_conversation import Asked, Conversation, Conversations
from http_headers import ARROW, BUFFERS, BYTES, HEADERS, header_of, media_type
from http_models import Put, SessionBody
from http_problems import wrong_fields
from http_relay import Frame
from http_replies import Event, as_frame, as_json, stream, takes_frames
from supervisor import DEFAULT_SESSION

FIRST_S = 0.2  # within which what is refused before it begins is a status, and not an event
_NOT_THE_COMMANDS = ("session", "timeout_s")

Handler = Callable[[Request], Awaitable[Response]]


class Asking:
    """Asks the workers of a backend."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    def handler(self, command: str, model: type[SessionBody]) -> Handler:
        """Carries out a command whose fields are a body's."""

        async def handle(request: Request) -> Response:
            return await self.answer(request, await self._asked_by_body(request, command, model))

        return handle

    async def execute(self, request: Request, model: type[SessionBody]) -> Response:
        """A stream of what code does; what is refused before it begins is a problem."""
        asked = await self._asked_by_body(request, "execute", model)
        conversation = await self._conversations.begin(asked)
        first = asyncio.ensure_future(conversation.next())
        await asyncio.wait([first], timeout=FIRST_S)
        if first.done() and first.exception() is not None:
            conversation.close()
            first.result()
        return stream(request, _events(conversation, first, is_timeout_told=asked.is_inline), asked.incarnation)

    def asked(
        self, request: Request, command: str, fields: dict[str, Any], session: str, timeout_s: float | None = None
    ) -> Asked:
        """What the client asks for, with what its headers say."""
        key, known = header_of(request.scope, b"beep-request"), header_of(request.scope, b"beep-incarnation")
        if len(key) > MAX_KEY_CHARACTERS:
            raise Refused("bad_request", f"a Beep-Request has at most {MAX_KEY_CHARACTERS} characters")
        return Asked(
            command,
            fields,
            session,
            buffers=request.scope.get(BUFFERS, ()),
            timeout_s=timeout_s,
            key=key or None,
            known=known or None,
            is_inline=not takes_frames(request),
            accepts=header_of(request.scope, b"beep-accepts") or None,
        )

    async def answer(self, request: Request, asked: Asked, part: str = "") -> Response:
        """Carries out what is asked.

        A client that takes frames gets what is printed meanwhile as a stream of event frames, which the reply ends;
        others do not get it.

        Args:
            part: the one field that is the whole reply in JSON; empty for all.
        """
        conversation = await self._conversations.begin(asked)
        is_streaming = False
        try:
            frame = await conversation.next()
            if frame[0]["type"] == "event" and not asked.is_inline:
                is_streaming = True
                return stream(request, _events(conversation, frame), asked.incarnation)
            while frame[0]["type"] == "event":
                frame = await conversation.next()
        except Refused as refused:
            refused.incarnation = asked.incarnation
            raise
        finally:
            if not is_streaming:
                conversation.close()
        fields, buffers = frame[0]["fields"], frame[1]
        if buffers:
            return as_frame(fields, buffers, asked.incarnation)
        return as_json(fields[part] if part else fields, asked.incarnation)

    async def bytes_of(self, request: Request, asked: Asked, kind: str) -> Response:
        """The memory of a value that is nothing but bytes.

        Args:
            kind: the media type that it has.

        Raises:
            Refused: not_acceptable.
        """
        asked.is_inline = False
        conversation = await self._conversations.begin(asked)
        try:
            while (frame := await conversation.next())[0]["type"] == "event":
                pass
        finally:
            conversation.close()
        value, buffers = frame[0]["fields"].get("value"), frame[1]
        if not isinstance(value, dict) or value.get("$type") not in ("bytes", "bytearray", "memoryview"):
            raise Refused("not_acceptable", f"the variable '{asked.fields['name']}' is not bytes")
        headers = {"beep-incarnation": asked.incarnation}
        return Response(bytes(buffers[0]) if buffers else b"", 200, headers, kind)

    async def put(self, request: Request, name: str, session: str, timeout_s: float | None) -> Asked:
        """What sets a variable to the value that a body is: raw bytes, an Arrow stream, or its field `value`."""
        kind = media_type(request.scope[HEADERS])
        if kind in (BYTES, ARROW):
            form = {"form": "arrow"} if kind == ARROW else {}
            tree = {"$type": "bytes", "value": 0}
            asked = self.asked(request, "put", {"values": {name: tree}} | form, session, timeout_s)
            asked.buffers = [await request.body()]
            return asked
        said = await read_body(request, Put)
        session, timeout_s = said.get("session", session), said.get("timeout_s", timeout_s)
        return self.asked(request, "put", {"values": {name: said["value"]}}, session, timeout_s)

    async def _asked_by_body(self, request: Request, command: str, model: type[SessionBody]) -> Asked:
        said = await read_body(request, model)
        fields = {name: value for name, value in said.items() if name not in _NOT_THE_COMMANDS}
        return self.asked(request, command, fields, said.get("session", DEFAULT_SESSION), said.get("timeout_s"))


async def read_body(request: Request, model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a body, as the client has said them.

    Raises:
        Refused: it is no JSON, or not of the model.
    """
    try:
        said = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused("malformed", "the body is not JSON") from None
    try:
        model.model_validate(said)
    except ValidationError as error:
        raise wrong_fields(error.errors(include_url=False, include_input=False)) from None
    found: dict[str, Any] = said
    return found


async def _events(
    conversation: Conversation, first: Frame | asyncio.Future[Frame], *, is_timeout_told: bool = False
) -> AsyncIterator[Event]:
    """What a conversation brings.

    Args:
        is_timeout_told: an `execute` that was interrupted at its time limit ends with an error and not with its reply,
            which says `timed_out` else.
    """
    try:
        header, buffers = await first if isinstance(first, asyncio.Future) else first
        while header["type"] == "event":
            yield header["event"], header["fields"], ()
            header, buffers = await conversation.next()
        fields = header["fields"]
        if conversation.is_late and fields.get("status") == "interrupted":
            if is_timeout_told:
                raise conversation.timeout(fields["error"])
            fields["timed_out"] = True
        yield "reply", fields, buffers
    finally:
        if isinstance(first, asyncio.Future):
            first.cancel()
        conversation.close()

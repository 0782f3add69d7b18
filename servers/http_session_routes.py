"""The routes of the session plane: `/api/*` but for what the server answers itself. Runs in the HTTP server.

A handler names its command; the worker carries it out as it does for every transport.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

import http_models as models
from calls import MAX_KEY_CHARACTERS
from control import Refused
from http_conversation import Asked, Conversation, Conversations
from http_openapi import (
    BYTES,
    documented,
    handle_reply,
    success_reply,
    value_reply,
    with_bytes,
    with_events,
    with_frames,
)
from http_relay import Frame
from http_replies import Event, as_frame, as_json, stream, takes_frames
from supervisor import DEFAULT_SESSION

FIRST_S = 0.2  # within which what is refused before it begins is a status, and not an event
SessionName = Annotated[str, Query(description="A namespace with a worker process of its own.")]
TimeoutS = Annotated[float | None, Query(gt=0, le=models.LONGEST_S)]


def session_routes(conversations: Conversations) -> APIRouter:
    """The routes over a backend's conversations."""
    api = APIRouter(prefix="/api", tags=["session"])
    asking = Asking(conversations)

    @api.post("/eval", **documented(with_frames(value_reply()), runs_code=True))
    async def evaluate(body: models.Eval, request: Request) -> Response:
        """Runs statements; the value of the last expression is the reply's."""
        return await asking.answer(request, "eval", body)

    @api.post("/execute", **documented(with_frames(with_events()), runs_code=True))
    async def execute(body: models.Execute, request: Request) -> Response:
        """Runs code as a notebook cell: an `output` event for each output as it comes (Jupyter's nbformat 4),
        `input_request` where it reads standard input, and last `reply`, or `error` with a problem document."""
        return await asking.execute(request, body)

    @api.post("/input", **documented(success_reply()))
    async def answer_input(body: models.Input) -> Response:
        """Answers an `input_request` event."""
        conversations.send_input(body.request, body.text)
        return as_json({"success": True})

    @api.post("/import", **documented(handle_reply(), runs_code=True))
    async def import_module(body: models.Import, request: Request) -> Response:
        """Imports a module."""
        return await asking.answer(request, "import", body)

    @api.post("/create", **documented(with_frames(handle_reply()), runs_code=True))
    async def create(body: models.Create, request: Request) -> Response:
        """Makes an object of a class."""
        return await asking.answer(request, "create", body)

    @api.post("/call", **documented(with_frames(value_reply()), runs_code=True))
    async def call(body: models.Call, request: Request) -> Response:
        """Calls a method of an object, or the object itself."""
        return await asking.answer(request, "call", body)

    @api.post("/getattr", **documented(with_frames(value_reply()), runs_code=True))
    async def get_attribute(body: models.GetAttribute, request: Request) -> Response:
        """Reads an attribute."""
        return await asking.answer(request, "getattr", body)

    @api.post("/setattr", **documented(with_frames(success_reply()), runs_code=True))
    async def set_attribute(body: models.SetAttribute, request: Request) -> Response:
        """Sets an attribute."""
        return await asking.answer(request, "setattr", body)

    @api.post("/dispose", **documented(success_reply(), runs_code=True))
    async def dispose(body: models.Target, request: Request) -> Response:
        """Lets go of an object; an unknown handle is 404."""
        return await asking.answer(request, "dispose", body)

    @api.post("/release", **documented(success_reply(), runs_code=True))
    async def release(body: models.Release, request: Request) -> Response:
        """Lets go of objects that nobody here refers to any more; unknown handles are passed over."""
        return await asking.answer(request, "release", body)

    @api.post("/tofloatarray", **documented(with_frames({"data": "array"}), runs_code=True))
    async def to_float_array(body: models.Target, request: Request) -> Response:
        """The numbers of a one-dimensional object."""
        return await asking.answer(request, "tofloatarray", body)

    @api.post("/tofloatarray2d", **documented(with_frames({"data": "array"}), runs_code=True))
    async def to_float_array_2d(body: models.Target, request: Request) -> Response:
        """The numbers of a two-dimensional object, row by row."""
        return await asking.answer(request, "tofloatarray2d", body)

    @api.post("/module_available", **documented({"available": "boolean"}, runs_code=True))
    async def module_available(body: models.Import, request: Request) -> Response:
        """Whether a module can be found; it is not imported."""
        return await asking.answer(request, "module_available", body)

    @api.post("/wrap", **documented(with_frames(handle_reply()), runs_code=True))
    async def wrap(body: models.Wrap, request: Request) -> Response:
        """Keeps a value as an object of the session."""
        return await asking.answer(request, "wrap", body)

    @api.post(
        "/complete",
        **documented({"matches": "array", "cursorStart": "integer", "cursorEnd": "integer"}, runs_code=True),
    )
    async def complete(body: models.AtCursor, request: Request) -> Response:
        """What could stand at the cursor."""
        return await asking.answer(request, "complete", body)

    @api.post("/inspect", **documented({"found": "boolean", "data": "object"}, runs_code=True))
    async def inspect(body: models.AtCursor, request: Request) -> Response:
        """What is known of the name at the cursor, by MIME type."""
        return await asking.answer(request, "inspect", body)

    @api.get("/handles", **documented("array", runs_code=True))
    async def list_handles(request: Request, session: SessionName = DEFAULT_SESSION) -> Response:
        """The objects that clients hold handles of."""
        fields, _, asked = await asking.carry_out(asking.asked(request, "handles", {}, session))
        return as_json(fields["handles"], asked.incarnation)

    @api.get("/variables", **documented({"variables": "object"}, runs_code=True))
    async def list_variables(request: Request, session: SessionName = DEFAULT_SESSION) -> Response:
        """The variables, without modules and names that begin with `_`."""
        return await asking.reply(request, asking.asked(request, "variables", {}, session))

    @api.get("/variables/{name}", **documented(with_bytes(with_frames(value_reply())), runs_code=True))
    async def get_variable(
        name: str, request: Request, session: SessionName = DEFAULT_SESSION, timeout_s: TimeoutS = None
    ) -> Response:
        """The value of a variable; with `Accept: application/octet-stream` the bytes of one that is bytes."""
        asked = asking.asked(request, "get", {"name": name}, session, timeout_s)
        if BYTES in request.headers.get("accept", ""):
            return await asking.raw_bytes(asked)
        return await asking.reply(request, asked)

    @api.put(
        "/variables/{name}",
        **documented(with_frames(success_reply()), runs_code=True, body=models.Put, takes_bytes=True),
    )
    async def put_variable(
        name: str, request: Request, session: SessionName = DEFAULT_SESSION, timeout_s: TimeoutS = None
    ) -> Response:
        """Sets a variable; an `application/octet-stream` body makes it bytes."""
        tree, buffers, body = await asking.value_in(request)
        asked = asking.asked(request, "put", {"values": {name: tree}}, session, timeout_s)
        asked.buffers = buffers
        if body is not None:
            asked.session, asked.timeout_s = asking.scope_of(body, session, timeout_s)
        await asking.carry_out(asked)
        return as_json({"success": True}, asked.incarnation)

    @api.delete("/variables/{name}", **documented(success_reply(), runs_code=True))
    async def delete_variable(name: str, request: Request, session: SessionName = DEFAULT_SESSION) -> Response:
        """Removes a variable."""
        _, _, asked = await asking.carry_out(asking.asked(request, "delete", {"name": name}, session))
        return as_json({"success": True}, asked.incarnation)

    return api


class Asking:
    """From a request of HTTP to the worker's reply as a response."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    def asked(
        self, request: Request, command: str, fields: dict[str, Any], session: str, timeout_s: float | None = None
    ) -> Asked:
        """What the client asks for, with what its headers say."""
        key = request.headers.get("beep-request")
        if key is not None and len(key) > MAX_KEY_CHARACTERS:
            raise Refused("bad_request", f"a Beep-Request has at most {MAX_KEY_CHARACTERS} characters")
        return Asked(
            command,
            fields,
            session,
            buffers=request.scope.get("beep.buffers", ()),
            timeout_s=timeout_s,
            key=key,
            known=request.headers.get("beep-incarnation"),
            is_inline=not takes_frames(request),
        )

    async def answer(self, request: Request, command: str, body: models.CallBody) -> Response:
        """Carries a command out and answers with its fields."""
        return await self.reply(request, self.asked(request, command, body.fields(), body.session, body.timeout_s))

    async def reply(self, request: Request, asked: Asked) -> Response:
        """Carries out what is asked and answers with the reply's fields; JSON clients get no `outputs`."""
        fields, buffers, _ = await self.carry_out(asked)
        if buffers:
            return as_frame(fields, buffers, asked.incarnation)
        return as_json(fields, asked.incarnation)

    async def carry_out(self, asked: Asked) -> tuple[dict[str, Any], Any, Asked]:
        """The reply's fields and buffers. What was printed meanwhile is in the field `outputs`, for who takes frames.

        Raises:
            Refused: the worker's error, or why there is no reply.
        """
        outputs: list[dict[str, Any]] = []
        conversation = await self._conversations.begin(asked)
        try:
            while (frame := await conversation.next())[0]["type"] == "event":
                outputs.append(frame[0]["fields"])
        except Refused as refused:
            refused.incarnation = asked.incarnation
            refused.facts["outputs"] = outputs + refused.facts.get("outputs", [])
            raise
        finally:
            conversation.close()
        fields = frame[0]["fields"]
        if outputs and not asked.is_inline:
            fields["outputs"] = outputs
        return fields, frame[1], asked

    async def execute(self, request: Request, body: models.Execute) -> Response:
        """A stream of what the code does; what is refused before it begins is a problem."""
        asked = self.asked(request, "execute", body.fields(), body.session, body.timeout_s)
        conversation = await self._conversations.begin(asked)
        first = asyncio.ensure_future(conversation.next())
        await asyncio.wait([first], timeout=FIRST_S)
        if first.done() and first.exception() is not None:
            conversation.close()
            first.result()
        return stream(request, _events(conversation, first), asked.incarnation)

    async def raw_bytes(self, asked: Asked) -> Response:
        """The memory of a value that is nothing but bytes.

        Raises:
            Refused: not_acceptable.
        """
        asked.is_inline = False
        fields, buffers, _ = await self.carry_out(asked)
        value = fields.get("value")
        is_bytes = isinstance(value, dict) and value.get("$type") in ("bytes", "bytearray", "memoryview")
        if not is_bytes or len(buffers) > 1:
            raise Refused("not_acceptable", f"the variable '{asked.fields['name']}' is not bytes")
        headers = {"beep-incarnation": asked.incarnation}
        return Response(bytes(buffers[0]) if buffers else b"", 200, headers, BYTES)

    async def value_in(self, request: Request) -> tuple[Any, Any, models.Put | None]:
        """The value that a body is: its tree, its buffers, and the body where that is JSON."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == BYTES:
            return {"$type": "bytes", "value": 0}, [await request.body()], None
        body = await read_body(request, models.Put)
        return body.value, request.scope.get("beep.buffers", ()), body

    def scope_of(self, body: models.Put, session: str, timeout_s: float | None) -> tuple[str, float | None]:
        """The session and time limit of a body that may name them as the query does."""
        said = body.model_fields_set
        return body.session if "session" in said else session, body.timeout_s if "timeout_s" in said else timeout_s


async def read_body(request: Request, model: type[models.Put]) -> models.Put:
    """The body of a route that FastAPI does not read, since it may be something else too.

    Raises:
        RequestValidationError, Refused: it is no such body.
    """
    try:
        return model.model_validate(json.loads(await request.body()))
    except ValidationError as error:
        raise RequestValidationError([found | {"loc": ("body", *found["loc"])} for found in error.errors()]) from None
    except (ValueError, RecursionError):
        raise Refused("malformed", "the body is not JSON") from None


async def _events(conversation: Conversation, first: asyncio.Future[Frame]) -> AsyncIterator[Event]:
    try:
        header, buffers = await first
        while header["type"] == "event":
            yield header["event"], header["fields"], ()
            header, buffers = await conversation.next()
        fields = header["fields"]
        if conversation.is_late and fields["status"] == "interrupted":
            fields["timed_out"] = True
        yield "reply", fields, buffers
    finally:
        first.cancel()
        conversation.close()

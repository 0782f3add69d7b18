"""The routes of the session plane: `/api/*` but for what the server answers itself. Runs in the HTTP server.

A route names its command; the worker carries it out as it does for every transport.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

import http_models as models
from http_asking import Asking, read_body
from http_conversation import Conversations
from http_headers import ARROW, BYTES, header_of
from http_openapi import (
    documented,
    handle_reply,
    success_reply,
    value_reply,
    with_bytes,
    with_events,
    with_frames,
)
from http_replies import as_json
from supervisor import DEFAULT_SESSION

SessionName = Annotated[str, Query(description="A namespace with a worker process of its own.")]
TimeoutS = Annotated[float | None, Query(gt=0, le=models.LONGEST_S, description="As in the bodies of other routes.")]
VariableName = Annotated[str, Path(description="As code would write it.")]

_COMPLETION = {"matches": "array", "cursorStart": "integer", "cursorEnd": "integer"}
_FLOATS = {"data": {"type": "array"}, "shape": {"type": "array", "items": {"type": "integer"}}}

# Command, body, reply, and what it does; `eval` first, since routes are looked through in order.
PLAIN: tuple[tuple[str, type[models.SessionBody], Any, str], ...] = (
    (
        "eval",
        models.Eval,
        with_frames(value_reply()),
        "Runs statements; the value of the last expression is the reply's.",
    ),
    (
        "call",
        models.Call,
        with_frames(value_reply()),
        "Calls a method of an object; the method without a name is the object itself.",
    ),
    ("getattr", models.GetAttribute, with_frames(value_reply()), "Reads an attribute."),
    ("setattr", models.SetAttribute, with_frames(success_reply()), "Sets an attribute."),
    ("import", models.Import, with_frames(handle_reply()), "Imports a module; no variable is set."),
    ("create", models.Create, with_frames(handle_reply()), "Makes an object of a class."),
    ("wrap", models.Wrap, with_frames(handle_reply()), "Keeps a value as an object of the session."),
    (
        "dispose",
        models.Target,
        with_frames(success_reply()),
        "Lets go of an object; a handle that is not known is an error.",
    ),
    ("release", models.Release, with_frames(success_reply()), "Lets go of objects; unknown handles are passed over."),
    ("tofloatarray", models.Target, with_frames(_FLOATS), "The numbers of a one-dimensional object."),
    ("tofloatarray2d", models.Target, with_frames(_FLOATS), "The numbers of a two-dimensional object, row by row."),
    (
        "module_available",
        models.Import,
        with_frames({"available": "boolean"}),
        "Whether a module can be found; it is not imported.",
    ),
    (
        "preview",
        models.Target,
        with_frames({"data": "object"}),
        "How an object would look in a notebook, by MIME type.",
    ),
    (
        "capabilities",
        models.Capabilities,
        with_frames({"accepts": {"type": "string"}, "memory": {"type": ["object", "null"]}}),
        "What the worker takes, and whether the two sides can open memory that the other lends.",
    ),
    ("complete", models.AtCursor, with_frames(_COMPLETION), "What could stand at the cursor."),
    (
        "inspect",
        models.AtCursor,
        with_frames({"found": "boolean", "data": "object"}),
        "What is known of the name at the cursor, by MIME type.",
    ),
)


def session_routes(conversations: Conversations) -> APIRouter:
    """The routes over a backend's conversations."""
    api = APIRouter(prefix="/api", tags=["session"])
    asking = Asking(conversations)
    for command, model, reply, summary in PLAIN:
        api.add_api_route(
            f"/{command}",
            asking.handler(command, model),
            methods=["POST"],
            name=command,
            description=summary,
            **documented(reply, runs_code=True, body=model),
        )
    _add_execution(api, asking, conversations)
    _add_lists(api, asking)
    _add_variables(api, asking)
    return api


def _add_execution(api: APIRouter, asking: Asking, conversations: Conversations) -> None:
    @api.post("/execute", **documented(with_frames(with_events()), runs_code=True, body=models.Execute))
    async def execute(request: Request) -> Response:
        """Runs code as a notebook cell: an `output` event for each output as it comes (Jupyter's nbformat 4),
        `input_request` where it reads standard input, and last `reply`, or `error` with a problem document."""
        return await asking.execute(request, models.Execute)

    @api.post("/input", **documented(success_reply(), body=models.Input))
    async def answer_input(request: Request) -> Response:
        """Answers an `input_request` event."""
        said = await read_body(request, models.Input)
        conversations.send_input(said["request"], said["text"])
        return as_json({"success": True})


def _add_lists(api: APIRouter, asking: Asking) -> None:
    @api.get("/handles", **documented(with_frames("array"), runs_code=True))
    async def list_handles(request: Request, session: SessionName = DEFAULT_SESSION) -> Response:
        """The objects that clients hold handles of."""
        return await asking.answer(request, asking.asked(request, "handles", {}, session), part="handles")

    @api.get("/variables", **documented(with_frames({"variables": "object"}), runs_code=True))
    async def list_variables(request: Request, session: SessionName = DEFAULT_SESSION) -> Response:
        """The variables, without modules and names that begin with `_`."""
        return await asking.answer(request, asking.asked(request, "variables", {}, session))


def _add_variables(api: APIRouter, asking: Asking) -> None:
    @api.get("/variables/{name:path}", **documented(with_bytes(with_frames(value_reply())), runs_code=True))
    async def get_variable(
        name: VariableName, request: Request, session: SessionName = DEFAULT_SESSION, timeout_s: TimeoutS = None
    ) -> Response:
        """The value of a variable; with `Accept: application/octet-stream` the bytes of one that is bytes, with
        `application/vnd.apache.arrow.stream` a table as an Arrow stream."""
        asked = asking.asked(request, "get", {"name": name}, session, timeout_s)
        accepted = header_of(request.scope, b"accept")
        if ARROW in accepted:
            asked.fields["form"] = "arrow"
            return await asking.bytes_of(request, asked, ARROW)
        if BYTES in accepted:
            return await asking.bytes_of(request, asked, BYTES)
        return await asking.answer(request, asked)

    @api.put(
        "/variables/{name:path}",
        **documented(with_frames(success_reply()), runs_code=True, body=models.Put, takes_bytes=True),
    )
    async def put_variable(
        name: VariableName, request: Request, session: SessionName = DEFAULT_SESSION, timeout_s: TimeoutS = None
    ) -> Response:
        """Sets a variable; an `application/octet-stream` body makes it bytes, an `application/vnd.apache.arrow.stream`
        one a `pyarrow.Table`."""
        return await asking.answer(request, await asking.put(request, name, session, timeout_s))

    @api.delete("/variables/{name:path}", **documented(with_frames(success_reply()), runs_code=True))
    async def delete_variable(name: VariableName, request: Request, session: SessionName = DEFAULT_SESSION) -> Response:
        """Removes a variable."""
        return await asking.answer(request, asking.asked(request, "delete", {"name": name}, session))

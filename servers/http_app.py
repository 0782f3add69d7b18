"""The application behind the gate: routes, their document, and how errors leave. Runs in the HTTP server."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from beep_jupyter.version import __version__

from control import Refused
from http_control_routes import control_routes
from http_conversation import Conversations
from http_docs import Links, docs_routes
from http_openapi import DESCRIPTION, complete
from http_problems import problem
from http_replies import INCARNATION, takes_frames
from http_session_routes import session_routes
from http_venv_routes import venv_routes
from life import Life

THREADS = 64  # for what may wait: starting workers, stopping, asking why a worker ended
_CODES = {400: "malformed", 404: "not_found", 405: "method_not_allowed"}


def make_app(life: Life, links: Links) -> FastAPI:
    """The application of one backend.

    Args:
        links: the one-use links to its API page.
    """
    app = FastAPI(
        title="beep-jupyter backend",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    executor = ThreadPoolExecutor(THREADS, "beep")
    conversations = Conversations(life, executor)
    app.include_router(session_routes(conversations))
    app.include_router(control_routes(life, conversations, executor))
    app.include_router(venv_routes(life, executor))
    app.include_router(docs_routes(app, links))
    app.openapi = lambda: complete(app)  # type: ignore[method-assign]  # FastAPI's way to change its document
    _tell_errors(app, life)
    return app


def _tell_errors(app: FastAPI, life: Life) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        headers = [(INCARNATION, error.incarnation)] if error.incarnation else []
        return problem(error, headers, with_outputs=takes_frames(request))

    @app.exception_handler(RequestValidationError)
    async def wrong_fields(request: Request, error: RequestValidationError) -> Response:
        return problem(validation_refusal(error.errors()))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        refused = Refused(_CODES.get(error.status_code, "internal"), error.detail)
        return problem(refused, (error.headers or {}).items())

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        life.log("".join(traceback.format_exception(error)).rstrip())
        return problem(Refused("internal", "the server failed; its log says how"))


def validation_refusal(errors: Any) -> Refused:
    """Names what is wrong with a body or query: 400 where it is no JSON, else the fields."""
    if any(error["type"] == "json_invalid" for error in errors):
        return Refused("malformed", "the body is not JSON")
    named = [(".".join(str(part) for part in error["loc"][1:]) or "body", error["msg"]) for error in errors]
    said = "; ".join(f"field '{name}': {message}" for name, message in named[:10])
    return Refused("bad_request", said, {"fields": [name for name, _ in named]})

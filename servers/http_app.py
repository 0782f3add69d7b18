"""The application behind the gate: routes, their document, and how errors leave. Runs in the HTTP server."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from beep_jupyter.version import __version__

from control import Refused
from http_control_routes import control_routes
from http_conversation import Conversations
from http_docs import Links, docs_routes
from http_openapi import DESCRIPTION, complete, methods_of
from http_problems import problem, wrong_fields
from http_replies import INCARNATION, takes_frames
from http_session_routes import session_routes
from http_venv_routes import venv_routes
from life import Life

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
        redirect_slashes=False,
    )
    conversations = Conversations(life)
    app.include_router(session_routes(conversations))
    app.include_router(control_routes(life, conversations))
    app.include_router(venv_routes(life))
    app.include_router(docs_routes(app, links))
    app.openapi = lambda: complete(app)  # type: ignore[method-assign]  # FastAPI's way to change its document
    _tell_errors(app)
    return app


def _tell_errors(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        headers = [(INCARNATION, error.incarnation)] if error.incarnation else []
        return problem(error, headers, with_outputs=takes_frames(request))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if any(found["type"] == "json_invalid" for found in error.errors()):
            return problem(Refused("malformed", "the body is not JSON"))
        return problem(wrong_fields(found | {"loc": found["loc"][1:]} for found in error.errors()))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        refused = Refused(_CODES.get(error.status_code, "internal"), error.detail)
        headers = dict(error.headers or {})
        if "Allow" in headers:
            headers["Allow"] = ", ".join(methods_of(app, request.url.path))
        return problem(refused, headers.items())

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:  # is raised on, to uvicorn, which logs it
        return problem(Refused("internal", "the server failed; its log says how"))

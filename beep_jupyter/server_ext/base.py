"""What all handlers share: who may ask, what was asked, and how replies leave. Runs in the Jupyter server.

Who is not logged in gets one and the same answer for every path and method, known or not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated

from ..listings import as_object
from . import contract
from .problems import INTERNAL, ProblemError, problem_of
from .service import Service
from .task import Task
from .threads import in_thread

Method = TypeVar("Method", bound=Callable[..., Any])
ROOT = "/beep/v1"
EVENTS = "text/event-stream"
FORBIDDEN = {"code": "forbidden", "message": "Log in, and ask whoever runs this server for the permission."}


def permitted(action: str, resource: str) -> Callable[[Method], Method]:
    """Lets a handler's method be reached by who is logged in and authorised only.

    Both are named always: without arguments, Jupyter's decorator keeps those of its first call for ever.

    Args:
        action: read, write or execute.
        resource: such as `beep:environments`.
    """

    def decorate(method: Method) -> Method:
        return cast("Method", authenticated(authorized(action, resource)(method)))

    return decorate


class BeepHandler(ExtensionHandlerMixin, APIHandler):
    """A handler of one path of `openapi.yaml`.

    Attributes:
        template: that path.
    """

    template = ""

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler has it
        """Refuses who is not logged in before anything else is looked at."""
        await super().prepare()
        if not self.current_user:
            raise HTTPError(403)

    @property
    def service(self) -> Service:
        """What does the work."""
        return cast("Service", self.settings["beep_service"])

    async def body(self) -> dict[str, Any]:
        """The body, checked on a thread, since it may be large.

        Raises:
            ProblemError: 400 or 422.
        """
        return await in_thread(contract.read, self.template, self.request.method or "", self.request.body)

    def flag(self, name: str) -> bool:
        """A parameter of the query that is true or false.

        Raises:
            ProblemError: 422, it is neither.
        """
        text = self.get_query_argument(name, "0").lower()
        if text not in ("0", "1", "true", "false"):
            raise ProblemError(422, "wrong_fields", f"Parameter '{name}' must be 1 or 0.")
        return text in ("1", "true")

    @property
    def takes_events(self) -> bool:
        """Whether the client asks for a stream where a plain reply would do."""
        return EVENTS in self.request.headers.get("Accept", "")

    def reply(self, content: Any, status: int = 200) -> None:
        """Answers an object, or a list of them."""
        items = [as_object(item) for item in content] if isinstance(content, list) else as_object(content)
        self.set_status(status)
        self.set_header("Beep-Home", quote(self.service.home))  # by which a page sees whether its kernel has the same
        self.finish(json.dumps(items, default=str))

    def reply_created(self, content: Any, *path: str) -> None:
        """Answers what was made, and where it is."""
        self.set_header("Location", self.location(*path))
        self.reply(content, 201)

    def reply_task(self, task: Task) -> None:
        """Answers that work has begun, and where to follow it."""
        self.set_header("Location", self.location("tasks", task.id))
        self.reply(task.as_object(), 202)

    def reply_done(self) -> None:
        """Answers that there is nothing to say."""
        self.set_status(204)
        self.finish()

    def location(self, *path: str) -> str:
        """The absolute path of something of ours."""
        return url_path_join(self.base_url, ROOT, *path)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """The one place where errors become replies."""
        error = kwargs.get("exc_info", (None, None))[1]
        status, body = _told(error, status_code)
        if not getattr(self, "_jupyter_current_user", None):
            status, body = 403, FORBIDDEN
        self.set_status(status)
        self.finish(json.dumps(body))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What is expected is an answer and no event of the server; what is not keeps its traceback."""
        if isinstance(value, HTTPError) or problem_of(value)[1] is INTERNAL:
            super().log_exception(typ, value, tb)

    @classmethod
    def methods(cls) -> Iterable[str]:
        """The methods that it answers, in lower case."""
        own = ("get", "post", "patch", "delete")
        return [name for name in own if getattr(cls, name) is not getattr(APIHandler, name)]


def _told(error: BaseException | None, status_code: int) -> tuple[int, dict[str, Any]]:
    if isinstance(error, HTTPError) or error is None:
        if status_code == 403:
            return 403, FORBIDDEN
        phrase = HTTPStatus(status_code).phrase
        message = f"{phrase}. docs/reference/rest.md lists the paths and what they take."
        return status_code, {"code": phrase.lower().replace(" ", "_"), "message": message}
    return problem_of(error)

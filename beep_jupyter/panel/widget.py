"""`Panel`: the widget. Runs in the kernel; the only module that imports anywidget.

It holds what the page needs to know of this kernel, and answers the page where there is no server extension. All else
is in `static/`: plain JavaScript in parts of one idea, joined here into the one module that anywidget takes.
"""

from __future__ import annotations

import contextvars
import json
import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from IPython.display import display

from .. import listings
from ..errors import BeepError
from .messages import Event, EventName, Heard, Reply, Request, read
from .routes import Routes
from .tasks import Tasks
from .watch import Watch

if TYPE_CHECKING:
    from ..manager import Beep

STATIC = Path(__file__).with_name("static")
PARTS = ("elements", "carriers", "store", "backends", "environments", "runtimes", "tasks", "logs", "panel")
_UNFORESEEN = {"code": "internal", "message": "The panel failed in the kernel; its log says how."}

log = logging.getLogger(__name__)


class Panel(anywidget.AnyWidget):
    """The control panel of one home.

    Args:
        beep: the manager of the home.
    """

    _esm = "\n".join((STATIC / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)
    _css = (STATIC / "panel.css").read_text(encoding="utf-8")
    home = traitlets.Unicode().tag(sync=True)
    kernel_pid = traitlets.Int().tag(sync=True)

    def __init__(self, beep: Beep) -> None:
        self._answering: set[threading.Thread] = set()
        self._tasks = Tasks(str(beep.home), self._tell)
        self._watch = Watch(
            lambda: [listings.as_object(health) for health in listings.backend_objects(beep)], self._tell
        )
        self._routes = Routes(beep, self._tasks, self._watch.look_soon)
        super().__init__(home=str(beep.home), kernel_pid=os.getpid())
        self.on_msg(self._hear)

    @property
    def is_closed(self) -> bool:
        """Whether nothing shows it any more, and nothing can."""
        return self.comm is None

    def show(self) -> None:
        """Displays it below the cell that runs, as often as one likes."""
        display(self)  # type: ignore[no-untyped-call]  # IPython's

    def close(self) -> None:
        """Takes it away, wherever it is shown; cancels what it had begun, and leaves no thread and no comm."""
        self._watch.stop()
        for thread in list(self._answering):
            thread.join()
        self._tasks.stop()  # behind the answers, which may have begun some
        self.layout.close()  # a widget of its own, with a comm of its own
        super().close()

    def _hear(self, _: object, content: Any, buffers: object) -> None:
        """On the kernel's main thread: hands everything on, so that the kernel is free again."""
        message = read(content)
        if message is None:
            return
        if message["type"] == "request":
            self._in_thread(message)
        elif message["type"] == "come":
            self._watch.come(message["page"])
        else:
            self._watch.go(message["page"])

    def _in_thread(self, request: Request) -> None:
        self._say({"type": "heard", "id": request["id"]})
        context = contextvars.copy_context()  # the message that this answers: what is sent names it
        thread = threading.Thread(target=context.run, args=(self._answer, request), name="beep-panel", daemon=True)
        self._answering.add(thread)
        thread.start()

    def _answer(self, request: Request) -> None:
        try:
            ok, content = True, self._routes.answer(request)
        except BeepError as error:
            ok, content = False, {"code": type(error).__name__, "message": str(error)}
        except Exception:  # a surface's boundary: the page must hear of it
            log.exception("panel: %s %s", request["method"], request["path"])
            ok, content = False, _UNFORESEEN
        reply: Reply = {"type": "reply", "id": request["id"], "ok": ok, "content": content}
        self._say(reply)
        self._answering.discard(threading.current_thread())

    def _tell(self, event: EventName, data: dict[str, Any]) -> None:
        self._say({"type": "event", "event": event, "data": data})

    def _say(self, message: Heard | Reply | Event) -> None:
        if not self.is_closed:
            self.send(json.loads(json.dumps(message, default=str)))  # paths become texts

"""Looks at what runs, on a thread, while a page wants to know. Runs in the kernel.

Backends have no way to call the kernel, so it looks every two seconds, and at once after what the panel itself did.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from ..errors import BeepError
from .messages import EventName

LOOK_S = 2.0
log = logging.getLogger(__name__)


class Watch:
    """Tells of backends that come, change or end.

    Args:
        look: lists what runs, as objects of REST.
        tell: takes each event, on the watch's thread.
    """

    def __init__(
        self, look: Callable[[], list[dict[str, Any]]], tell: Callable[[EventName, dict[str, Any]], None]
    ) -> None:
        self._known: dict[str, dict[str, Any]] = {}
        self._look = look
        self._pages: set[str] = set()
        self._lock = threading.Lock()
        self._soon = threading.Event()
        self._tell = tell
        self._thread: threading.Thread | None = None

    def come(self, page: str) -> None:
        """A page wants to know from now on."""
        with self._lock:
            self._pages.add(page)
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="beep-panel-watch", daemon=True)
                self._thread.start()

    def go(self, page: str) -> None:
        """It wants to know no more; with the last one the thread ends."""
        with self._lock:
            self._pages.discard(page)
        self._soon.set()

    def look_soon(self) -> None:
        """Something has changed just now."""
        self._soon.set()

    def stop(self) -> None:
        """Looks no more, and waits until the thread has ended."""
        with self._lock:
            self._pages.clear()
            thread = self._thread
        self._soon.set()
        if thread is not None:
            thread.join()

    def _go_on(self) -> None:
        self._known = {}
        while self._is_wanted():
            self._soon.clear()
            try:
                self._compare({seen["name"]: seen for seen in self._look()})
            except BeepError as error:  # the home is unusable just now
                log.debug("what runs cannot be listed: %s", error)
            except Exception:  # a reader's top: the pages would hear nothing more, and not know it
                log.exception("what runs cannot be listed")
            if self._pages:
                self._soon.wait(LOOK_S)

    def _is_wanted(self) -> bool:
        with self._lock:
            if not self._pages:
                self._thread = None
            return bool(self._pages)

    def _compare(self, seen: dict[str, dict[str, Any]]) -> None:
        before, self._known = self._known, seen
        for name in before.keys() - seen.keys():
            self._tell("backend", before[name] | {"state": "ended", "worker_pid": None})
        for name, facts in seen.items():
            if name not in before or _told(before[name]) != _told(facts):
                self._tell("backend", facts)


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """What is worth telling: memory and uptime change always."""
    return {key: value for key, value in facts.items() if key not in ("memory_bytes", "uptime_s")}

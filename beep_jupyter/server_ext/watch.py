"""Tells listeners of backends that come, change or end, whoever did it. Runs in the Jupyter server's loop.

Backends have no way to call this server, so it looks while somebody listens, and at once after what it did itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..errors import BeepError
from ..listings import as_object
from ..models import Health
from .feed import Feed, Listener
from .threads import in_thread

LOOK_S = 2.0
log = logging.getLogger(__name__)
_TOLD = ("name", "kind", "environment", "state", "owner", "worker_pid", "sessions")


class Watch:
    """Looks at what runs.

    Args:
        look: lists what runs; called on a thread.
        feed: is told, and says whether anybody listens.
    """

    def __init__(self, look: Callable[[], list[Health]], feed: Feed) -> None:
        self._feed = feed
        self._known: dict[str, dict[str, Any]] = {}
        self._look = look
        self._soon = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """All news of the feed from now on; first of each backend that runs."""
        with self._feed.listening() as listener:
            if self._watching is None or self._watching.done():
                self._known = {}
                self._watching = asyncio.ensure_future(self._go_on())
            else:
                for facts in self._known.values():
                    listener.take(("backend", facts))
            yield listener

    def look_soon(self) -> None:
        """Something has changed just now."""
        self._soon.set()

    def stop(self) -> None:
        """Looks no more."""
        if self._watching is not None:
            self._watching.cancel()

    async def _go_on(self) -> None:
        while self._feed.is_heard:
            self._soon.clear()
            try:
                self._compare({health.name: _told(health) for health in await in_thread(self._look)})
            except BeepError as error:  # the home is unusable just now
                log.debug("what runs cannot be listed: %s", error)
            except Exception:  # a reader's top: whoever listens would hear nothing more, and not know it
                log.exception("what runs cannot be listed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._soon.wait(), LOOK_S)

    def _compare(self, seen: dict[str, dict[str, Any]]) -> None:
        before, self._known = self._known, seen
        for name in before.keys() - seen.keys():
            self._feed.tell("backend", before[name] | {"state": "ended", "worker_pid": None})
        for name, facts in seen.items():
            if before.get(name) != facts:
                self._feed.tell("backend", facts)


def _told(health: Health) -> dict[str, Any]:
    facts = as_object(health)
    return {name: facts[name] for name in _TOLD}

"""Events for whoever listens: news go to every listener, and a slow one is let go. Jupyter server's loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

MOST_WAITING = 256  # events that one listener may be behind
Event = tuple[str, dict[str, Any]]


class Listener:
    """One stream of events, in order; it ends when it is closed or falls too far behind."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(MOST_WAITING + 1)
        self._is_closed = False

    def take(self, event: Event) -> None:
        """Adds an event."""
        if not self._is_closed and self._queue.qsize() >= MOST_WAITING:
            self.close()
        elif not self._is_closed:
            self._queue.put_nowait(event)

    def close(self) -> None:
        """Ends the stream behind what waits in it."""
        self._is_closed = True
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self._queue.get()) is not None:
            yield event


class Feed:
    """The listeners of one thing."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def tell(self, name: str, data: dict[str, Any]) -> None:
        """Tells every listener."""
        for listener in tuple(self._listeners):
            listener.take((name, data))

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A listener from now on."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Ends all streams."""
        for listener in tuple(self._listeners):
            listener.close()

"""Server-sent events out of a handler. Runs in the Jupyter server's loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, Callable
from contextlib import suppress
from typing import Any

from tornado.iostream import StreamClosedError

from .base import EVENTS, BeepHandler
from .feed import Event

HEARTBEAT_S = 15.0  # a comment while nothing happens, so that nobody in between takes the stream for dead


class EventHandler(BeepHandler):
    """A handler that may answer a stream."""

    def initialize(self, name: str, **kwargs: Any) -> None:
        """As Jupyter does it."""
        super().initialize(name, **kwargs)
        self.has_left = False
        self._on_leaving: Callable[[], None] | None = None
        self._sending = asyncio.Lock()

    async def stream(self, events: AsyncIterable[Event], close: Callable[[], None]) -> None:
        """Sends events until they end or the client leaves.

        Args:
            close: ends the events.
        """
        self._on_leaving = close
        with suppress(StreamClosedError):
            async with self.streaming():
                async for name, data in events:
                    await self.send(name, data)

    def streaming(self) -> Streaming:
        """A context in which `send` may be called; in it the heart beats."""
        return Streaming(self)

    async def send(self, name: str, data: dict[str, Any]) -> None:
        """One event.

        Raises:
            StreamClosedError: the client has left.
        """
        await self.send_text(f"event: {name}\ndata: {json.dumps(data, default=str)}\n\n")

    async def send_text(self, text: str) -> None:
        """A part of the stream; as `send`.

        One at a time: of two that wait for a slow client, Tornado forgets the first, which would wait for ever.
        """
        async with self._sending:
            if self.has_left:
                raise StreamClosedError
            self.write(text)
            await self.flush()

    def on_connection_close(self) -> None:
        """The client has left."""
        self.has_left = True
        if self._on_leaving is not None:
            self._on_leaving()
        super().on_connection_close()


class Streaming:
    """From the first byte of a stream to its last."""

    def __init__(self, handler: EventHandler) -> None:
        self._handler = handler
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        handler = self._handler
        handler.set_header("Content-Type", EVENTS)
        handler.set_header("Cache-Control", "no-store")
        handler.set_header("X-Accel-Buffering", "no")  # nginx would collect the events
        await handler.send_text(": begins\n\n")
        self._beating = asyncio.ensure_future(self._beat())

    async def __aexit__(self, *_: object) -> None:
        if self._beating is not None:
            self._beating.cancel()
        if not self._handler.has_left:
            self._handler.finish(set_content_type=EVENTS)

    async def _beat(self) -> None:
        with suppress(StreamClosedError):
            while True:
                await asyncio.sleep(HEARTBEAT_S)
                await self._handler.send_text(": still here\n\n")

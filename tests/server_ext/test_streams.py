"""A stream to a client that reads slowly: all of it arrives, whatever else is sent meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from beep_jupyter.server_ext import streams
from beep_jupyter.server_ext.feed import Event
from beep_jupyter.server_ext.streams import EventHandler

LARGE = "x" * (16 << 20)  # more than the sockets of both sides hold


async def events() -> AsyncIterator[Event]:
    yield "output", {"text": LARGE}
    yield "last", {}


class Open(EventHandler):
    """For everybody: who may ask is no question here."""

    async def prepare(self) -> None:
        pass

    async def get(self) -> None:
        await self.stream(events(), lambda: None)


async def read_late(port: int) -> bytes:
    """What a client gets that does nothing for a while."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    await asyncio.sleep(0.5)
    said = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return said


def test_the_heart_beats_while_a_slow_client_is_waited_for_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)

    async def ask() -> bytes:
        settings: dict[str, Any] = {"base_url": "/", "headers": {}}
        server = HTTPServer(Application([("/", Open, {"name": "beep_jupyter"})], **settings))
        socket, port = bind_unused_port()
        server.add_sockets([socket])
        said = await read_late(port)
        server.stop()
        await server.close_all_connections()
        return said

    said = asyncio.run(ask())
    assert LARGE.encode() in said
    assert b"event: last" in said

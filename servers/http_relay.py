"""Relay connections: one end of a socket pair, whose other end a worker has been given. Runs in the HTTP server's loop.

One request at a time goes over a connection; idle ones are kept for the next. All on the thread of the loop but for
the supervisor's part, which may wait for a worker.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Sequence
from typing import Any

from beep_jupyter.worker.wire import AFTER_HELLO, FrameError, FrameReader, pack

from calls import refusal
from http_threads import on_thread
from supervisor import SessionMissingError, Supervisor, WorkerStartError
from worker import CrowdedError

KEPT_IDLE = 8  # connections of one session
MAX_WAITING_FRAMES = 64  # the worker is not read any further while a client is so slow

Frame = tuple[dict[str, Any], Sequence[Any]]


class BrokenError(Exception):
    """The worker's end of the conversation is closed."""


class Relay(asyncio.BufferedProtocol):
    """A connection to a session's worker.

    Attributes:
        incarnation: the worker.
        is_aside: whether it is for those who only look.
        number: what the worker knows the connection by.
        request: the one that goes over it now; 0 while it is idle.
    """

    def __init__(self, session: str, number: int, incarnation: str, is_aside: bool) -> None:
        self.incarnation = incarnation
        self.is_aside = is_aside
        self.number = number
        self.request = 0
        self.session = session
        self.is_ready = False  # whether the worker has taken it in
        self._frames: deque[Frame] = deque()
        self._is_open = True
        self._is_paused = False
        self._reader = FrameReader(AFTER_HELLO)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._reader.space()

    def buffer_updated(self, nbytes: int) -> None:
        self._reader.fed(nbytes)
        try:
            while (frame := self._reader.take()) is not None:
                self._frames.append(frame)
        except FrameError:
            self.close()  # user code wrote on a descriptor that is not its own
        if len(self._frames) > MAX_WAITING_FRAMES and not self._is_paused and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_open = False
        self._wake()

    def send(self, header: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Sends one frame; one that cannot arrive is answered by the end of the conversation.

        Raises:
            ValueError: the header is not JSON.
        """
        parts = pack(header, buffers)
        if self._transport is not None and self._is_open:
            self._transport.writelines(parts)

    async def receive(self) -> Frame:
        """The next frame.

        Raises:
            BrokenError: there is none, since the conversation has ended.
        """
        while not self._frames:
            if not self._is_open:
                raise BrokenError
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        frame = self._frames.popleft()
        if self._is_paused and not self._frames and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        return frame

    def leave(self, request: int) -> None:
        """Ends the conversation, if it is still about that request; what is here already can still be received."""
        if self.request == request:
            self.close()

    def close(self) -> None:
        """Ends the conversation."""
        self._is_open = False
        if self._transport is not None:
            self._transport.close()
        self._wake()

    @property
    def is_open(self) -> bool:
        """Whether the worker may still say something."""
        return self._is_open

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Relays:
    """The relay connections of a backend."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._idle: dict[tuple[str, bool], list[Relay]] = {}
        self._supervisor = supervisor

    async def lease(self, session: str, is_aside: bool) -> Relay:
        """A connection to the worker that the session has now, for one request.

        Args:
            is_aside: for one that only looks, and does not wait for what runs.

        Raises:
            control.Refused: there is no such session, its worker does not start, or too many wait for it.
        """
        try:
            worker = self._supervisor.find(session).worker
            while idle := self._idle.get((session, is_aside)):
                relay = idle.pop()
                if worker is not None and relay.incarnation == worker.incarnation and relay.is_open:
                    return relay
                relay.close()
            return await self._connect(session, is_aside)
        except (SessionMissingError, WorkerStartError, CrowdedError) as problem:
            raise refusal(problem) from problem

    def give_back(self, relay: Relay) -> None:
        """Keeps a connection on which no request is under way any more."""
        relay.request = 0
        idle = self._idle.setdefault((relay.session, relay.is_aside), [])
        if len(idle) < KEPT_IDLE and relay.is_open:
            idle.append(relay)
        else:
            relay.close()

    def forget(self, session: str) -> None:
        """Closes the idle connections of a session that is no more."""
        for is_aside in (False, True):
            for relay in self._idle.pop((session, is_aside), ()):
                relay.close()

    async def _connect(self, session: str, is_aside: bool) -> Relay:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            number, incarnation = await on_thread(self._give, session, theirs, is_aside)
            _, relay = await asyncio.get_running_loop().create_connection(
                lambda: Relay(session, number, incarnation, is_aside), sock=ours
            )
        except BaseException:
            ours.close()
            raise
        return relay

    def _give(self, session: str, theirs: socket.socket, is_aside: bool) -> tuple[int, str]:
        """Gives the worker its end, which is closed with the worker's copy of it, or here."""
        try:
            return self._supervisor.connect(session, theirs, is_aside=is_aside)
        except BaseException:
            theirs.close()
            raise

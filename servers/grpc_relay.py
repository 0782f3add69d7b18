"""Relay connections: one end of a socket pair, whose other end a worker has been given. Runs in the gRPC server.

One request at a time goes over a connection, on the thread of its RPC; idle ones are kept for the next.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from beep_jupyter.backends.frame_socket import BrokenError, FrameSocket
from beep_jupyter.worker.wire import pack_head

from calls import refusal
from supervisor import SessionMissingError, Supervisor, WorkerStartError
from worker import CrowdedError

KEPT_IDLE = 8  # connections of one session


class Relay(FrameSocket):
    """A connection to a session's worker.

    Attributes:
        incarnation: the worker.
        is_aside: whether it is for those who only look.
        number: what the worker knows the connection by.

    Raises:
        SessionMissingError, WorkerStartError, CrowdedError.
    """

    def __init__(self, supervisor: Supervisor, session: str, is_aside: bool) -> None:
        ours, theirs = socket.socketpair()
        super().__init__(ours, looks=0)  # whose client needs the other core
        try:
            self.number, self.incarnation = supervisor.connect(session, theirs, is_relayed=True, is_aside=is_aside)
        except BaseException:
            ours.close()
            theirs.close()
            raise
        self.is_aside = is_aside
        self.session = session
        self._is_left = False
        self._is_ready = False
        self._lock = threading.Lock()
        self._request = 0

    def begin(self, request: int) -> None:
        """From here on the connection is this request's."""
        self._request = request

    def end(self) -> bool:
        """The request is over: who still wants to end it for that request's sake comes too late.

        Returns:
            Whether nobody came in time; a reply may have come in all the same.
        """
        with self._lock:
            self._request = 0
            return not self._is_left

    def leave(self, request: int) -> None:
        """Ends the conversation, from any thread, if it is still about that request."""
        with self._lock:
            if self._request == request:
                self._is_left = True
                self.hang_up()

    def await_ready(self) -> None:
        """Waits until the worker has taken the connection in, which it does when it is idle.

        Raises:
            BrokenError: it ended before; nothing was begun.
        """
        if not self._is_ready:
            self.receive()
            self._is_ready = True

    def send_in_pieces(self, header: dict[str, Any], sizes: Sequence[int], pieces: Iterable[bytes]) -> None:
        """Sends a frame whose buffers come piece by piece; the last of it only when no piece follows.

        What the pieces raise goes to the caller, and the worker has no whole frame then.

        Args:
            sizes: of the buffers; the pieces must make up their sum.

        Raises:
            BrokenError: the socket ended, or the worker refuses what comes.
        """
        try:
            held = pack_head(header, sizes)
            for piece in pieces:
                self.socket.sendall(held)
                held = piece
            self.socket.sendall(held)
        except OSError as error:
            raise BrokenError from error


class Relays:
    """The relay connections of a backend."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._idle: dict[tuple[str, bool], list[Relay]] = {}
        self._lock = threading.Lock()
        self._supervisor = supervisor

    def lease(self, session: str, is_aside: bool) -> Relay:
        """A connection to the worker that the session has now, for one request.

        Args:
            is_aside: for one that only looks, and does not wait for what runs.

        Raises:
            control.Refused: there is no such session, its worker does not start, or too many wait for it.
        """
        try:
            worker = self._supervisor.find(session).worker
            while (relay := self._take((session, is_aside))) is not None:
                if worker is not None and relay.incarnation == worker.incarnation and not worker.ended.is_set():
                    return relay
                relay.close()
            return Relay(self._supervisor, session, is_aside)
        except (SessionMissingError, WorkerStartError, CrowdedError) as problem:
            raise refusal(problem) from problem

    def give_back(self, relay: Relay) -> None:
        """Keeps a connection on which no request is under way any more."""
        with self._lock:
            idle = self._idle.setdefault((relay.session, relay.is_aside), [])
            if len(idle) < KEPT_IDLE:
                idle.append(relay)
                return
        relay.close()

    def forget(self, session: str) -> None:
        """Closes the idle connections of a session that is no more."""
        for is_aside in (False, True):
            while (relay := self._take((session, is_aside))) is not None:
                relay.close()

    def _take(self, kind: tuple[str, bool]) -> Relay | None:
        """The idle connection that was used last."""
        with self._lock:
            idle = self._idle.get(kind)
            relay = idle.pop() if idle else None
            if idle is not None and not idle:
                del self._idle[kind]
            return relay

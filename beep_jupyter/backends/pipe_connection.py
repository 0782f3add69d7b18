"""One connection over a Unix socket: the hello, and frames both ways. Runs in clients.

It knows the wire and how it breaks, not what is said over it.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ConnectionLostError, ProtocolError
from ..worker.wire import AFTER_HELLO, PROTOCOL, FrameError, FrameReader, pack
from .wire_errors import error_of

LOOKS = 40  # without waiting, before a wait
_PARTS_AT_ONCE = 64


class BrokenError(Exception):
    """The socket ended or failed."""


class HungUpError(ConnectionLostError):
    """The backend let a connection in, and ended it without a word: the worker that was to answer has ended."""


class PipeConnection:
    """One socket, its hello said.

    Args:
        path: of the Unix socket.
        hello: what the hello says beside type, protocol and token.
        timeout_s: for each wait until it is answered; None waits for a session that is busy.

    Raises:
        ConnectionLostError: nobody listens there; StartError, AuthenticationError, …: what the refusal says.
    """

    def __init__(
        self, path: str, token: str, backend: str, hello: dict[str, Any], timeout_s: float | None = None
    ) -> None:
        self._backend = backend
        self._reader = FrameReader(AFTER_HELLO)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout_s)
        try:
            self.ready = self._greet(path, {"type": "hello", "protocol": PROTOCOL, "token": token} | hello)
        except BaseException:
            self.socket.close()
            raise

    def _greet(self, path: str, hello: dict[str, Any]) -> dict[str, Any]:
        try:
            self.socket.connect(path)
            self.send(hello)
            header, _ = self.receive()
        except (OSError, BrokenError) as error:
            kind = HungUpError if isinstance(error, BrokenError) else ConnectionLostError
            raise kind(
                f"Backend '{self._backend}' cannot be reached.", "`beep status` shows those that run."
            ) from error
        if header["type"] == "refused":
            raise error_of(header, self._backend)
        return header

    def send(self, header: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Sends one frame.

        Raises:
            BrokenError: the socket ended.
        """
        parts = pack(header, buffers)
        try:
            if len(parts) == 1:
                self.socket.sendall(parts[0])
            else:
                self._send_parts(parts)
        except OSError as error:
            raise BrokenError from error

    def _send_parts(self, parts: Sequence[Any]) -> None:
        views = deque(memoryview(part) for part in parts)
        while views:
            sent = self.socket.sendmsg([*views][:_PARTS_AT_ONCE])
            while views and sent >= views[0].nbytes:
                sent -= views.popleft().nbytes
            if sent:
                views[0] = views[0][sent:]

    def receive(self, wait: Callable[[], None] | None = None) -> tuple[dict[str, Any], Sequence[bytearray]]:
        """The next frame.

        Args:
            wait: called before each look at the socket, not while a frame is here already.

        Raises:
            BrokenError: the socket ended.
            ProtocolError: what came is no frame.
        """
        reader = self._reader
        try:
            while (frame := reader.take()) is None:
                if wait is not None:
                    wait()
                count = self._receive_into(reader.space())
                if not count:
                    raise BrokenError
                reader.fed(count)
        except FrameError as error:
            raise ProtocolError(f"Backend '{self._backend}' sent what is no frame: {error}.") from error
        except OSError as error:
            raise BrokenError from error
        return frame

    def _receive_into(self, space: memoryview) -> int:
        """Looks a few times before it sleeps, as the worker does, for the same reason (`worker/loop.py`)."""
        receive_into = self.socket.recv_into
        for _ in range(LOOKS):
            try:
                return receive_into(space, 0, socket.MSG_DONTWAIT)
            except BlockingIOError:
                os.sched_yield()
        return receive_into(space)

    def wait(self, deadline: float) -> bool:
        """Whether something came before the deadline (on the monotonic clock)."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))

    def hang_up(self) -> None:
        """Ends the conversation: who receives finds the frames that are here already, and then its end."""
        with contextlib.suppress(OSError):  # it has ended
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.socket.close()

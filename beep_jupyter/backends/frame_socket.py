"""Frames over a connected socket, both ways. Runs in clients, and in servers that relay.

It knows the wire and how it breaks, not what is said over it.
"""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from ..worker.looks import LOOKS, Looks
from ..worker.wire import AFTER_HELLO, FrameReader, pack

_PARTS_AT_ONCE = 64


class BrokenError(Exception):
    """The socket ended or failed."""


class FrameSocket:
    """One end of a conversation.

    Args:
        connected: a blocking socket, which this object owns from here on.
        looks: how often to look before each wait.
    """

    def __init__(self, connected: socket.socket, looks: int = LOOKS) -> None:
        self._looks = Looks(looks)
        self._reader = FrameReader(AFTER_HELLO)
        self.socket = connected

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
            FrameError: what came is no frame.
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
        except OSError as error:
            raise BrokenError from error
        return frame

    def _receive_into(self, space: memoryview) -> int:
        receive_into = self.socket.recv_into
        for _ in self._looks:
            try:
                return receive_into(space, 0, socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
        return receive_into(space)

    def hang_up(self) -> None:
        """Ends the conversation: who receives finds the frames that are here already, and then its end."""
        with contextlib.suppress(OSError):  # it has ended
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.socket.close()

"""The worker's private channel to its server: frames, some with a descriptor. Runs in the worker.

From the server: `connection` (with a client's socket), `interrupt` and `leave`. To the server: `ready`, once, `lost`
for a connection whose socket did not arrive, and `limit` when a request begins that says how long it may take.
Only the main thread reads it, in the loop and in the handler of SIGINT.
"""

from __future__ import annotations

import _socket
import os
from struct import unpack

from .wire import AFTER_HELLO, FrameReader, pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ROOM_FOR_DESCRIPTORS = _socket.CMSG_SPACE(16 * 4)


class Channel:
    """Frames and descriptors from the server; never blocks when reading."""

    __slots__ = ("_descriptors", "_frames", "_reader", "_socket", "is_closed", "is_receiving")

    def __init__(self, descriptor: int) -> None:
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=descriptor)
        self._socket.setblocking(False)
        self._reader = FrameReader(AFTER_HELLO)
        self._frames: list[dict[str, Any]] = []
        self._descriptors: list[int | None] = []  # in the order of their frames
        self.is_closed = False
        self.is_receiving = False

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def has_frames(self) -> bool:
        """Whether `take` has something; the handler of SIGINT may have taken it in, and no poll tells of it."""
        return bool(self._frames)

    def send(self, header: dict[str, Any]) -> None:
        """Says something to the server; small, so that it always fits the socket's buffer."""
        self._socket.sendall(b"".join(pack(header)))

    def receive(self) -> None:
        """Takes in all that is there. The handler of SIGINT does nothing while this runs: it finds what came itself."""
        self.is_receiving = True
        try:
            while not self.is_closed and self._receive_some():
                pass
        finally:
            self.is_receiving = False

    def take(self) -> tuple[dict[str, Any], Any] | None:
        """The next frame's header and its descriptor, or None.

        The descriptor is None but for a connection, and there too where this process had no number free for it.
        """
        try:
            header = self._frames.pop(0)
        except IndexError:  # not asked before: the handler of SIGINT may take the last one in between
            return None
        return header, self._descriptors.pop(0) if header["type"] == "connection" else None

    def take_interrupts(self) -> list[dict[str, Any]]:
        """The headers of the interrupts among what came, for the handler of SIGINT; all else stays for the loop."""
        interrupts = [header for header in self._frames if header["type"] == "interrupt"]
        if interrupts:
            self._frames = [header for header in self._frames if header["type"] != "interrupt"]
        return interrupts

    def close(self) -> None:
        self._socket.close()
        self.is_closed = True

    def _receive_some(self) -> bool:
        try:
            data, ancillary, flags, _ = self._socket.recvmsg(len(self._reader.space()), _ROOM_FOR_DESCRIPTORS)
        except BlockingIOError:
            return False
        if not data:
            self.is_closed = True
        for _, _, packed in ancillary:
            for descriptor in unpack("%di" % (len(packed) // 4), packed):
                os.set_inheritable(descriptor, False)  # received descriptors are inheritable
                self._descriptors.append(descriptor)
        if flags & _socket.MSG_CTRUNC:
            self._descriptors.append(None)
        self._reader.space()[: len(data)] = data
        self._reader.fed(len(data))
        while True:
            frame = self._reader.take()
            if frame is None:
                return True
            self._frames.append(frame[0])

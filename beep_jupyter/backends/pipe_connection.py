"""One connection over a Unix socket: the hello, and frames both ways. Runs in clients."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ConnectionLostError, ProtocolError
from ..worker.wire import PROTOCOL, FrameError
from .frame_socket import BrokenError, FrameSocket
from .wire_errors import error_of


class HungUpError(ConnectionLostError):
    """The backend let a connection in, and ended it without a word: the worker that was to answer has ended."""


class PipeConnection(FrameSocket):
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
        super().__init__(socket.socket(socket.AF_UNIX))
        self._backend = backend
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

    def receive(self, wait: Callable[[], None] | None = None) -> tuple[dict[str, Any], Sequence[bytearray]]:
        """The next frame, as `FrameSocket.receive`.

        Raises:
            BrokenError: the socket ended.
            ProtocolError: what came is no frame.
        """
        try:
            return super().receive(wait)
        except FrameError as error:
            raise ProtocolError(f"Backend '{self._backend}' sent what is no frame: {error}.") from error

    def wait(self, deadline: float) -> bool:
        """Whether something came before the deadline (on the monotonic clock)."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))

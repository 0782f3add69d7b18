"""One connection over a Unix socket: the hello, and frames both ways. Runs in clients."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import ConnectionLostError, ProtocolError
from ..worker.wire import PROTOCOL, FrameError
from .frame_socket import BrokenError, FrameSocket
from .wire_errors import error_of


class HungUpError(ConnectionLostError):
    """The backend let a connection in, and ended it without a word: the worker that was to answer has ended."""


class PipeConnection(FrameSocket):
    """One socket, its hello said; `greet` waits for the answer.

    Args:
        path: of the Unix socket.
        hello: what the hello says beside type, protocol and token.
        timeout_s: for each wait until it is answered; None waits for a session that is busy.

    Attributes:
        ready: what the answer says of whoever answers here.

    Raises:
        ConnectionLostError: nobody listens there.
    """

    def __init__(
        self, path: str, token: str, backend: str, hello: dict[str, Any], timeout_s: float | None = None
    ) -> None:
        super().__init__(socket.socket(socket.AF_UNIX))
        self._backend = backend
        self.ready: dict[str, Any] = {}
        self.socket.settimeout(timeout_s)
        try:
            with self._reaching():
                self.socket.connect(path)
                self.send({"type": "hello", "protocol": PROTOCOL, "token": token} | hello)
        except BaseException:
            self.socket.close()
            raise

    def greet(self, wait: Callable[[], None] | None = None) -> None:
        """Waits until the hello is answered, and closes where it is not, or not well.

        Args:
            wait: as of `receive`.

        Raises:
            HungUpError: it ended before; StartError, AuthenticationError, …: what the refusal says.
        """
        try:
            with self._reaching():
                header, _ = self.receive(wait)
            if header["type"] == "refused":
                raise error_of(header, self._backend)
        except BaseException:
            self.socket.close()
            raise
        self.ready = header

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (OSError, BrokenError) as error:
            kind = HungUpError if isinstance(error, BrokenError) else ConnectionLostError
            raise kind(
                f"Backend '{self._backend}' cannot be reached.", "`beep status` shows those that run."
            ) from error

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

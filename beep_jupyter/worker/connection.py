"""One client's socket, as the worker holds it: requests in, events and replies out. Runs in the worker."""

from __future__ import annotations

import _socket
import select
from _thread import allocate_lock
from collections import deque

from .wire import AFTER_HELLO, FrameError, FrameReader, pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .interrupts import Interrupts

    Frame = tuple[dict[str, Any], Sequence[bytearray]]

_PARTS_AT_ONCE = 64  # below IOV_MAX everywhere


class Connection:
    """A socket that the server passed on.

    Any thread may send; the main thread alone receives. A send is never cut by an interrupt, since half a frame would
    end the conversation.
    """

    __slots__ = (
        "_interrupts",
        "_lock",
        "_reader",
        "_recv_into",
        "_sendall",
        "_socket",
        "_waiting",
        "is_open",
        "number",
    )

    def __init__(self, descriptor: int, number: int, interrupts: Interrupts) -> None:
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=descriptor)
        self._socket.setblocking(True)  # O_NONBLOCK travels with a passed descriptor
        self._recv_into, self._sendall = self._socket.recv_into, self._socket.sendall
        self._reader = FrameReader(AFTER_HELLO)
        self._interrupts = interrupts
        self._lock = allocate_lock()
        self._waiting: deque[Frame] = deque()  # requests that came while code waited for input
        self.is_open = True
        self.number = number

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> Frame | None:
        """Takes in what is there, after poll said that something is; an end of file or an error ends the connection.

        Returns:
            The first request as (header, buffers), or None while it is not whole. More may be there for `take`.

        Raises:
            FrameError: what came is no frame.
        """
        reader = self._reader
        try:
            count = self._recv_into(reader.space())
        except OSError:
            count = 0
        if not count:
            self.is_open = False
            return None
        reader.fed(count)
        return reader.take()

    def take(self) -> Frame | None:
        """The next request of those received already, or None."""
        if self._waiting:
            return self._waiting.popleft()
        return None if self._reader.is_between_frames else self._reader.take()

    def ask(self, request: int, prompt: str, is_password: bool) -> str | None:
        """Asks the client for input and waits for it; an interrupt ends the waiting.

        Returns:
            What it answers; None where it has no more, is gone, or the request is over.
        """
        if not self._interrupts.is_armed((self.number, request)):
            return None
        fields = {"prompt": prompt, "password": is_password, "request": request}
        self.send({"type": "event", "id": request, "event": "input_request", "fields": fields})
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        answers: list[Any] = []
        self._sort_out(request, answers, self._reader.take)
        while self.is_open and not answers:
            poller.poll()
            self._sort_out(request, answers, self.receive)
        return answers[0] if answers and type(answers[0]) is str else None

    def _sort_out(self, request: int, answers: list[Any], take: Callable[[], Frame | None]) -> None:
        """Takes in what is there: answers to this request's question, and other requests, which wait for its end.

        An interrupt must not come between: what was taken from the socket would be lost.
        """
        self._interrupts.hold()
        try:
            frame = take()
            while frame is not None:
                fields = frame[0].get("fields")
                if frame[0].get("command") != "input":
                    self._waiting.append(frame)
                elif type(fields) is dict and fields.get("request") == request:
                    answers.append(fields.get("text"))
                frame = self._reader.take()
        except FrameError as error:
            self.refuse(error)
        finally:
            self._interrupts.release()

    def refuse(self, error: FrameError) -> None:
        """Says what is wrong with what came; it cannot go on from there."""
        self.send({"type": "reply", "id": None, "error": {"code": "protocol", "message": str(error)}})
        self.is_open = False

    def send(self, header: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Sends one frame; a client that is gone is noticed here and never an error of the code that runs."""
        parts = pack(header, buffers)
        self._interrupts.hold()
        try:
            with self._lock:
                if self.is_open:
                    if len(parts) == 1:
                        self._sendall(parts[0])
                    else:
                        self._send_parts(parts)
        except OSError:
            self.is_open = False
        finally:
            self._interrupts.release()

    def close(self) -> None:
        """Ends the conversation for both; the server holds the socket too, so closing alone would not."""
        self.is_open = False
        try:
            self._socket.shutdown(_socket.SHUT_RDWR)
        except OSError:
            pass  # the client is gone
        self._socket.close()

    def after_fork_in_child(self) -> None:
        """Only lets go: the parent goes on with the conversation, whose end would not reach the client otherwise."""
        self._lock = allocate_lock()
        self.is_open = False
        self._socket.close()

    def _send_parts(self, parts: list[bytes | memoryview]) -> None:
        views = [memoryview(part) for part in parts]
        while views:
            sent = self._socket.sendmsg(views[:_PARTS_AT_ONCE])
            while views and sent >= views[0].nbytes:
                sent -= views.pop(0).nbytes
            if sent:
                views[0] = views[0][sent:]

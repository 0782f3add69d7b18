"""The pipe transport: frames over a Unix socket. Runs in clients, synchronously: a thread hop costs more than a call.

A `PipeTransport` keeps one connection of the session plane, which goes straight to the worker. Control commands use a
connection of their own each, so that they wait for nothing, hold no lock and may be sent from a signal handler.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import BeepError, ConnectionLostError, ProtocolError, StartError, WorkerDiedError
from ..worker.wire import AFTER_HELLO, PROTOCOL, FrameError, FrameReader, pack
from .interrupting import SigintCalls
from .transport import OnEvent, Reply
from .wire_errors import error_of

CONTROL_S = 30.0  # the longest that a control command takes: a restart with all rungs of the ladder
KILL_AFTER_TIMEOUT_S = 5.0
LOOKS = 40  # without waiting, before a wait
_PARTS_AT_ONCE = 64
_TAIL_CHARACTERS = 4000


class _BrokenError(Exception):
    """The socket ended or failed."""


class PipeConnection:
    """One socket, its hello said.

    Args:
        path: of the Unix socket.
        hello: what the hello says beside type, protocol and token.

    Raises:
        ConnectionLostError: nobody listens there; StartError, AuthenticationError, …: what the refusal says.
    """

    def __init__(self, path: str, token: str, backend: str, hello: dict[str, Any]) -> None:
        self._backend = backend
        self._reader = FrameReader(AFTER_HELLO)
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.connect(path)
            self.send({"type": "hello", "protocol": PROTOCOL, "token": token} | hello)
            header, _ = self.receive()
        except (OSError, _BrokenError) as error:
            self.socket.close()
            raise ConnectionLostError(
                f"Backend '{backend}' cannot be reached.", "`beep status` shows those that run."
            ) from error
        if header["type"] == "refused":
            self.socket.close()
            raise error_of(header, backend)
        self.ready = header

    def send(self, header: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        parts = pack(header, buffers)
        if len(parts) == 1:
            self.socket.sendall(parts[0])
            return
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
            _BrokenError: the socket ended.
            ProtocolError: what came is no frame.
        """
        reader = self._reader
        try:
            while (frame := reader.take()) is None:
                if wait is not None:
                    wait()
                count = self._receive_into(reader.space())
                if not count:
                    raise _BrokenError
                reader.fed(count)
        except FrameError as error:
            raise ProtocolError(f"Backend '{self._backend}' sent what is no frame: {error}.") from error
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

    def close(self) -> None:
        self.socket.close()


class PipeTransport:
    """A backend behind a Unix socket.

    Args:
        address: `unix:PATH`.
        session: whose worker answers.
    """

    def __init__(self, address: str, token: str, backend: str, session: str = "default") -> None:
        self.address = address
        self.released: deque[str] = deque()  # handles that were collected; they ride on the next request
        self._backend = backend
        self._connection: PipeConnection | None = None
        self._incarnation: str | None = None
        self._lock = threading.RLock()
        self._next_request = 1
        self._path = address.removeprefix("unix:")
        self._pid = os.getpid()
        self._session = session
        self._token = token

    def call(
        self,
        command: str,
        fields: dict[str, Any],
        buffers: Sequence[Any] = (),
        *,
        on_output: OnEvent | None = None,
        timeout_s: float | None = None,
    ) -> Reply:
        """See `Transport.call`."""
        if self._pid != os.getpid():
            self._become_forks_own()
        with self._lock:
            connection = self._connected()
            request, self._next_request = self._next_request, self._next_request + 1
            header = {"type": "request", "id": request, "command": command, "fields": fields}
            if self.released:
                header["release"] = [self.released.popleft() for _ in range(len(self.released))]
            under_way = _UnderWay(self, connection, request, on_output, timeout_s)
            try:
                with SigintCalls(under_way.interrupt):
                    connection.send(header, buffers)
                    return under_way.result()
            except (OSError, _BrokenError) as error:
                self._drop()
                raise self._explain_end(connection, under_way) from error
            except BaseException:
                self._drop()  # the rest of this conversation would be taken for the next one's
                raise

    def control(self, command: str, fields: dict[str, Any]) -> dict[str, Any]:
        """See `Transport.control`."""
        connection = self._control_connection()
        try:
            connection.send(
                {"type": "request", "id": 1, "command": command, "fields": {"session": self._session} | fields}
            )
            header, _ = connection.receive()
        except (OSError, _BrokenError) as error:
            raise ConnectionLostError(
                f"Backend '{self._backend}' is gone.", "`beep status` shows those that run."
            ) from error
        finally:
            connection.close()
        if "error" in header:
            raise error_of(header["error"], self._backend)
        if command == "restart":
            self._incarnation = header["fields"]["incarnation"]  # the fresh one was asked for
        return header["fields"]  # type: ignore[no-any-return]

    def follow(self, command: str, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """See `Transport.follow`."""
        connection = self._control_connection(timeout_s=None)
        try:
            connection.send({"type": "request", "id": 1, "command": command, "fields": fields})
            while (header := connection.receive()[0])["type"] == "event":
                yield header["fields"]
        except (OSError, _BrokenError):
            return  # the backend ended, and its stream with it
        finally:
            connection.close()

    def own(self) -> PipeConnection:
        """A control connection that makes this process an owner."""
        connection = self._control_connection()
        connection.send({"type": "request", "id": 1, "command": "own", "fields": {}})
        connection.receive()
        return connection

    def close(self) -> None:
        """See `Transport.close`."""
        with self._lock:
            self._drop()

    def __del__(self) -> None:
        self._drop()  # who forgets to close gets no warning about a socket they never saw

    def _control_connection(self, timeout_s: float | None = CONTROL_S) -> PipeConnection:
        connection = PipeConnection(self._path, self._token, self._backend, {"kind": "control"})
        connection.socket.settimeout(timeout_s)
        return connection

    def _connected(self) -> PipeConnection:
        """The connection to the session's worker; a new one where there is none.

        Raises:
            WorkerDiedError: the worker that was known is gone with its state; once, and before anything is sent.
        """
        if self._connection is not None and self._connection.ready["incarnation"] != self._incarnation:
            self._drop()  # this client asked for the restart that ended it
        if self._connection is None:
            hello = {"kind": "session", "session": self._session}
            self._connection = PipeConnection(self._path, self._token, self._backend, hello)
            known, self._incarnation = self._incarnation, self._connection.ready["incarnation"]
            if known not in (None, self._incarnation):
                raise self._died(self._obituary(known or "") or {}, "")
        return self._connection

    def _become_forks_own(self) -> None:
        """In a fork: the connection is the parent's, and so is whoever may have held the lock at that moment."""
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _explain_end(self, connection: PipeConnection, under_way: _UnderWay) -> BeepError:
        """Why a conversation ended: what the control plane knows of the worker, or that nobody is there any more."""
        obituary = self._obituary(connection.ready["incarnation"])
        if obituary is None:
            return ConnectionLostError(
                f"The connection to backend '{self._backend}' was lost.", "`beep status` shows whether it still runs."
            )
        self._incarnation = None  # this caller knows; the next call takes the fresh worker without complaint
        for output in obituary.get("outputs", ()):
            under_way.deliver(output)
        return self._died(obituary, under_way.stderr_tail)

    def _obituary(self, incarnation: str) -> dict[str, Any] | None:
        try:
            return self.control("obituary", {"incarnation": incarnation})["obituary"]  # type: ignore[no-any-return]
        except ConnectionLostError:
            return {"reason": "stop"} if not os.path.exists(self._path) else None

    def _died(self, obituary: dict[str, Any], stderr_tail: str) -> WorkerDiedError:
        return WorkerDiedError(
            self._backend,
            exit_code=obituary.get("exit_code"),
            signal=obituary.get("signal"),
            reason=obituary.get("reason", "crash"),
            stderr_tail=(stderr_tail or obituary.get("stderr_tail", ""))[-_TAIL_CHARACTERS:],
        )


class _UnderWay:
    """One request between its sending and its reply."""

    __slots__ = ("_connection", "_deadline", "_is_late", "_on_output", "_request", "_transport", "stderr_tail")

    def __init__(
        self,
        transport: PipeTransport,
        connection: PipeConnection,
        request: int,
        on_output: OnEvent | None,
        timeout_s: float | None,
    ) -> None:
        self.stderr_tail = ""
        self._connection = connection
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._is_late = False
        self._on_output = on_output
        self._request = request
        self._transport = transport

    def interrupt(self) -> None:
        """Asks for the interrupt of this request, and no other; the second time the server kills the worker."""
        self._ask({"connection": self._connection.ready["connection"], "request": self._request})

    def result(self) -> Reply:
        """Waits for the reply; hands on outputs meanwhile."""
        wait = None if self._deadline is None else self._wait
        while True:
            header, buffers = self._connection.receive(wait)
            if header["type"] == "event":
                self.deliver(header["fields"])
            else:
                return Reply(header.get("fields", {}), buffers, header.get("error"), self._is_late)

    def deliver(self, output: dict[str, Any]) -> None:
        """Hands an output on."""
        if output.get("name") == "stderr":
            self.stderr_tail = (self.stderr_tail + output["text"])[-_TAIL_CHARACTERS:]
        if self._on_output is not None:
            self._on_output(output)

    def _wait(self) -> None:
        """Waits for something to receive; interrupts at the deadline, kills when that did not help."""
        while self._deadline is not None and not self._connection.wait(self._deadline):
            if self._is_late:
                self._ask({"kill": "timeout"})
                self._deadline = None
                return
            self._is_late = True
            self._deadline = time.monotonic() + KILL_AFTER_TIMEOUT_S
            self.interrupt()

    def _ask(self, fields: dict[str, Any]) -> None:
        try:
            self._transport.control("interrupt", fields)
        except (ConnectionLostError, StartError):
            return  # it is ending; the session's socket tells how

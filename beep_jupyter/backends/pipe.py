"""The pipe transport: frames over a Unix socket. Runs in clients, synchronously: a thread hop costs more than a call.

A `PipeTransport` keeps one connection of the session plane, which goes straight to the worker. Control commands use a
connection of their own each, so that they wait for nothing, hold no lock and may be sent from a signal handler.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import BeepError, ConnectionLostError, WorkerDiedError
from . import processes
from .frame_socket import BrokenError
from .pipe_call import TAIL_CHARACTERS, Call
from .pipe_connection import HungUpError, PipeConnection
from .transport import OnEvent, OnInput, Reply
from .turns import Turns
from .wire_errors import error_of

CONTROL_S = 30.0  # the longest that a control command takes: a restart with all rungs of the ladder
TAKE_LONG = "venv_"  # begins the control commands that have no time limit
GREETING_S = 5.0  # the longest that the control plane, which waits for nobody, takes to say that it is there
CONNECT_TRIES = 5


class PipeTransport:
    """A backend behind a Unix socket.

    Args:
        address: `unix:PATH`.
        session: whose worker answers.
        kind: of its connections: `session`, or `aside` for who only looks.
    """

    def __init__(self, address: str, token: str, backend: str, session: str = "default", kind: str = "session") -> None:
        self.address = address
        self.released: deque[str] = deque()  # handles that were collected; they ride on the next request
        self._backend = backend
        self._connection: PipeConnection | None = None
        self._incarnation: str | None = None
        self._kind = kind
        self._path = address.removeprefix("unix:")
        self._pid = os.getpid()
        self._requests = itertools.count(1)
        self.session = session
        self._token = token
        self._turns = Turns(backend)

    def call(
        self,
        command: str,
        fields: dict[str, Any],
        buffers: Sequence[Any] = (),
        *,
        on_output: OnEvent | None = None,
        timeout_s: float | None = None,
        on_input: OnInput | None = None,
        accepts: str = "",
    ) -> Reply:
        """See `Transport.call`."""
        if self._pid != os.getpid():
            self._become_forks_own()
        with self._turns:
            call = Call(self.control, self._requests, on_output, timeout_s, on_input)
            try:
                reply = self._carry_out(call, command, fields, buffers, accepts)
            except BaseException:
                self._drop()  # the rest of this conversation would be taken for the next one's
                raise
            if call.is_withdrawn:
                self._drop()  # it is hung up, be it that its reply had come just before
            return reply

    def control(self, command: str, fields: dict[str, Any], *, on_event: OnEvent | None = None) -> dict[str, Any]:
        """See `Transport.control`."""
        connection = self._control_connection(None if command.startswith(TAKE_LONG) else CONTROL_S)
        try:
            connection.send(
                {"type": "request", "id": 1, "command": command, "fields": {"session": self.session} | fields}
            )
            while (header := connection.receive()[0])["type"] == "event":
                if on_event is not None:
                    on_event(header["fields"])
        except BrokenError as error:
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
        except BrokenError:
            return  # the backend ended, and its stream with it
        finally:
            connection.close()

    def own(self) -> PipeConnection:
        """A control connection that makes this process an owner."""
        connection = self._control_connection()
        connection.send({"type": "request", "id": 1, "command": "own", "fields": {}})
        connection.receive()
        return connection

    def for_session(self, name: str) -> PipeTransport:
        """See `Transport.for_session`."""
        return PipeTransport(self.address, self._token, self._backend, name)

    def aside(self) -> PipeTransport:
        """See `Transport.aside`."""
        return PipeTransport(self.address, self._token, self._backend, self.session, "aside")

    def close(self) -> None:
        """See `Transport.close`."""
        with self._turns.lock:
            self._drop()

    def __del__(self) -> None:
        self._drop()  # who forgets to close gets no warning about a socket they never saw

    def _control_connection(self, timeout_s: float | None = CONTROL_S) -> PipeConnection:
        connection = PipeConnection(self._path, self._token, self._backend, {"kind": "control"}, GREETING_S)
        connection.greet()
        connection.socket.settimeout(timeout_s)
        return connection

    def _carry_out(
        self, call: Call, command: str, fields: dict[str, Any], buffers: Sequence[Any], accepts: str
    ) -> Reply:
        try:
            with call.interruptible:
                if call.begins_on(self._connected(call)):
                    return call.carry_out(command, fields, buffers, self._beside(accepts))
        except HungUpError:
            if not call.is_withdrawn:
                raise
        except BrokenError as error:
            ended = self._explain_end(call)
            if not call.is_withdrawn or type(ended) is not ConnectionLostError:
                raise ended from error
        return call.withdrawn()

    def _beside(self, accepts: str) -> dict[str, Any]:
        """What goes into the header of a request beside its fields."""
        found: dict[str, Any] = {"accepts": accepts} if accepts else {}
        if self.released:
            found["release"] = [self.released.popleft() for _ in range(len(self.released))]
        return found

    def _connected(self, call: Call) -> PipeConnection:
        """The connection to the session's worker; a new one where there is none.

        Raises:
            HungUpError: the call was given up before it was let in.
            WorkerDiedError: the worker that was known is gone with its state; once, and before anything is sent.
        """
        if self._connection is not None and self._connection.ready["incarnation"] != self._incarnation:
            self._drop()  # this client asked for the restart that ended it
        if self._connection is None:
            self._connection = self._let_in(call)
            known, self._incarnation = self._incarnation, self._connection.ready["incarnation"]
            if known not in (None, self._incarnation):
                raise self._died(self._obituary(known or "") or {}, "")
        return self._connection

    def _let_in(self, call: Call) -> PipeConnection:
        """A new connection to the session's worker; tried again where that ends meanwhile, restarted by somebody."""
        hello = {"kind": self._kind, "session": self.session}
        for _ in range(CONNECT_TRIES):
            try:
                connection = PipeConnection(self._path, self._token, self._backend, hello)
                call.wait_for(connection)
            except HungUpError as error:
                if call.is_withdrawn:
                    raise
                ended = error
            else:
                return connection
        raise ConnectionLostError(ended.what, ended.cure) from ended

    def _become_forks_own(self) -> None:
        """In a fork: the connection is the parent's, and so is whoever may have held the lock at that moment."""
        self._pid = os.getpid()
        self._turns = Turns(self._backend)
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _explain_end(self, call: Call) -> BeepError:
        """Why a conversation ended: what the control plane knows of the worker, or that nobody is there any more."""
        try:
            obituary = self._obituary(call.worker["incarnation"])
        except ConnectionLostError:
            is_left = os.path.exists(self._path) or processes.is_alive(call.worker["pid"])
            obituary = None if is_left else {"reason": "stop"}
        if obituary is None:
            return ConnectionLostError(
                f"The connection to backend '{self._backend}' was lost.", "`beep status` shows whether it still runs."
            )
        self._incarnation = None  # this caller knows; the next call takes the fresh worker without complaint
        for output in obituary.get("outputs", ()):
            call.deliver(output)
        return self._died(obituary, call.stderr_tail)

    def _obituary(self, incarnation: str) -> dict[str, Any] | None:
        return self.control("obituary", {"incarnation": incarnation})["obituary"]  # type: ignore[no-any-return]

    def _died(self, obituary: dict[str, Any], stderr_tail: str) -> WorkerDiedError:
        return WorkerDiedError(
            self._backend,
            exit_code=obituary.get("exit_code"),
            signal=obituary.get("signal"),
            reason=obituary.get("reason", "crash"),
            memory_peak_bytes=obituary.get("memory_peak_bytes"),
            stderr_tail=(stderr_tail or obituary.get("stderr_tail", ""))[-TAIL_CHARACTERS:],
        )

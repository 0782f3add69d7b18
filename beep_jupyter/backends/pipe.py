"""The pipe transport: frames over a Unix socket. Runs in clients, synchronously: a thread hop costs more than a call.

A `PipeTransport` keeps one connection of the session plane, which goes straight to the worker. Control commands use a
connection of their own each, so that they wait for nothing, hold no lock and may be sent from a signal handler.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import BeepError, ConnectionLostError, StartError, WorkerDiedError
from . import processes
from .frame_socket import BrokenError
from .interrupting import SigintCalls
from .pipe_connection import HungUpError, PipeConnection
from .prompting import prompt
from .transport import OnEvent, OnInput, Reply
from .turns import Turns
from .wire_errors import error_of

CONTROL_S = 30.0  # the longest that a control command takes: a restart with all rungs of the ladder
TAKE_LONG = "venv_"  # begins the control commands that have no time limit
GREETING_S = 5.0  # the longest that the control plane, which waits for nobody, takes to say that it is there
CONNECT_TRIES = 5
KILL_AFTER_TIMEOUT_S = 5.0
_TAIL_CHARACTERS = 4000


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
        self._next_request = 1
        self._path = address.removeprefix("unix:")
        self._pid = os.getpid()
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
            connection = self._connected()
            request = self.next_request()
            header = {"type": "request", "id": request, "command": command, "fields": fields}
            if accepts:
                header["accepts"] = accepts
            if self.released:
                header["release"] = [self.released.popleft() for _ in range(len(self.released))]
            under_way = _UnderWay(self, connection, request, on_output, timeout_s)
            sigint = SigintCalls(under_way.interrupt)
            under_way.answers_with(on_input, sigint)
            try:
                with sigint:
                    connection.send(header, buffers)
                    return under_way.result()
            except BrokenError as error:
                self._drop()
                ended = self._explain_end(connection, under_way)
                if under_way.is_withdrawn and type(ended) is ConnectionLostError:
                    return under_way.withdrawn()
                raise ended from error
            except BaseException:
                self._drop()  # the rest of this conversation would be taken for the next one's
                raise

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

    def next_request(self) -> int:
        """The number of the next frame that asks for something."""
        number, self._next_request = self._next_request, self._next_request + 1
        return number

    def close(self) -> None:
        """See `Transport.close`."""
        with self._turns.lock:
            self._drop()

    def __del__(self) -> None:
        self._drop()  # who forgets to close gets no warning about a socket they never saw

    def _control_connection(self, timeout_s: float | None = CONTROL_S) -> PipeConnection:
        connection = PipeConnection(self._path, self._token, self._backend, {"kind": "control"}, GREETING_S)
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
            self._connection = self._greeted()
            known, self._incarnation = self._incarnation, self._connection.ready["incarnation"]
            if known not in (None, self._incarnation):
                raise self._died(self._obituary(known or "") or {}, "")
        return self._connection

    def _greeted(self) -> PipeConnection:
        """A new connection to the session's worker; tried again where that ends meanwhile, restarted by somebody."""
        hello = {"kind": self._kind, "session": self.session}
        for _ in range(CONNECT_TRIES):
            try:
                return PipeConnection(self._path, self._token, self._backend, hello)
            except HungUpError as error:
                ended = error
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

    def _explain_end(self, connection: PipeConnection, under_way: _UnderWay) -> BeepError:
        """Why a conversation ended: what the control plane knows of the worker, or that nobody is there any more."""
        try:
            obituary = self._obituary(connection.ready["incarnation"])
        except ConnectionLostError:
            is_left = os.path.exists(self._path) or processes.is_alive(connection.ready["pid"])
            obituary = None if is_left else {"reason": "stop"}
        if obituary is None:
            return ConnectionLostError(
                f"The connection to backend '{self._backend}' was lost.", "`beep status` shows whether it still runs."
            )
        self._incarnation = None  # this caller knows; the next call takes the fresh worker without complaint
        for output in obituary.get("outputs", ()):
            under_way.deliver(output)
        return self._died(obituary, under_way.stderr_tail)

    def _obituary(self, incarnation: str) -> dict[str, Any] | None:
        return self.control("obituary", {"incarnation": incarnation})["obituary"]  # type: ignore[no-any-return]

    def _died(self, obituary: dict[str, Any], stderr_tail: str) -> WorkerDiedError:
        return WorkerDiedError(
            self._backend,
            exit_code=obituary.get("exit_code"),
            signal=obituary.get("signal"),
            reason=obituary.get("reason", "crash"),
            memory_peak_bytes=obituary.get("memory_peak_bytes"),
            stderr_tail=(stderr_tail or obituary.get("stderr_tail", ""))[-_TAIL_CHARACTERS:],
        )


class _UnderWay:
    """One request between its sending and its reply.

    Attributes:
        is_withdrawn: whether it was given up while it waited behind another client's request.
        stderr_tail: the latest of what its code wrote there.
    """

    __slots__ = (
        "_connection",
        "_deadline",
        "_is_asked",
        "_is_late",
        "_on_input",
        "_on_output",
        "_request",
        "_sigint",
        "_transport",
        "is_withdrawn",
        "stderr_tail",
    )

    def __init__(
        self,
        transport: PipeTransport,
        connection: PipeConnection,
        request: int,
        on_output: OnEvent | None,
        timeout_s: float | None,
    ) -> None:
        self.is_withdrawn = False
        self.stderr_tail = ""
        self._is_asked = False
        self._connection = connection
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._is_late = False
        self._on_input: OnInput | None = None
        self._on_output = on_output
        self._request = request
        self._transport = transport

    def answers_with(self, on_input: OnInput | None, sigint: SigintCalls) -> None:
        """Who answers when the code asks for input, and what SIGINT does but for that time."""
        self._on_input = on_input
        self._sigint = sigint

    def interrupt(self) -> None:
        """Asks for the interrupt of this request, and no other; the second time the server kills the worker."""
        self._ask({})

    def result(self) -> Reply:
        """Waits for the reply; hands on outputs meanwhile."""
        wait = None if self._deadline is None else self._wait
        while True:
            header, buffers = self._connection.receive(wait)
            if header["type"] == "event":
                self._take(header)
            else:
                return Reply(header.get("fields", {}), buffers, header.get("error"), self._is_late)

    def withdrawn(self) -> Reply:
        """What stands for the reply of a request that was given up before it began."""
        error = {
            "code": "raised",
            "status": "interrupted",
            "ename": "KeyboardInterrupt",
            "evalue": "it waited for other code of its session and was not begun",
            "traceback": ["KeyboardInterrupt: it waited for other code of its session and was not begun"],
        }
        return Reply(error=error, is_late=self._is_late)

    def _take(self, event: dict[str, Any]) -> None:
        if event["event"] == "input_request":
            self._answer(event["fields"])
        else:
            self.deliver(event["fields"])

    def _answer(self, asked: dict[str, Any]) -> None:
        prompt(asked["prompt"], asked["password"], self._on_input, self._sigint, self.interrupt, self._send_input)

    def _send_input(self, text: str | None) -> None:
        request = {"type": "request", "id": self._transport.next_request(), "command": "input"}
        self._connection.send(request | {"fields": {"request": self._request, "text": text}})

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
        """Asks for the interrupt of this request, or for more; gives it up where asking does not help."""
        was_asked, self._is_asked = self._is_asked, True
        key = {"connection": self._connection.ready["connection"], "request": self._request}
        try:
            answer = self._transport.control("interrupt", key | fields)
        except (ConnectionLostError, StartError):
            self._connection.hang_up()  # it is ending, or nobody can be asked any more to end this call
            return
        if was_asked and not answer["interrupted"] and not answer["killed"]:
            self.is_withdrawn = True  # another's request runs; this one will not begin, since its interrupt is there
            self._connection.hang_up()

"""One request of the session plane over HTTP, on the thread that calls. Runs in clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from ..errors import ConnectionLostError
from .http_connection import FRAME, INCARNATION, HttpConnection, content_of, frames_of
from .http_routes import session_ask
from .interrupting import InterruptedCall
from .prompting import prompt
from .relayed_transport import Request
from .transport import Reply

INTERRUPT_S = 5.0  # the longest that the control plane, which waits for nobody, takes


class SilentError(ConnectionLostError):
    """The backend was asked to interrupt a call and does not answer."""


class Call:
    """One request.

    Args:
        connection: that of the transport.
        another: makes a connection of its own: the signal handler may have stopped the first with its locks held.

    Attributes:
        incarnation: of the worker that answered.
    """

    __slots__ = ("_another", "_connection", "_headers", "_interruptible", "_request", "incarnation")

    def __init__(self, connection: HttpConnection, another: Callable[[], HttpConnection], request: Request) -> None:
        self.incarnation: str | None = None
        self._interruptible = InterruptedCall(self._interrupt)
        self._another = another
        self._connection = connection
        self._headers = [(b"beep-request", request.key.encode())]
        if request.known is not None:
            self._headers.append((b"beep-incarnation", request.known.encode()))
        if request.accepts:
            self._headers.append((b"beep-accepts", request.accepts.encode()))
        self._request = request

    def carry_out(self) -> Reply:
        """The reply, or an error as the wire has it.

        Raises:
            httpx.HTTPError: the connection failed.
            SilentError: SIGINT was to interrupt it, and there is no answer.
            FrameError: what came is no answer of a backend.
        """
        request = self._request
        ask = session_ask(request.command, request.fields, request.session, request.timeout_s)
        with self._interruptible:
            response = self._connection.request(ask, request.buffers, headers=self._headers)
            try:
                return self._reply(request.command, response)
            finally:
                response.close()

    def _reply(self, command: str, response: httpx.Response) -> Reply:
        self.incarnation = response.headers.get(INCARNATION)
        if response.status_code == 200 and response.headers["content-type"] == FRAME:
            return self._parts(response)
        content, _ = content_of(response)
        if response.status_code != 200:
            return self._failed(content)
        return Reply({"handles": content["items"]} if command == "handles" else content)

    def _parts(self, response: httpx.Response) -> Reply:
        """The reply out of one frame, or of a stream of them; read to its end, or the connection could not be kept."""
        reply: Reply | None = None
        for header, buffers in frames_of(response):
            if "type" not in header:
                reply = Reply(header, buffers)
            elif "error" in header:
                reply = self._failed(header["error"])
            elif header["type"] == "reply":
                reply = Reply(header["fields"], buffers, is_late=header["fields"].pop("timed_out", False))
            elif header["event"] == "input_request":
                self._answer(header["fields"])
            else:
                self._deliver(header["fields"])
        if reply is None:
            raise httpx.RemoteProtocolError("the stream ended without a reply")
        return reply

    def _failed(self, problem: dict[str, Any]) -> Reply:
        """A problem document as the wire has errors, and what was printed before."""
        for output in problem.pop("outputs", ()):
            self._deliver(output)
        error = {"code": problem.get("code", ""), "message": problem.get("detail", "")} | problem
        if error.get("ename") == "KeyboardInterrupt":
            error["status"] = "interrupted"
        return Reply(error=error, is_late=error["code"] == "timeout")

    def _answer(self, asked: dict[str, Any]) -> None:
        request = self._request

        def send(text: str | None) -> None:
            fields = {"session": request.session, "request": asked["request"], "text": text}
            self._connection.request(("POST", "/api/input", fields), read_s=INTERRUPT_S).close()

        prompt(asked["prompt"], asked["password"], request.on_input, self._interruptible, self._interrupt, send)

    def _interrupt(self) -> None:
        """Asks for the interrupt of this call, and no other; the second time its worker is killed.

        Raises:
            SilentError: out of the call itself, which is left by that, where SIGINT asked.
        """
        fields = {"session": self._request.session, "request": self._request.key}
        connection = self._another()
        try:
            connection.request(("POST", "/api/interrupt", fields), read_s=INTERRUPT_S).close()
        except httpx.HTTPError as failed:  # nobody can be asked any more to end the call
            raise SilentError("The backend does not answer.", "`beep status` shows those that run.") from failed
        finally:
            connection.close()

    def _deliver(self, output: dict[str, Any]) -> None:
        if self._request.on_output is not None:
            self._request.on_output(output)

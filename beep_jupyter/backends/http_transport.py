"""The HTTP transport: the routes of an http backend, over connections that are kept. Runs in clients, synchronously."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx

from ..errors import BeepError, ConnectionLostError, ProtocolError, WorkerDiedError
from ..worker.wire import FrameError
from .http_call import Call, SilentError
from .http_connection import ANY_REPLY, FRAME, INCARNATION, WITH_PROGRESS, HttpConnection, content_of, frames_of
from .http_errors import foreign_error, is_end
from .http_routes import Ask, control_ask
from .relayed_transport import RelayedTransport, Request
from .transport import OnEvent, Reply
from .wire_errors import error_of

CONTROL_S = 30.0  # the longest that a control command takes: a restart with all rungs of the ladder
TAKE_LONG = "venv_"  # begins those that have no time limit
_LISTS = {"sessions": "sessions", "venv_list": "environments"}  # commands whose reply is a list, and its field


class HttpOwnership:
    """A stream whose end means, where the backend cannot watch this process, that it owns the backend no more."""

    def __init__(self, connection: HttpConnection, response: httpx.Response) -> None:
        self._connection = connection
        self._frames = frames_of(response)
        self._response = response
        next(self._frames)

    def close(self) -> None:
        """See `Ownership.close`."""
        self._response.close()
        self._connection.close()


class HttpTransport(RelayedTransport[HttpConnection]):
    """A backend at `http://HOST:PORT`."""

    def control(self, command: str, fields: dict[str, Any], *, on_event: OnEvent | None = None) -> dict[str, Any]:
        """See `Transport.control`."""
        ask = control_ask(command, {"session": self.session} | fields)
        accept = ANY_REPLY if on_event is None else WITH_PROGRESS
        read_s = None if command.startswith(TAKE_LONG) else CONTROL_S
        try:
            response = self._connected().request(ask, accept=accept, read_s=read_s)
            try:
                content = self._control_content(response, on_event)
            finally:
                response.close()
        except httpx.HTTPError as failed:
            raise foreign_error(failed, self._backend) from failed
        except FrameError as error:
            raise self._foreign(error) from error
        if command == "restart":
            self._incarnation = response.headers.get(INCARNATION)  # the fresh one was asked for
        if "items" in content and command not in _LISTS:
            raise self._foreign(FrameError("a list came"))
        return _named(command, content)

    def follow(self, command: str, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """See `Transport.follow`; the only such command is `logs`."""
        path = f"/api/{command}?follow={'true' if fields.get('follow') else 'false'}"
        connection = self._another()
        try:
            for header, _ in frames_of(self._stream(connection, ("GET", path, None))):
                if header["type"] == "reply":
                    return
                yield header["fields"]
        except httpx.HTTPError:
            return  # the backend ended, and its stream with it
        finally:
            connection.close()

    def own(self) -> HttpOwnership:
        """See `Transport.own`; over a connection of its own, which outlives this object's."""
        connection = self._another()
        try:
            return HttpOwnership(connection, self._stream(connection, ("POST", "/api/own", {"pid": os.getpid()})))
        except BaseException as error:
            connection.close()
            if isinstance(error, httpx.HTTPError):
                raise foreign_error(error, self._backend) from error
            raise

    def __del__(self) -> None:
        self.close()  # who forgets to close gets no warning about a socket they never saw

    def _another(self) -> HttpConnection:
        return HttpConnection(self.address, self._token)

    def _stream(self, connection: HttpConnection, ask: Ask) -> httpx.Response:
        """The response to what is answered in parts, of which none has been read.

        Raises:
            BeepError: there is none.
        """
        try:
            response = connection.request(ask)
            if response.status_code == 200 and response.headers.get("content-type") == FRAME:
                return response
            raise error_of(_wire(content_of(response)[0]), self._backend)
        except httpx.HTTPError as failed:
            raise foreign_error(failed, self._backend) from failed
        except FrameError as error:
            raise self._foreign(error) from error

    def _exchange(self, link: HttpConnection, request: Request) -> tuple[Reply, str | None]:
        call = Call(link, self._another, request)
        try:
            return call.carry_out(), call.incarnation
        except httpx.HTTPError as failed:
            raise self._explain_end(failed) from failed
        except SilentError as silent:
            raise self._explain_end(httpx.ReadError(str(silent))) from silent
        except FrameError as error:
            raise self._foreign(error) from error
        except BaseException:
            self.close()  # the rest of this conversation would be taken for the next one's
            raise

    def _control_content(self, response: httpx.Response, on_event: OnEvent | None) -> dict[str, Any]:
        if response.status_code != 200:
            raise error_of(_wire(content_of(response)[0]), self._backend)
        if on_event is None or response.headers["content-type"] != FRAME:
            return content_of(response)[0]
        for header, _ in frames_of(response):
            if "error" in header:
                raise error_of(_wire(header["error"]), self._backend)
            if header["type"] == "reply":
                found: dict[str, Any] = header["fields"]
                return found
            on_event(header["fields"])
        raise httpx.RemoteProtocolError("the stream ended without a reply")

    def _explain_end(self, failed: httpx.HTTPError) -> BeepError:
        """Why a call ended without a word of the backend; nobody at its port means that it was stopped."""
        self.close()
        if not is_end(failed):
            return foreign_error(failed, self._backend)
        known, self._incarnation = self._incarnation, None
        try:
            self.control("ping", {})
        except ConnectionLostError:
            return WorkerDiedError(self._backend, reason="stop") if known else foreign_error(failed, self._backend)
        except BeepError:
            pass  # somebody answers
        return foreign_error(httpx.ReadError("lost"), self._backend)

    def _foreign(self, error: FrameError) -> BeepError:
        return ProtocolError(f"Backend '{self._backend}' sent what is no answer: {error}.")


def _wire(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem document as the wire has errors."""
    return {"code": "", "message": problem.get("detail", "")} | problem


def _named(command: str, content: dict[str, Any]) -> dict[str, Any]:
    """The reply's fields as the pipe has them."""
    if command == "health":
        return {_snake(name): fact for name, fact in content.items()}
    if command == "interrupt":
        return {"interrupted": not content.get("wasIdle", False), "killed": False}
    if command in _LISTS:
        return {_LISTS[command]: content.get("items", [])}
    if command == "venv_status":
        return {"environment": content}
    return content


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)

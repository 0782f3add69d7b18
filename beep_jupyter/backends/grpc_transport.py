"""The gRPC transport: sync stubs over one channel. Runs in clients.

The backend relays what is asked to its worker, limits its time and says why it ended. Here is what must be here: the
thread that calls gets the outputs and SIGINT, and knows which worker it has met.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import grpc

from ..errors import BeepError, ConnectionLostError, WorkerDiedError
from . import grpc_control
from ._proto import beep_pb2
from .grpc_call import Call
from .grpc_channel import GrpcChannel
from .grpc_errors import foreign_error, wire_error
from .grpc_messages import MalformedFieldError
from .grpc_rpcs import VENV_COMMANDS
from .transport import OnEvent, OnInput, Reply
from .turns import Turns
from .wire_errors import error_of

_LOOK_S = 1.0
_inherited: list[GrpcChannel] = []  # of the process that forked: if they were collected, its sockets would end


class GrpcTransport:
    """A backend at a loopback port.

    Args:
        address: `HOST:PORT`.
        session: whose worker answers.
    """

    def __init__(self, address: str, token: str, backend: str, session: str = "default") -> None:
        self.address = address
        self.released: deque[str] = deque()  # handles that were collected; they are let go before the next request
        self.session = session
        self._backend = backend
        self._incarnation: str | None = None
        self._token = token
        self._channel: GrpcChannel | None = None
        self._begin()

    def _begin(self) -> None:
        """Also in a fork, which has none of gRPC's threads, and where another may have held the lock."""
        if self._channel is not None:
            _inherited.append(self._channel)
            self._channel = None
        self._connecting = threading.RLock()
        self._keys = map(f"{os.urandom(4).hex()}-{{}}".format, itertools.count(1))
        self._pid = os.getpid()
        self._turns = Turns(self._backend)

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
            self._begin()
        with self._turns:
            if self.released:
                gone = [self.released.popleft() for _ in range(len(self.released))]
                self._carry_out("release", {"handleIds": gone})
            return self._carry_out(command, fields, buffers, on_output, timeout_s, on_input, accepts)

    def control(self, command: str, fields: dict[str, Any], *, on_event: OnEvent | None = None) -> dict[str, Any]:
        """See `Transport.control`."""
        try:
            if command in VENV_COMMANDS:
                return grpc_control.manage(self._connected(), command, fields, next(self._keys), on_event)
            reply = grpc_control.carry_out(self._connected(), self.session, command, fields)
        except grpc.RpcError as failed:
            raise self._error_of(failed) from failed
        except MalformedFieldError as error:
            raise error_of({"code": "bad_request", "message": str(error)}, self._backend) from error
        if command == "restart":
            self._incarnation = reply["incarnation"]  # the fresh one was asked for
        return reply

    def follow(self, command: str, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """See `Transport.follow`; the only such command is `logs`."""
        try:
            yield from grpc_control.follow_logs(self._connected(), bool(fields.get("follow")))
        except grpc.RpcError as failed:
            raise self._error_of(failed) from failed

    def own(self) -> grpc_control.GrpcOwnership:
        """See `Transport.own`; over a connection of its own, which outlives this object's."""
        try:
            return grpc_control.GrpcOwnership(GrpcChannel(self.address, self._token))
        except grpc.RpcError as failed:
            raise self._error_of(failed) from failed

    def for_session(self, name: str) -> GrpcTransport:
        """See `Transport.for_session`."""
        return GrpcTransport(self.address, self._token, self._backend, name)

    def aside(self) -> GrpcTransport:
        """See `Transport.aside`; the server sees by the command what waits for nothing."""
        return self.for_session(self.session)

    def close(self) -> None:
        """See `Transport.close`."""
        if self._channel is not None and self._pid == os.getpid():
            self._channel.close()
        self._channel = None

    def _connected(self) -> GrpcChannel:
        if self._pid != os.getpid():
            self._begin()
        with self._connecting:  # control commands do not wait for a call, and come from any thread
            if self._channel is None:
                self._channel = GrpcChannel(self.address, self._token)
            return self._channel

    def _carry_out(
        self,
        command: str,
        fields: dict[str, Any],
        buffers: Sequence[Any] = (),
        on_output: OnEvent | None = None,
        timeout_s: float | None = None,
        on_input: OnInput | None = None,
        accepts: str = "",
    ) -> Reply:
        """One request; whoever carried it out is the worker that this client knows from then on."""
        known = self._incarnation
        call = Call(self._connected(), self.session, next(self._keys), known, on_output, timeout_s, on_input, accepts)
        try:
            reply = call.carry_out(command, fields, buffers)
        except grpc.RpcError as failed:
            raise self._explain_end(failed) from failed
        if call.incarnation is not None:
            self._incarnation = call.incarnation
        if reply.error is not None and reply.error["code"] == "died":
            self._incarnation = None  # this caller knows; the next call takes the fresh worker without complaint
        return reply

    def _explain_end(self, failed: grpc.RpcError) -> BeepError:
        """Why a call ended without a word of the backend; nobody at its port means that it was stopped."""
        if failed.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
            return foreign_error(failed, self._backend)
        self.close()
        known, self._incarnation = self._incarnation, None
        if self._answers():
            return ConnectionLostError(
                f"The connection to backend '{self._backend}' was lost.", "`beep status` shows whether it still runs."
            )
        return WorkerDiedError(self._backend, reason="stop") if known else foreign_error(failed, self._backend)

    def _error_of(self, failed: grpc.RpcError) -> BeepError:
        found = wire_error(failed)
        return foreign_error(failed, self._backend) if found is None else error_of(found, self._backend)

    def _answers(self) -> bool:
        """Whether somebody is there; a port may take connections a moment longer than its server lives."""
        fresh = GrpcChannel(self.address, self._token)
        try:
            fresh.control.GetHealth(beep_pb2.GetHealthRequest(), metadata=fresh.metadata, timeout=_LOOK_S)
        except grpc.RpcError as failed:
            return bool(failed.code() is not grpc.StatusCode.UNAVAILABLE)
        finally:
            fresh.close()
        return True

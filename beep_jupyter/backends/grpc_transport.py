"""The gRPC transport: sync stubs over one channel. Runs in clients."""

from __future__ import annotations

from collections.abc import Iterator
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
from .relayed_transport import RelayedTransport, Request
from .transport import OnEvent, Reply
from .wire_errors import error_of

_LOOK_S = 1.0
_inherited: list[GrpcChannel] = []  # of the process that forked: if they were collected, its sockets would end


class GrpcTransport(RelayedTransport[GrpcChannel]):
    """A backend at `HOST:PORT`."""

    def _begin(self) -> None:
        """See `RelayedTransport`; a fork has none of gRPC's threads."""
        if self._link is not None:
            _inherited.append(self._link)
        super()._begin()

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
            return grpc_control.GrpcOwnership(self._another())
        except grpc.RpcError as failed:
            raise self._error_of(failed) from failed

    def _another(self) -> GrpcChannel:
        return GrpcChannel(self.address, self._token)

    def _exchange(self, link: GrpcChannel, request: Request) -> tuple[Reply, str | None]:
        call = Call(link, request)
        try:
            return call.carry_out(), call.incarnation
        except grpc.RpcError as failed:
            raise self._explain_end(failed) from failed

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
        fresh = self._another()
        try:
            fresh.control.GetHealth(beep_pb2.GetHealthRequest(), metadata=fresh.metadata, timeout=_LOOK_S)
        except grpc.RpcError as failed:
            return bool(failed.code() is not grpc.StatusCode.UNAVAILABLE)
        finally:
            fresh.close()
        return True

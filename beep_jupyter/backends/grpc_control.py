"""The control commands as RPCs. Runs in clients."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import grpc

from ._proto import beep_pb2
from .grpc_channel import GrpcChannel
from .grpc_errors import wire_error
from .grpc_rpcs import CONTROL, PYTHON, VENV, VENV_COMMANDS, rpcs_of
from .transport import OnEvent

CONTROL_S = 30.0  # the longest that a control command takes: a restart with all rungs of the ladder

_PYTHON, _CONTROL, _VENV = rpcs_of(PYTHON), rpcs_of(CONTROL), rpcs_of(VENV)


class GrpcOwnership:
    """A stream whose end means, where the backend cannot watch this process, that it owns the backend no more."""

    def __init__(self, channel: GrpcChannel) -> None:
        self._channel = channel
        stream = channel.control.Own(beep_pb2.OwnRequest(pid=os.getpid()), metadata=channel.metadata)
        next(stream)
        self._stream = stream

    def close(self) -> None:
        """See `Ownership.close`."""
        self._channel.close()


def carry_out(channel: GrpcChannel, session: str, command: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A control command that does not take long.

    Raises:
        grpc.RpcError: it failed.
    """
    if command == "interrupt":
        return _interrupt(channel, session, fields)
    if command == "sessions":
        return _sessions(channel, fields)
    stub, rpc = {
        "health": (channel.control, _CONTROL["GetHealth"]),
        "ping": (channel.control, _CONTROL["GetHealth"]),
        "restart": (channel.python, _PYTHON["Restart"]),
        "stop": (channel.control, _CONTROL["Stop"]),
    }[command]
    request = rpc.request.kind(session=fields.get("session", session))
    reply = getattr(stub, rpc.name)(request, metadata=channel.metadata, timeout=CONTROL_S)
    return rpc.reply.read(reply)[0]


def _interrupt(channel: GrpcChannel, session: str, fields: dict[str, Any]) -> dict[str, Any]:
    request = beep_pb2.InterruptRequest(session=fields.get("session", session), request=fields.get("request", ""))
    reply = channel.python.Interrupt(request, metadata=channel.metadata, timeout=CONTROL_S)
    return {"interrupted": reply.interrupted, "killed": False}


def _sessions(channel: GrpcChannel, fields: dict[str, Any]) -> dict[str, Any]:
    name, argument = "ListSessions", ""
    if "open" in fields:
        name, argument = "OpenSession", fields["open"]
    elif "close" in fields:
        name, argument = "CloseSession", fields["close"]
    rpc = _PYTHON[name]
    request = rpc.request.write({}, session=argument)
    return rpc.reply.read(getattr(channel.python, name)(request, metadata=channel.metadata, timeout=CONTROL_S))[0]


def manage(
    channel: GrpcChannel, command: str, fields: dict[str, Any], key: str, on_event: OnEvent | None
) -> dict[str, Any]:
    """A command of VenvService, which may take long; cancelled when the caller is interrupted or `on_event` raises.

    Args:
        key: names it to the backend, for its progress.

    Raises:
        grpc.RpcError: it failed.
    """
    rpc = _VENV[VENV_COMMANDS[command]]
    request = rpc.request.write(fields)
    metadata = (*channel.metadata, ("beep-request", key))
    under_way = getattr(channel.venv, rpc.name).future(request, metadata=metadata)
    try:
        if on_event is not None:
            _follow_progress(channel, key, on_event)
        return rpc.reply.read(under_way.result())[0]
    except BaseException:
        under_way.cancel()
        raise


def _follow_progress(channel: GrpcChannel, key: str, on_event: OnEvent) -> None:
    stream = channel.venv.FollowProgress(beep_pb2.FollowProgressRequest(request=key), metadata=channel.metadata)
    form = _VENV["FollowProgress"].reply
    try:
        for progress in stream:
            on_event(form.read(progress)[0])
    except grpc.RpcError:
        pass  # the command itself will say what is wrong
    finally:
        stream.cancel()


def follow_logs(channel: GrpcChannel, is_endless: bool) -> Iterator[dict[str, Any]]:
    """The lines of the log; with `is_endless` further ones as they come, until the backend ends."""
    stream = channel.control.FollowLogs(beep_pb2.FollowLogsRequest(follow=is_endless), metadata=channel.metadata)
    try:
        for message in stream:
            yield {"line": message.line}
    except grpc.RpcError as failed:
        if wire_error(failed) is not None:
            raise
        # else the backend ended, and its stream with it
    finally:
        stream.cancel()

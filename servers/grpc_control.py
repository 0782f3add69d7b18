"""The RPCs that never wait for user code: interrupt, restart, sessions, health, stop, owners, logs.

Runs in the gRPC server. The commands are those of `control.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf.message import Message

from beep_jupyter.backends._proto import beep_pb2
from beep_jupyter.backends.grpc_rpcs import CONTROL, PYTHON, rpcs_of

from calls import refusal
from control import Refused
from grpc_relay import Relays
from grpc_services import Answer, Answering
from life import Life
from peers import holds_connection
from supervisor import DEFAULT_SESSION, SessionMissingError

MAX_STREAMS = 32  # each has a thread for as long as it lasts


class ControlService:
    """The control plane.

    Args:
        relays: lets go of a session's connections when that is closed.

    Attributes:
        streams: as many as may still be opened.
    """

    def __init__(self, life: Life, answering: Answering, relays: Relays) -> None:
        self._answering = answering
        self._life = life
        self._relays = relays
        self.streams = threading.BoundedSemaphore(MAX_STREAMS)

    def python_handlers(self) -> dict[str, grpc.RpcMethodHandler]:
        """The handlers of PythonService that reach no worker, by name."""
        rpcs = rpcs_of(PYTHON)
        answers: dict[str, Answer] = {
            "CloseSession": self.close_session,
            "Interrupt": self.interrupt,
            "ListSessions": lambda message, _: self._answer("sessions", {}, rpcs["ListSessions"].reply),
            "OpenSession": lambda message, _: self._answer(
                "sessions", {"open": _session(message)}, rpcs["OpenSession"].reply
            ),
            "Restart": self.restart,
        }
        return {name: self._answering.unary(rpcs[name], answer) for name, answer in answers.items()}

    def handlers(self) -> dict[str, grpc.RpcMethodHandler]:
        """The handlers of ControlService, by name."""
        rpcs = rpcs_of(CONTROL)
        return {
            "GetHealth": self._answering.unary(
                rpcs["GetHealth"],
                lambda message, _: self._answer("health", {"session": _session(message)}, rpcs["GetHealth"].reply),
            ),
            "Stop": self._answering.unary(rpcs["Stop"], lambda *_: self._answer("stop", {}, rpcs["Stop"].reply)),
            "Own": self._answering.streaming(rpcs["Own"], self.own),
            "FollowLogs": self._answering.streaming(rpcs["FollowLogs"], self.follow_logs),
        }

    def interrupt(self, message: Any, context: grpc.ServicerContext) -> Message:
        """The call of that name, or whatever runs now."""
        try:
            interrupted = self._life.calls.interrupt(_session(message), message.request or None)
        except SessionMissingError as missing:
            raise refusal(missing) from None
        return beep_pb2.InterruptReply(success=True, interrupted=interrupted)

    def restart(self, message: Any, context: grpc.ServicerContext) -> Message:
        """The fresh worker."""
        fields = self._life.control.answer("restart", {"session": _session(message)}, 0)
        return beep_pb2.RestartReply(success=True, **fields)

    def close_session(self, message: Any, context: grpc.ServicerContext) -> Message:
        """The sessions that are left."""
        reply = self._answer("sessions", {"close": _session(message)}, rpcs_of(PYTHON)["CloseSession"].reply)
        self._relays.forget(_session(message))
        return reply

    def own(self, message: Any, context: grpc.ServicerContext) -> Iterator[Message]:
        """A process that is seen at the other end of the connection is watched; of any other, this stream."""
        owners = self._life.owners
        host, _, port = context.peer().removeprefix("ipv4:").rpartition(":")
        if port.isdecimal() and holds_connection(message.pid, host, int(port)):
            owners.add(message.pid)
            yield beep_pb2.OwnReply(owner=owners.first)
            return
        with Slot(self.streams):
            ended = threading.Event()
            let_go = owners.hold()
            try:
                if context.add_callback(ended.set):
                    yield beep_pb2.OwnReply(owner=owners.first)
                    ended.wait()
            finally:
                let_go()

    def follow_logs(self, message: Any, context: grpc.ServicerContext) -> Iterator[Message]:
        """The lines of the log."""
        log = self._life.log
        with Slot(self.streams):
            if context.add_callback(log.nudge):
                for line in log.follow(wait=message.follow, is_wanted=context.is_active):
                    yield beep_pb2.LogLine(line=line)

    def _answer(self, command: str, fields: dict[str, Any], form: Any) -> Message:
        return form.write(self._life.control.answer(command, fields, 0))


class Slot:
    """One of the threads that streams may keep.

    Raises:
        Refused: they are all taken.
    """

    def __init__(self, slots: threading.BoundedSemaphore) -> None:
        self._slots = slots

    def __enter__(self) -> None:
        if not self._slots.acquire(blocking=False):
            raise Refused("crowded", f"{MAX_STREAMS} streams are open already")

    def __exit__(self, *_: object) -> None:
        self._slots.release()


def _session(message: Any) -> str:
    return message.session or DEFAULT_SESSION

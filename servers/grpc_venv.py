"""The RPCs that manage environments. Runs in the gRPC server; each command is a process below it (`venv_jobs.py`).

A client that leaves, or whose deadline is over, cancels its command; that leaves nothing half done.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf.message import Message

from beep_jupyter.backends.grpc_rpcs import VENV, VENV_COMMANDS, Rpc, rpcs_of

from grpc_control import Slot
from grpc_conversation import key_in
from grpc_services import Answer, Answering
from life import Life


class VenvService:
    """Builds, changes and lists environments.

    Args:
        streams: those that may still be opened, each with a thread.
    """

    def __init__(self, life: Life, answering: Answering, streams: threading.BoundedSemaphore) -> None:
        self._answering = answering
        self._life = life
        self._rpcs = rpcs_of(VENV)
        self._streams = streams

    def handlers(self) -> dict[str, grpc.RpcMethodHandler]:
        """The handlers of the RPCs by name."""
        handlers = {
            name: self._answering.unary(
                self._rpcs[name], self._command(command.removeprefix("venv_"), self._rpcs[name])
            )
            for command, name in VENV_COMMANDS.items()
        }
        follow = self._answering.streaming(self._rpcs["FollowProgress"], self.follow_progress)
        return handlers | {"FollowProgress": follow}

    def _command(self, command: str, rpc: Rpc) -> Answer:
        def answer(message: Any, context: grpc.ServicerContext) -> Message:
            with Slot(self._streams):
                key = key_in(dict(context.invocation_metadata()))
                job = self._life.jobs.start(command, rpc.request.read(message)[0], key)
                if not context.add_callback(job.cancel):
                    job.cancel()
                return rpc.reply.write(job.result())

        return answer

    def follow_progress(self, message: Any, context: grpc.ServicerContext) -> Iterator[Message]:
        """What the command of that name does, until it ends."""
        with Slot(self._streams):
            for progress in self._life.jobs.watch(message.request):
                yield self._rpcs["FollowProgress"].reply.write(progress)

"""Answers those who only look, while code runs: completion and inspection. Runs in the worker, on a thread of its own.

Connections for this come over a socket of their own, since the loop does not hear the server while code runs. Here too
one request is served after the other, but none of them runs code or changes anything.
"""

from __future__ import annotations

import select
from _thread import start_new_thread

from . import late
from .channel import Channel
from .clients import Clients, check_request
from .commands.request import Refusal, Request
from .commands.session import LATE
from .connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .commands.outward import Answer
    from .interrupts import Interrupts

    Method = Callable[[Request], Answer]

COMMANDS = ("complete", "inspect")
_TRIES = 3  # where code changes what is looked at


class Aside:
    """The connections of those who look.

    Args:
        channel: over which the server gives them.
        server: the worker's own channel, on which the server hears of one that was lost.
        namespace: what they look at.
        interrupts: of the main thread; nothing here is interrupted.
        ready: the fields of the ready frame but for the connection's number.
    """

    def __init__(
        self,
        channel: Channel,
        server: Channel,
        namespace: dict[str, Any],
        interrupts: Interrupts,
        ready: dict[str, Any],
    ) -> None:
        self._channel = channel
        self._clients = Clients(ready, self._serve)
        self._interrupts = interrupts
        self._methods: dict[str, Method] = {}
        self._namespace = namespace
        self._clients.poller.register(channel.fileno(), select.POLLIN)
        self._server = server

    def start(self) -> None:
        """Serves until the server is gone."""
        start_new_thread(self._run, ())

    def after_fork_in_child(self) -> None:
        """Closes what must not be held by a child."""
        self._channel.close()
        self._clients.after_fork_in_child()

    def _run(self) -> None:
        while not self._channel.is_closed:
            for descriptor, _ in self._clients.poller.poll():
                if descriptor == self._channel.fileno():
                    self._hear_server()
                else:
                    self._clients.hear(descriptor)

    def _hear_server(self) -> None:
        self._channel.receive()
        while True:
            frame = self._channel.take()
            if frame is None:
                return
            header, descriptor = frame
            if descriptor is None:  # no number was free for it
                self._server.send({"type": "lost", "connection": header["connection"]})
            else:
                self._clients.welcome(Connection(descriptor, header["connection"], self._interrupts))

    def _serve(self, connection: Connection, header: dict[str, Any], buffers: Sequence[bytearray]) -> None:
        request = check_request(header)
        reply = self._answer(Request(header, buffers, _nobody, _no_input))
        connection.send(dict(reply, type="reply", id=request))

    def _answer(self, request: Request) -> dict[str, Any]:
        """The reply's fields or error."""
        try:
            method = self._find(request.command)
            for _ in range(_TRIES):
                try:
                    return {"fields": method(request)[0]}
                except RuntimeError:  # a dictionary changed its size while it was read
                    pass
            return {"error": {"code": "crowded", "message": "code changes what was to be looked at"}}
        except Refusal as refusal:
            return {"error": {"code": refusal.code, "message": str(refusal), "cure": refusal.cure}}
        except Exception as error:  # noqa: BLE001  a reader's top: code of the user's, such as a `__dir__`
            found = late.load("failures").describe(error)
            return {"error": dict(found, code="raised", status="error", message=found["evalue"])}

    def _find(self, command: Any) -> Method:
        if type(command) is not str or command not in COMMANDS:
            raise Refusal("unknown_command", "who looks aside has no command %.80r" % (command,))
        if command not in self._methods:
            module, kind = LATE[command]
            made = getattr(late.load("commands." + module), kind)(self._namespace, None)
            self._methods[command] = getattr(made, "do_" + command)
        return self._methods[command]


def _nobody(output: dict[str, Any]) -> None:
    """Where outputs go: there are none."""


def _no_input(prompt: str, is_password: bool) -> None:
    """Who answers: nobody is asked."""

"""The worker's loop: waits for connections and requests, serves one request at a time. Runs on the main thread."""

from __future__ import annotations

import select

from . import forks
from .clients import Clients, check_request
from .commands.request import Refusal, Request
from .connection import Connection
from .looks import Looks
from .status import write_busy, write_idle
from .values.handles import UnknownHandle
from .wire import FrameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .channel import Channel
    from .commands.session import Commands
    from .coroutines import PersistentLoop
    from .interrupts import Interrupts
    from .output import Sink
    from .shell import Shell


_TOO_LARGE_CURE = "Bring arrays or bytes instead of lists and texts, or bring it in parts."
_TRIM_S = 10  # how often to look for lent memory that nobody needs


class Loop:
    """Serves until the server says `leave` or is gone.

    Args:
        channel: to the server.
        commands: what can be asked.
        sink: where outputs go while a request is served.
        shell: its event loop goes on while nothing is served.
        interrupts: which request may be interrupted now.
        status: descriptor of the status file.
        ready: the fields of the ready frame but for the connection's number.
    """

    def __init__(
        self,
        channel: Channel,
        commands: Commands,
        sink: Sink,
        shell: Shell,
        interrupts: Interrupts,
        status: int,
        ready: dict[str, Any],
    ) -> None:
        self._channel = channel
        self._channel_descriptor = channel.fileno()
        self._commands = commands
        self._clients = Clients(ready, self._serve, interrupts.forget)
        self._interrupts = interrupts
        self._is_leaving = False
        self._looks = Looks()
        self._poller = self._clients.poller
        self._poller.register(channel.fileno(), select.POLLIN)
        self._shell = shell
        self._sink = sink
        self._status = status

    def run(self) -> None:
        write_idle(self._status)
        while not self._is_leaving:
            for descriptor, _ in self._wait():
                if descriptor == self._channel_descriptor:
                    self._hear_server()
                else:
                    self._clients.hear(descriptor)

    def _wait(self) -> list[tuple[int, int]]:
        """What is ready. Looks a few times before it sleeps, since the next request often comes at once. Behind a relay
        it does not: that and its client need both cores. Tasks that a cell left go on meanwhile."""
        if self._channel.has_frames:
            return [(self._channel_descriptor, select.POLLIN)]
        poll, tasks = self._poller.poll, self._shell.loop
        if tasks is not None and not tasks.step():
            tasks = None
        for _ in self._looks:
            ready = poll(0)
            if ready:
                return ready
        while True:
            ready = self._sleep(tasks, _TRIM_S if self._commands.lends else None)
            if ready:
                return ready
            self._commands.trim()

    def _sleep(self, tasks: PersistentLoop | None, timeout_s: int | None) -> list[tuple[int, int]]:
        """What becomes ready; the server first where an interrupt came meanwhile, so that it is noted in time."""
        interrupts, ready = self._interrupts, []
        interrupts.stands_back = True
        if not self._channel.has_frames:
            if tasks is not None:
                tasks.wait([self._channel_descriptor, *self._clients.descriptors], timeout_s)
                timeout_s = 0
            ready = self._poller.poll(None if timeout_s is None else timeout_s * 1000)
        interrupts.stands_back = False
        if interrupts.was_called or self._channel.has_frames:
            interrupts.was_called = False
            ready.insert(0, (self._channel_descriptor, select.POLLIN))
        return ready

    def after_fork_in_child(self) -> None:
        """Closes what must not be held by a child."""
        if self._shell.loop is not None:
            self._shell.loop.after_fork_in_child()
        self._channel.close()
        self._clients.after_fork_in_child()

    def _hear_server(self) -> None:
        self._channel.receive()
        self._is_leaving = self._channel.is_closed
        while True:
            frame = self._channel.take()
            if frame is None:
                return
            header, descriptor = frame
            if header["type"] == "connection" and descriptor is None:
                self._channel.send({"type": "lost", "connection": header["connection"]})
            elif header["type"] == "connection":
                self._looks = Looks(0) if header.get("relayed") else Looks()
                self._clients.welcome(Connection(descriptor, header["connection"], self._interrupts))
            elif header["type"] == "interrupt":
                self._interrupts.note((header["connection"], header["request"]))
            elif header["type"] == "leave":
                self._is_leaving = True

    def _serve(self, connection: Connection, header: dict[str, Any], buffers: Sequence[bytearray]) -> None:
        request = check_request(header)
        if not 0 <= request < 1 << 64:  # the status file has eight bytes for it
            raise FrameError("a request's id is from 0 to 2**64 - 1")
        if header.get("command") == "input":  # an answer to nobody: who asked was interrupted meanwhile
            return

        def emit(output: dict[str, Any]) -> None:
            connection.send({"type": "event", "id": request, "event": "output", "fields": output})

        write_busy(self._status, connection.number, request)
        self._interrupts.install()
        self._sink.begin(emit)
        reply, parts = self._carry_out(connection, header, buffers)
        self._sink.end()
        write_idle(self._status)
        reply["type"], reply["id"] = "reply", request
        try:
            connection.send(reply, parts)
        except FrameError as error:
            refused = {"code": "transfer", "message": "the reply is too large: %s" % error, "cure": _TOO_LARGE_CURE}
            connection.send({"type": "reply", "id": request, "error": refused})

    def _carry_out(
        self, connection: Connection, header: dict[str, Any], buffers: Sequence[bytearray]
    ) -> tuple[dict[str, Any], Sequence[Any]]:
        """The reply's fields or error, and its buffers."""
        number = header["id"]

        def ask(prompt: str, is_password: bool) -> str | None:
            self._sink.flush()
            return connection.ask(number, prompt, is_password)

        request = Request(header, buffers, self._sink.emit, ask)
        try:
            if "release" in header:
                self._commands.release(header["release"])
            method = self._commands.find(header.get("command"))
            if request.fields.get("timeout_s") is not None:
                self._announce_limit(connection.number, number, request.limit_s())
            try:
                self._interrupts.arm((connection.number, number))
                fields, parts = method(request)
            finally:
                self._interrupts.disarm()
        except Refusal as refusal:
            return {"error": {"code": refusal.code, "message": str(refusal), "cure": refusal.cure}}, ()
        except UnknownHandle as unknown:
            return {"error": {"code": "no_handle", "message": "there is no object with handle %s" % unknown}}, ()
        except BaseException as error:  # noqa: BLE001  the execute loop's edge
            if forks.is_child:
                forks.leave(error)
            ended, failure = self._commands.failed(header.get("command", ""), error)
            return {"error": failure} if ended is None else {"fields": ended}, ()
        if forks.is_child:
            forks.leave(None)
        return {"fields": fields}, parts

    def _announce_limit(self, connection: int, request: int, timeout_s: float) -> None:
        """The server interrupts the request after so long, which begins now, and kills when that does not help."""
        self._channel.send({"type": "limit", "connection": connection, "request": request, "timeout_s": timeout_s})

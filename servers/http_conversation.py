"""One request of the session plane, from the route that brings it to the worker's reply. Runs in the HTTP server."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from calls import ASIDE, Call, check_incarnation
from control import Refused
from endings import judge, raised, reason, tail_with
from http_relay import BrokenError, Frame, Relay, Relays
from http_threads import on_thread
from life import Life

CONNECT_TRIES = 5


@dataclass(slots=True)
class Asked:
    """What a client asks for.

    Attributes:
        key: its name for the request.
        known: the incarnation that it has met last.
        is_inline: it takes JSON only, without buffers beside it.
        accepts: what it announces of the forms that it takes, as `worker/values/receiver.py` has it.
        incarnation: of the worker that carries it out, when it has one.
    """

    command: str
    fields: dict[str, Any]
    session: str
    buffers: Sequence[Any] = ()
    timeout_s: float | None = None
    key: str | None = None
    known: str | None = None
    is_inline: bool = True
    accepts: str | None = None
    incarnation: str = field(default="", init=False)


class Conversation:
    """A request under way: its events as they come, and last its reply. `close` it in any case."""

    __slots__ = ("_asked", "_call", "_conversations", "_is_whole", "_relay", "_tail")

    def __init__(self, conversations: Conversations, relay: Relay, call: Call, asked: Asked) -> None:
        self._asked = asked
        self._call = call
        self._conversations = conversations
        self._is_whole = False
        self._relay = relay
        self._tail = ""

    async def next(self) -> Frame:
        """The next event, or the reply.

        Raises:
            Refused: the worker's error, or why there will be no reply.
        """
        try:
            frame = await self._relay.receive()
        except BrokenError:
            raise await self._conversations.reason(self._relay, self._call, self._asked, self._tail) from None
        header = frame[0]
        if header["type"] == "event":
            self._tail = tail_with(self._tail, header["fields"])
            return frame
        self._is_whole = True
        return judge(frame, self._call, self._asked.timeout_s)

    @property
    def is_late(self) -> bool:
        """Whether it was interrupted at its time limit."""
        return self._call.is_late

    def timeout(self, error: dict[str, Any]) -> Refused:
        """What stands for the reply of code that was interrupted at its time limit.

        Args:
            error: the reply's.
        """
        return raised(error | {"status": "interrupted"}, self._call, self._asked.timeout_s)

    def close(self) -> None:
        """Lets go of the connection; a conversation that did not come to its end ends it."""
        self._conversations.end(self._relay, self._call, is_whole=self._is_whole)


class Conversations:
    """The requests under way."""

    def __init__(self, life: Life) -> None:
        self.relays = Relays(life.supervisor)
        self._asking: dict[int, Relay] = {}  # requests whose code may read standard input
        self._calls = life.calls
        self._requests = itertools.count(1)  # of the whole backend: an input request names one among all
        self._supervisor = life.supervisor

    async def begin(self, asked: Asked) -> Conversation:
        """Sends a request.

        Raises:
            Refused: it cannot be given to a worker, or that is another one than the client knows.
        """
        loop = asyncio.get_running_loop()
        for _ in range(CONNECT_TRIES):
            relay = await self.relays.lease(asked.session, asked.command in ASIDE)
            self._check_incarnation(relay, asked)
            asked.incarnation = relay.incarnation
            request = relay.request = next(self._requests)
            call = self._calls.begin(
                asked.session,
                relay.number,
                request,
                key=asked.key,
                timeout_s=asked.timeout_s,
                hang_up=partial(loop.call_soon_threadsafe, relay.leave, request),
            )
            try:
                await self._await_ready(relay, call, asked)
                self._send(relay, call, asked)
                return Conversation(self, relay, call, asked)
            except BrokenError:
                self.end(relay, call, is_whole=False)
            except BaseException:
                self.end(relay, call, is_whole=False)
                raise
        raise Refused("start", f"its worker ended {CONNECT_TRIES} times before it took a request")

    async def reason(self, relay: Relay, call: Call, asked: Asked, tail: str) -> Refused:
        """Why a conversation ended without a reply; waits a moment for the worker's obituary."""
        return await on_thread(reason, self._supervisor, call, relay.incarnation, asked.timeout_s, tail)

    def send_input(self, request: int, text: str | None) -> None:
        """Answers code that reads standard input.

        Raises:
            Refused: nobody asked.
        """
        relay = self._asking.get(request)
        if relay is None:
            raise Refused("bad_request", f"request {request} waits for no input")
        fields = {"request": request, "text": text}
        relay.send({"type": "request", "id": next(self._requests), "command": "input", "fields": fields})

    def end(self, relay: Relay, call: Call, *, is_whole: bool) -> None:
        """The request is over."""
        self._asking.pop(call.request, None)
        self._calls.end(call)
        if is_whole:
            self.relays.give_back(relay)
        else:
            relay.close()

    def _check_incarnation(self, relay: Relay, asked: Asked) -> None:
        try:
            check_incarnation(self._supervisor, asked.session, asked.known, relay.incarnation)
        except Refused:
            self.relays.give_back(relay)
            raise

    async def _await_ready(self, relay: Relay, call: Call, asked: Asked) -> None:
        """Waits until the worker has taken a new connection in, which it does when it is idle.

        Raises:
            BrokenError: it ended before; nothing was begun.
            Refused: the request was given up meanwhile.
        """
        if relay.is_ready:
            return
        try:
            await relay.receive()
        except BrokenError:
            if call.is_withdrawn:
                raise await self.reason(relay, call, asked, "") from None
            raise
        relay.is_ready = True

    def _send(self, relay: Relay, call: Call, asked: Asked) -> None:
        header: dict[str, Any] = {"type": "request", "id": call.request}
        header["command"], header["fields"] = asked.command, asked.fields
        if asked.is_inline:
            header["inline"] = True
        if asked.accepts is not None:
            header["accepts"] = asked.accepts
        if asked.fields.get("stdin"):
            self._asking[call.request] = relay
        try:
            relay.send(header, asked.buffers)
        except ValueError as error:  # NaN and infinity, which json reads and JSON has not
            raise Refused("malformed", f"the body is not JSON: {error}") from None

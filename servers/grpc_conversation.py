"""One request of the session plane, from the RPC that brings it to the worker's reply. Runs in the gRPC server."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import grpc

from beep_jupyter.backends.frame_socket import BrokenError
from beep_jupyter.worker.wire import FrameError

from calls import ASIDE, MAX_KEY_CHARACTERS, Call, check_incarnation
from control import Refused
from endings import Frame, judge, raised, reason, tail_with
from grpc_relay import Relay, Relays
from grpc_status import GONE
from life import Life
from supervisor import DEFAULT_SESSION

MAX_CALLS = 64  # of the session plane, each with a thread of its own; the rest of the threads is for the control plane
CONNECT_TRIES = 5


class Asked:
    """What a client asks for, and what its metadata says.

    Args:
        timeout_s: None for as long as it takes.
        sizes, pieces: instead of buffers, their sizes and what makes them up, as it comes.

    Attributes:
        accepts: what it announces of the forms that it takes, as `worker/values/receiver.py` has it.
        key: the client's name for the call.
        known: the worker that the client has met last.

    Raises:
        Refused: the key is too long.
    """

    __slots__ = (
        "accepts",
        "buffers",
        "command",
        "context",
        "fields",
        "key",
        "known",
        "pieces",
        "session",
        "sizes",
        "timeout_s",
    )

    def __init__(
        self,
        context: grpc.ServicerContext,
        session: str,
        command: str,
        fields: dict[str, Any],
        buffers: Sequence[Any] = (),
        *,
        timeout_s: float | None,
        sizes: Sequence[int] = (),
        pieces: Iterable[bytes] | None = None,
    ) -> None:
        metadata = dict(context.invocation_metadata())
        self.accepts: str | None = metadata.get("beep-accepts")
        self.buffers = buffers
        self.command = command
        self.context = context
        self.fields = fields
        self.key = key_in(metadata)
        self.known: str | None = metadata.get("beep-incarnation")
        self.pieces = pieces
        self.session = session or DEFAULT_SESSION
        self.sizes = sizes
        self.timeout_s = timeout_s


class Conversations:
    """The requests under way."""

    def __init__(self, life: Life) -> None:
        self.asking: dict[int, Relay] = {}  # requests whose code may read standard input
        self.calls = life.calls
        self.relays = Relays(life.supervisor)
        self.requests = itertools.count(1)  # of the whole backend: an input request names one among all
        self.slots = [None] * MAX_CALLS  # a list counts without a lock
        self.supervisor = life.supervisor

    def send_input(self, request: int, text: str | None) -> None:
        """Answers code that reads standard input.

        Raises:
            Refused: nobody asked.
        """
        relay = self.asking.get(request)
        if relay is None:
            raise Refused("bad_request", f"request {request} waits for no input")
        fields = {"request": request, "text": text}
        try:
            relay.send({"type": "request", "id": next(self.requests), "command": "input", "fields": fields})
        except BrokenError:
            pass  # its end is on its way to who waits for the reply


class Conversation:
    """One request under way, with its relay connection; `with` begins and ends it.

    Raises:
        Refused: it cannot be begun.
    """

    __slots__ = ("_asked", "_call", "_conversations", "_is_whole", "_relay", "_tail")

    def __init__(self, conversations: Conversations, asked: Asked) -> None:
        self._asked = asked
        self._conversations = conversations
        self._is_whole = False
        self._tail = ""  # the latest of what its code wrote to stderr

    @property
    def incarnation(self) -> str:
        """Of the worker that carries it out."""
        return self._relay.incarnation

    def __enter__(self) -> Conversation:
        try:
            self._conversations.slots.pop()
        except IndexError:
            raise Refused("crowded", f"{MAX_CALLS} calls are under way already") from None
        try:
            self._begin()
        except BaseException:
            self._conversations.slots.append(None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connection unless the conversation came to its proper end."""
        self._conversations.asking.pop(self._call.request, None)
        self._conversations.calls.end(self._call)
        is_usable = self._relay.end()
        if is_usable and self._is_whole:
            self._conversations.relays.give_back(self._relay)
        else:
            self._relay.close()
        self._conversations.slots.append(None)

    def send(self) -> None:
        """Sends the request.

        Raises:
            Refused: no frame can hold it.
        """
        asked = self._asked
        header = {"type": "request", "id": self._call.request, "command": asked.command, "fields": asked.fields}
        if asked.accepts is not None:
            header["accepts"] = asked.accepts
        if asked.fields.get("stdin"):
            self._conversations.asking[self._call.request] = self._relay
        try:
            if asked.pieces is None:
                self._relay.send(header, asked.buffers)
            else:
                self._relay.send_in_pieces(header, asked.sizes, asked.pieces)
        except FrameError as error:
            raise Refused("too_large", str(error)) from None
        except BrokenError:
            pass  # what the worker had to say before it hung up comes in first

    def receive(self) -> Frame:
        """The next event, or the reply.

        Raises:
            Refused: the conversation ended without a reply, or the reply is an error.
        """
        try:
            frame = self._relay.receive()
        except (BrokenError, FrameError):
            raise self._reason() from None
        header = frame[0]
        if header["type"] == "event":
            self._tail = tail_with(self._tail, header["fields"])
            return frame
        self._is_whole = True
        return judge(frame, self._call, self._asked.timeout_s)

    def check_time(self, reply: dict[str, Any]) -> None:
        """Of `execute`, whose reply tells of an interrupt as of any other end.

        Raises:
            Refused: it was interrupted because its time was over.
        """
        if self._call.is_late and reply.get("status") == "interrupted":
            raise raised(reply["error"] | {"status": "interrupted"}, self._call, self._asked.timeout_s)

    def _begin(self) -> None:
        """Takes a relay connection on which the worker waits for the request, and notes the request.

        A worker that ends before it has taken the connection in has begun nothing: a fresh one is asked.
        """
        conversations, asked = self._conversations, self._asked
        for _ in range(CONNECT_TRIES):
            self._relay = relay = conversations.relays.lease(asked.session, asked.command in ASIDE)
            try:
                check_incarnation(conversations.supervisor, asked.session, asked.known, relay.incarnation)
            except Refused:
                conversations.relays.give_back(relay)
                raise
            self._note(next(conversations.requests))
            try:
                relay.await_ready()
                return
            except (BrokenError, FrameError):
                conversations.calls.end(self._call)
                relay.close()
                if self._call.is_withdrawn or not asked.context.is_active():
                    raise self._reason() from None
        raise Refused("start", f"its worker ended {CONNECT_TRIES} times before it took a request")

    def _note(self, request: int) -> None:
        relay, asked = self._relay, self._asked

        def hang_up() -> None:
            relay.leave(request)

        relay.begin(request)
        self._call: Call = self._conversations.calls.begin(
            asked.session, relay.number, request, key=asked.key, timeout_s=asked.timeout_s, hang_up=hang_up
        )
        # A client that leaves does not cancel a cell; only what waits here for its end is let go.
        if not asked.context.add_callback(hang_up):
            hang_up()

    def _reason(self) -> Refused:
        """Why a conversation ended without a reply."""
        asked = self._asked
        if not asked.context.is_active():
            return Refused(GONE, "the client has left")
        supervisor, incarnation = self._conversations.supervisor, self._relay.incarnation
        return reason(supervisor, self._call, incarnation, asked.timeout_s, self._tail)


def key_in(metadata: dict[str, Any]) -> str | None:
    """The client's name for its call.

    Raises:
        Refused: it is too long.
    """
    key: str | None = metadata.get("beep-request")
    if key is not None and len(key) > MAX_KEY_CHARACTERS:
        raise Refused("bad_request", f"a beep-request has at most {MAX_KEY_CHARACTERS} characters")
    return key

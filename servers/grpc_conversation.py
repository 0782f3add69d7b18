"""One request of the session plane, from the RPC that brings it to the worker's reply. Runs in the gRPC server."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import grpc

from beep_jupyter.backends.frame_socket import BrokenError
from beep_jupyter.worker.wire import FrameError

from calls import MAX_KEY_CHARACTERS, Call, check_incarnation, died
from control import Refused
from grpc_relay import Relay, Relays
from grpc_status import GONE
from life import Life
from supervisor import DEFAULT_SESSION, SessionMissingError

MAX_CALLS = 64  # of the session plane, each with a thread of its own; the rest of the threads is for the control plane
CONNECT_TRIES = 5
_TAIL_CHARACTERS = 4000
_WITHDRAWN = "it waited for another client's code and was not begun"

Frame = tuple[dict[str, Any], Sequence[Any]]


class Asked:
    """What a client asks for, and what its metadata says.

    Args:
        sizes, pieces: instead of buffers, their sizes and what makes them up, as it comes.

    Attributes:
        incarnation: of the worker that carries it out, when it has one.
    """

    __slots__ = (
        "buffers",
        "command",
        "context",
        "fields",
        "incarnation",
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
        message: Any,
        command: str,
        fields: dict[str, Any],
        buffers: Sequence[Any] = (),
        *,
        timeout_s: float | None,
        sizes: Sequence[int] = (),
        pieces: Iterable[bytes] | None = None,
    ) -> None:
        metadata = dict(context.invocation_metadata())
        self.buffers = buffers
        self.command = command
        self.context = context
        self.fields = fields
        self.incarnation = ""
        self.key = key_in(metadata)
        self.known: str | None = metadata.get("beep-incarnation")
        self.pieces = pieces
        self.session: str = message.session or DEFAULT_SESSION
        self.sizes = sizes
        self.timeout_s = timeout_s


class Conversations:
    """The requests under way."""

    def __init__(self, life: Life) -> None:
        self.relays = Relays(life.supervisor)
        self._asking: dict[int, Relay] = {}  # requests whose code may read standard input
        self._calls = life.calls
        self._requests = itertools.count(1)  # of the whole backend: an input request names one among all
        self._slots = threading.BoundedSemaphore(MAX_CALLS)
        self._supervisor = life.supervisor

    def frames(self, asked: Asked) -> Iterator[Frame]:
        """Carries out a request: the events as they come, and last the reply.

        Raises:
            Refused: all that is no success, an error reply among it.
        """
        if not self._slots.acquire(blocking=False):
            raise Refused("crowded", f"{MAX_CALLS} calls are under way already")
        try:
            relay, call = self._begin(asked)
            try:
                yield from self._converse(relay, call, asked)
            finally:
                self._calls.end(call)
        finally:
            self._slots.release()

    def send_input(self, request: int, text: str | None) -> None:
        """Answers code that reads standard input.

        Raises:
            Refused: nobody asked.
        """
        relay = self._asking.get(request)
        if relay is None:
            raise Refused("bad_request", f"request {request} waits for no input")
        fields = {"request": request, "text": text}
        try:
            relay.send({"type": "request", "id": next(self._requests), "command": "input", "fields": fields})
        except BrokenError:
            pass  # its end is on its way to who waits for the reply

    def _begin(self, asked: Asked) -> tuple[Relay, Call]:
        """A relay connection on which the worker waits for the request, and the request noted.

        A worker that ends before it has taken the connection in has begun nothing: a fresh one is asked.
        """
        for _ in range(CONNECT_TRIES):
            relay = self.relays.lease(asked.session)
            try:
                check_incarnation(self._supervisor, asked.session, asked.known, relay.incarnation)
            except Refused:
                self.relays.give_back(relay)
                raise
            asked.incarnation = relay.incarnation
            call = self._note(relay, asked)
            try:
                relay.await_ready()
                return relay, call
            except (BrokenError, FrameError):
                self._calls.end(call)
                relay.close()
                if call.is_withdrawn or not asked.context.is_active():
                    raise self._reason(relay, call, asked, "") from None
        raise Refused("start", f"its worker ended {CONNECT_TRIES} times before it took a request")

    def _note(self, relay: Relay, asked: Asked) -> Call:
        request = next(self._requests)
        relay.begin(request)
        call = self._calls.begin(
            asked.session,
            relay.number,
            request,
            key=asked.key,
            timeout_s=asked.timeout_s,
            hang_up=lambda: relay.leave(request),
        )
        # A client that leaves does not cancel a cell; only what waits here for its end is let go.
        if not asked.context.add_callback(lambda: relay.leave(request)):
            relay.leave(request)
        return call

    def _converse(self, relay: Relay, call: Call, asked: Asked) -> Iterator[Frame]:
        """Sends the request; closes the connection unless the conversation came to its proper end."""
        header = {"type": "request", "id": call.request, "command": asked.command, "fields": asked.fields}
        is_whole = False
        tail = ""
        if asked.fields.get("stdin"):
            self._asking[call.request] = relay
        try:
            self._send(relay, header, asked)
            while (frame := relay.receive())[0]["type"] == "event":
                if frame[0]["fields"].get("name") == "stderr":
                    tail = (tail + frame[0]["fields"]["text"])[-_TAIL_CHARACTERS:]
                yield frame
            is_whole = True
        except (BrokenError, FrameError):
            raise self._reason(relay, call, asked, tail) from None
        finally:
            self._asking.pop(call.request, None)
            relay.end()
            if is_whole:
                self.relays.give_back(relay)
            else:
                relay.close()
        yield from _judge(frame, call, asked)

    def _send(self, relay: Relay, header: dict[str, Any], asked: Asked) -> None:
        try:
            if asked.pieces is None:
                relay.send(header, asked.buffers)
            else:
                relay.send_in_pieces(header, asked.sizes, asked.pieces)
        except BrokenError:
            pass  # what the worker had to say before it hung up comes in first

    def _reason(self, relay: Relay, call: Call, asked: Asked, tail: str) -> Refused:
        """Why a conversation ended without a reply."""
        try:
            obituary = self._supervisor.obituary(asked.session, relay.incarnation)
        except SessionMissingError:
            obituary = {"reason": "stop"}
        if obituary is not None:
            refused = died(obituary | {"stderr_tail": (tail or obituary.get("stderr_tail", ""))[-_TAIL_CHARACTERS:]})
            refused.facts["outputs"] = list(obituary.get("outputs", ()))
            return refused
        if call.is_withdrawn:
            traceback = [f"KeyboardInterrupt: {_WITHDRAWN}"]
            facts = {"ename": "KeyboardInterrupt", "evalue": _WITHDRAWN, "traceback": traceback}
            return _raised(facts | {"status": "interrupted", "message": traceback[0]}, call, asked)
        if not asked.context.is_active():
            return Refused(GONE, "the client has left")
        return Refused("internal", "the worker ended the conversation")


def key_in(metadata: dict[str, Any]) -> str | None:
    """The client's name for its call.

    Raises:
        Refused: it is too long.
    """
    key: str | None = metadata.get("beep-request")
    if key is not None and len(key) > MAX_KEY_CHARACTERS:
        raise Refused("bad_request", f"a beep-request has at most {MAX_KEY_CHARACTERS} characters")
    return key


def _judge(frame: Frame, call: Call, asked: Asked) -> Iterator[Frame]:
    """Yields a reply; raises what is an error. `execute` tells of an interrupt in its reply, of its time limit here."""
    header, buffers = frame
    if "error" in header:
        raise _raised(header["error"], call, asked)
    yield header, buffers
    if call.is_late and header["fields"].get("status") == "interrupted":
        raise _raised(header["fields"]["error"] | {"status": "interrupted"}, call, asked)


def _raised(error: dict[str, Any], call: Call, asked: Asked) -> Refused:
    facts = dict(error)
    code, message = facts.pop("code", "raised"), facts.pop("message", "")
    if call.is_late and facts.get("status") == "interrupted":
        return Refused("timeout", f"it did not end within {asked.timeout_s:g} s and was interrupted", facts)
    return Refused(code, message, facts)

"""What the transports have in common whose backend relays what is asked to its worker. Runs in clients, synchronously.

The backend limits the time of what is asked, and says why it ended. Here is what must be here: the thread that calls
gets the outputs and the interrupts, and knows which worker it has met. A subclass knows its own connections, which it
calls *links*, and how a request goes over one.
"""

from __future__ import annotations

import itertools
import os
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from .transport import OnEvent, OnInput, Reply
from .turns import Turns


class Link(Protocol):
    """A connection to a backend, or a pool of them."""

    def close(self) -> None:
        """Ends it."""


L = TypeVar("L", bound=Link)


@dataclass(slots=True)  # not frozen, as `Reply` is not
class Request:
    """One request of the session plane, and how the backend knows it.

    Attributes:
        key: names it to the backend, for interrupts.
        known: the incarnation of the worker that this client has met last; None for any.
        on_output: and what follows, see `Transport.call`.
    """

    command: str
    fields: dict[str, Any]
    buffers: Sequence[Any]
    session: str
    key: str
    known: str | None
    on_output: OnEvent | None = None
    timeout_s: float | None = None
    on_input: OnInput | None = None
    accepts: str = ""


class RelayedTransport(ABC, Generic[L]):
    """A backend at a loopback port.

    Args:
        session: whose worker answers.
    """

    def __init__(self, address: str, token: str, backend: str, session: str = "default") -> None:
        self.address = address
        self.released: deque[str] = deque()  # handles that were collected; they are let go before the next request
        self.session = session
        self._backend = backend
        self._incarnation: str | None = None
        self._link: L | None = None
        self._token = token
        self._begin()

    def _begin(self) -> None:
        """Also in a fork, whose links are the parent's, and where another thread may have held a lock."""
        self._connecting = threading.RLock()
        self._keys = map(f"{os.urandom(4).hex()}-{{}}".format, itertools.count(1))
        self._link = None
        self._pid = os.getpid()
        self._turns = Turns(self._backend)

    @abstractmethod
    def _another(self) -> L:
        """A link of its own."""

    @abstractmethod
    def _exchange(self, link: L, request: Request) -> tuple[Reply, str | None]:
        """Carries out a request: (reply, incarnation of the worker that answered, None where it is the known one).

        Raises:
            BeepError: why there is no reply.
        """

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
                self._carry_out("release", {"handleIds": gone}, ())
            return self._carry_out(command, fields, buffers, on_output, timeout_s, on_input, accepts)

    def _carry_out(self, command: str, fields: dict[str, Any], buffers: Sequence[Any], *how: Any) -> Reply:
        """One request; whoever carried it out is the worker that this client knows from then on."""
        request = Request(command, fields, buffers, self.session, next(self._keys), self._incarnation, *how)
        reply, incarnation = self._exchange(self._connected(), request)
        if incarnation is not None:
            self._incarnation = incarnation
        if reply.error is not None and reply.error["code"] == "died":
            self._incarnation = None  # this caller knows; the next call takes the fresh worker without complaint
        return reply

    def for_session(self, name: str) -> Self:
        """See `Transport.for_session`."""
        return type(self)(self.address, self._token, self._backend, name)

    def aside(self) -> Self:
        """See `Transport.aside`; the server sees by the command what waits for nothing."""
        return self.for_session(self.session)

    def close(self) -> None:
        """See `Transport.close`."""
        if self._link is not None and self._pid == os.getpid():
            self._link.close()
        self._link = None

    def _connected(self) -> L:
        if self._pid != os.getpid():
            self._begin()
        with self._connecting:  # control commands do not wait for a call, and come from any thread
            if self._link is None:
                self._link = self._another()
            return self._link

"""Addressed interrupts: a request is interrupted, or nothing is. Runs in the worker, on its main thread.

The server writes {connection, request} on the private channel, then sends SIGINT. KeyboardInterrupt is raised only if
that request runs user code now and none of our own sends is under way; it waits for the end of a send, it waits for a
request that has not begun, and any other SIGINT is ignored. Each interrupt raises once at most.
"""

from __future__ import annotations

import _signal
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .channel import Channel

    Key = tuple[int, int]  # a connection's number, and a request's

_SIGINT = _signal.SIGINT  # the module below `signal`, whose functions convert to enums (5 us a call, cold)


class Interrupts:
    """What is interrupted.

    Attributes:
        instead: asked before KeyboardInterrupt is raised: whether it ends the code in a way of its own.
        stands_back: while set, what comes is left in the channel: the loop waits for it, and what was taken from there
            would not wake it.
        was_called: whether something came meanwhile.
    """

    __slots__ = (
        "_armed",
        "_channel",
        "_handler",
        "_held",
        "_last",
        "_main",
        "_noted",
        "instead",
        "stands_back",
        "was_called",
    )

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._handler = self._on_signal  # one object, to be recognised
        self._armed: Key | None = None  # the (connection, request) whose code runs now
        self._held = 0
        self._last: dict[int, int] = {}  # connection -> its latest request that has begun
        self._main = get_ident()
        self._noted: set[Key] = set()
        self.instead: Callable[[], bool] | None = None
        self.stands_back = False
        self.was_called = False

    def install(self) -> None:
        """Takes SIGINT over, again before each request: user code may have set a handler of its own."""
        if _signal.getsignal(_SIGINT) is not self._handler:
            _signal.signal(_SIGINT, self._handler)

    def note(self, key: Key) -> None:
        """Remembers an interrupt that came over the channel, unless its request is over."""
        connection, request = key
        if key == self._armed or request > self._last.get(connection, 0):
            self._noted.add(key)

    def forget(self, connection: int) -> None:
        """Drops what is known of a connection that closed."""
        self._last.pop(connection, None)
        self._noted = {key for key in self._noted if key[0] != connection}

    def arm(self, key: Key) -> None:
        """From here an interrupt of this request raises; at once where it came before the request began."""
        self._armed = key  # before the next line: an interrupt in between would be taken for one of the past
        self._last[key[0]] = key[1]
        if self._noted:
            self._raise_if_due()

    def disarm(self) -> None:
        key, self._armed = self._armed, None
        if self._noted:
            self._noted.discard(key)

    def is_armed(self, key: Key) -> bool:
        """Whether the code of this request runs now, and is who asks."""
        return self._armed == key and get_ident() == self._main

    def hold(self) -> None:
        """Until `release` no interrupt raises. For the main thread; others are never interrupted."""
        if self._armed is not None and get_ident() == self._main:
            self._held += 1

    def release(self) -> None:
        if self._armed is not None and get_ident() == self._main:
            self._held -= 1
            if self._noted:
                self._raise_if_due()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._channel.is_receiving:
            return
        if self.stands_back:
            self.was_called = True
            return
        self._channel.receive()
        for header in self._channel.take_interrupts():
            self.note((header["connection"], header["request"]))
        self._raise_if_due()

    def _raise_if_due(self) -> None:
        if self._noted and self._armed in self._noted and not self._held:
            self._noted.discard(self._armed)
            if self.instead is None or not self.instead():
                raise KeyboardInterrupt

"""What Ctrl-C and the notebook's stop button do while a call is under way. Runs in clients, on their main thread.

The handler does not raise: raising out of `recv` would leave half a frame unread. It asks the backend to interrupt
this request; the second time the worker is killed. The call then ends by its own reply, with the streams whole.
"""

from __future__ import annotations

import _signal
from collections.abc import Callable
from threading import get_ident
from threading import main_thread as _main_thread

_SIGINT = _signal.SIGINT  # the module below `signal`, whose functions convert to enums (20 us a call of ours, cold)


_heard = 0


def presses() -> int:
    """How often SIGINT has interrupted calls of this process: who shows the end of one can tell why it came."""
    return _heard


class SigintCalls:
    """While inside, SIGINT calls `ask`, if this is the main thread and a Python function handles SIGINT there.

    One object serves one call after the other.
    """

    __slots__ = ("_ask", "_before")

    def __init__(self, ask: Callable[[], None]) -> None:
        self._before: object = None
        self._ask = ask

    def __enter__(self) -> None:
        if get_ident() == _main_thread().ident:
            before = _signal.getsignal(_SIGINT)
            if callable(before):
                self._before = before
                _signal.signal(_SIGINT, self._hear)

    def _hear(self, *_: object) -> None:
        global _heard
        _heard += 1
        self._ask()

    def pause(self) -> None:
        """Until `resume`, SIGINT means what it meant before."""
        if self._before is not None:
            _signal.signal(_SIGINT, self._before)

    def resume(self) -> None:
        """Undoes `pause`, once or again."""
        if self._before is not None:
            _signal.signal(_SIGINT, self._hear)

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            _signal.signal(_SIGINT, self._before)
            self._before = None

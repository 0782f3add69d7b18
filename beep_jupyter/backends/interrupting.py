"""Who may interrupt a call that is under way: on the main thread Ctrl-C and the notebook's stop button do, by SIGINT,
on any other thread an `Interrupter` does. Runs in clients.

Each reaches the calls of one thread and no other, so neither can hit the code of another client of the same session.
Nothing is raised out of a call: raising out of `recv` would leave half a frame unread. It asks the backend to interrupt
this request; the second time the worker is killed. The call then ends by its own reply, with the streams whole.
"""

from __future__ import annotations

import _signal
from collections.abc import Callable
from threading import Lock, get_ident
from threading import main_thread as _main_thread

_SIGINT = _signal.SIGINT  # the module below `signal`, whose functions convert to enums (20 us a call of ours, cold)

_heard = 0
_interrupters: dict[int, Interrupter] = {}  # by thread


def presses() -> int:
    """How often SIGINT has interrupted calls of this process: who shows the end of one can tell why it came."""
    return _heard


class Interrupter:
    """Interrupts what the thread that is inside asks of backends: the call under way and those that follow it.

    Used on a thread of its own, which enters it once.

    Attributes:
        is_pressed: whether it was, at any time.
    """

    def __init__(self) -> None:
        self.is_pressed = False
        self._ask: Callable[[], None] | None = None
        self._lock = Lock()  # held while a call is asked to end, so that it is over only when that is done

    def __enter__(self) -> None:
        _interrupters[get_ident()] = self

    def __exit__(self, *_: object) -> None:
        del _interrupters[get_ident()]

    def press(self) -> None:
        """As a press of the stop button: the second one during a call kills the worker. From any thread.

        Raises:
            ConnectionLostError: the backend does not answer.
        """
        with self._lock:
            self.is_pressed = True
            if self._ask is not None:
                self._ask()

    def begin(self, ask: Callable[[], None]) -> None:
        """A call is under way. One that begins after `press` is interrupted as it begins."""
        with self._lock:
            if self.is_pressed:
                ask()
            self._ask = ask

    def end(self) -> None:
        """It is not any more."""
        with self._lock:
            self._ask = None


class InterruptedCall:
    """While inside, whoever may interrupt the calls of this thread calls `ask`.

    On the main thread that is SIGINT, if a Python function handles it there. One object serves one call after the
    other.

    Args:
        ask: asks for the interrupt of this call.
        from_handler: does so in a signal handler, where that needs another way.
    """

    __slots__ = ("_ask", "_ask_from_handler", "_before", "_interrupter")

    def __init__(self, ask: Callable[[], None], from_handler: Callable[[], None] | None = None) -> None:
        self._ask = ask
        self._ask_from_handler = from_handler or ask
        self._before: object = None
        self._interrupter: Interrupter | None = None

    def __enter__(self) -> None:
        thread = get_ident()
        if thread == _main_thread().ident:
            before = _signal.getsignal(_SIGINT)
            if callable(before):
                self._before = before
                _signal.signal(_SIGINT, self._hear)
        elif (interrupter := _interrupters.get(thread)) is not None:
            self._interrupter = interrupter
            interrupter.begin(self._ask)

    def _hear(self, *_: object) -> None:
        global _heard
        _heard += 1
        self._ask_from_handler()

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
        elif self._interrupter is not None:
            self._interrupter.end()
            self._interrupter = None

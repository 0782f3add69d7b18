"""What Ctrl-C and the notebook's stop button do while a call is under way. Runs in clients, on their main thread.

The handler does not raise: raising out of `recv` would leave half a frame unread. It asks the backend to interrupt
this request; the second time the worker is killed. The call then ends by its own reply, with the streams whole.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def sigint_calls(ask: Callable[[], None]) -> Iterator[None]:
    """While inside, SIGINT calls `ask`, if this is the main thread and SIGINT means what Python lets it mean."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    if before in (signal.SIG_IGN, signal.SIG_DFL, None):
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: ask())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

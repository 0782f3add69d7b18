"""A few looks before a wait. Runs in workers, clients and relays.

Who sleeps is woken on another core, which takes longer than most answers: on two idle cores a call takes 35 us where
both sides look for 50 us before they sleep, and 160 us where they do not. On a core that somebody else needs, looking
makes them wait: 250 us a call instead of 100. A yield tells which it is: it comes back at once unless the core is
needed. Standard library.
"""

from __future__ import annotations

from time import perf_counter, sleep

try:
    from os import sched_yield
except ImportError:  # not on every system

    def sched_yield() -> None:
        sleep(0)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LOOKS = 40  # about 50 us
NEEDED_S = 2e-5  # a look and a yield take 1 to 2 us
RESTS = 100  # waits without looks, after a yield that gave the core away


class Looks:
    """Iterates over the looks that are worth it before the next wait.

    Args:
        most: how many; 0 for none.
    """

    __slots__ = ("_most", "_rests")

    def __init__(self, most: int = LOOKS) -> None:
        self._most = most
        self._rests = 0

    def __iter__(self) -> Iterator[None]:
        if self._rests:
            self._rests -= 1
            return
        now = perf_counter()
        for _ in range(self._most):
            yield
            sched_yield()
            before, now = now, perf_counter()
            if now - before > NEEDED_S:
                self._rests = RESTS
                return

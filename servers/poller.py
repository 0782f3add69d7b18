"""One thread that waits for descriptors and times, and calls who asked. Runs in a server; standard library only."""

from __future__ import annotations

import heapq
import itertools
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable


class Poller:
    """Callbacks by descriptor and by time, all on the thread that calls `run`.

    Other threads may call every method; they wake the waiting thread, since `poll` does not see what is registered
    while it waits.

    Attributes:
        is_running: false from the moment that it was told to stop.
    """

    def __init__(self) -> None:
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._errands: deque[Callable[[], None]] = deque()
        self.is_running = True
        self._order = itertools.count()
        self._poll = select.poll()
        self._times: list[tuple[float, int, Callable[[], None]]] = []
        self._wake_reading, self._wake_writing = os.pipe()
        os.set_blocking(self._wake_reading, False)
        os.set_blocking(self._wake_writing, False)
        self._poll.register(self._wake_reading, select.POLLIN)

    def watch(self, descriptor: int, callback: Callable[[], None], *, hang_up_only: bool = False) -> None:
        """Calls back whenever the descriptor is readable or hung up; or hung up only."""

        def begin() -> None:
            self._callbacks[descriptor] = callback
            self._poll.register(descriptor, 0 if hang_up_only else select.POLLIN)

        self.soon(begin)

    def watch_end_of(self, pid: int, callback: Callable[[], None]) -> None:
        """Calls back once, when a process has ended; a child is not reaped.

        Raises:
            ProcessLookupError: it has ended and is gone.
        """
        if not hasattr(os, "pidfd_open"):  # macOS; this way knows children only
            threading.Thread(target=self._wait_for, args=(pid, callback), daemon=True).start()
            return
        descriptor = os.pidfd_open(pid)

        def end() -> None:
            self.forget(descriptor, lambda: os.close(descriptor))
            callback()

        self.watch(descriptor, end)

    def forget(self, descriptor: int, then: Callable[[], None] = lambda: None) -> None:
        """Stops watching, then calls `then`, which may close the descriptor: its number is not reused before."""

        def end() -> None:
            if self._callbacks.pop(descriptor, None) is not None:
                self._poll.unregister(descriptor)
            then()

        self.soon(end)

    def after(self, delay_s: float, callback: Callable[[], None]) -> None:
        """Calls back once, when the time has passed."""
        self.soon(lambda: heapq.heappush(self._times, (time.monotonic() + delay_s, next(self._order), callback)))

    def soon(self, errand: Callable[[], None]) -> None:
        """Runs an errand on the poller's thread, behind what it does now and all errands before.

        In this order a descriptor is watched before it is forgotten, whoever asks; and handlers of signals may call it.
        """
        self._errands.append(errand)
        self._wake()

    def stop(self) -> None:
        """Lets `run` return."""
        self.is_running = False
        self._wake()

    def run(self) -> None:
        """Waits and calls back until `stop`."""
        while self.is_running:
            for descriptor, _ in self._poll.poll(self._next_time_ms()):
                if descriptor == self._wake_reading:
                    os.read(descriptor, 4096)
                elif descriptor in self._callbacks:
                    self._callbacks[descriptor]()
            while self._errands:
                self._errands.popleft()()
            self._call_due()

    def _wait_for(self, pid: int, callback: Callable[[], None]) -> None:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        self.soon(callback)

    def _wake(self) -> None:
        try:
            os.write(self._wake_writing, b"\0")
        except BlockingIOError:
            pass  # it is full: the thread will wake

    def _next_time_ms(self) -> float | None:
        if self._errands:
            return 0
        return max(0.0, self._times[0][0] - time.monotonic()) * 1000 + 1 if self._times else None

    def _call_due(self) -> None:
        while self._times and self._times[0][0] <= time.monotonic():
            heapq.heappop(self._times)[2]()

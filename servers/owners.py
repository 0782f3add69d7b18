"""For whose life a backend lives. Runs in a server; standard library only.

An owner is a process, watched by its pidfd, or by the end of a stream that it holds, whichever ends first: a fork of
the owner may hold the stream for as long as it likes (5.7 s, measured with a pool alive in a notebook). Where the
process cannot be watched, since it may be on another machine, the owner is the stream alone.
"""

from __future__ import annotations

from collections.abc import Callable

from poller import Poller

ELSEWHERE = 0  # stands for the pid of an owner that is known by its stream alone


class Owners:
    """The owners of the backend; when the last one ends, the backend is told.

    Args:
        poller: sees them end.
        on_last: called once on the poller's thread, when the last owner has ended. Never where there was none.
    """

    def __init__(self, poller: Poller, on_last: Callable[[], None]) -> None:
        self._on_last = on_last
        self._pids: list[int] = []
        self._poller = poller

    @property
    def first(self) -> int | None:
        """The pid that listings show, 0 for an owner elsewhere; None for a detached backend."""
        return self._pids[0] if self._pids else None

    def add(self, pid: int, stream: int | None = None) -> None:
        """Makes a process an owner.

        Args:
            stream: a descriptor whose end of file means the same as the process's end.
        """
        if pid in self._pids:
            return
        self._pids.append(pid)
        if stream is not None:
            self._poller.watch(stream, lambda: self._end_of_stream(pid, stream))
        try:
            self._poller.watch_end_of(pid, lambda: self._remove(pid))
        except ProcessLookupError:
            self._poller.soon(lambda: self._remove(pid))

    def hold(self) -> Callable[[], None]:
        """Makes whoever holds the other end of a stream an owner.

        Returns:
            What to call when that stream has ended.
        """
        self._pids.append(ELSEWHERE)
        return lambda: self._poller.soon(lambda: self._remove(ELSEWHERE))

    def _end_of_stream(self, pid: int, stream: int) -> None:
        self._poller.forget(stream)
        self._remove(pid)

    def _remove(self, pid: int) -> None:
        if pid in self._pids:
            self._pids.remove(pid)
            if not self._pids:
                self._on_last()

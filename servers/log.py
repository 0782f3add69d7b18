"""The log of a server: one file, bounded, that is also its standard error. Runs in a server; standard library only.

The launcher opens the file as descriptor 2, so that a crash of the server itself is in it too. Nothing secret is
logged: no code, no values, no tokens.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

MAX_BYTES = 1 << 20
KEPT_LINES = 1000
_STDERR = 2


class Log:
    """Lines with their time, in a file and, the latest of them, in memory for those who ask."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)

    def __call__(self, line: str) -> None:
        stamped = time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()) + line
        with self._changed:
            self._lines.append(stamped)
            self._count += 1
            self._changed.notify_all()
            self._write(stamped.encode("utf-8", "backslashreplace") + b"\n")

    def follow(self, *, wait: bool, is_wanted: Callable[[], bool] = lambda: True) -> Iterator[str]:
        """The lines so far and, with `wait`, each further one as it comes.

        Args:
            is_wanted: looked at before each wait, and again after `nudge`; false ends it.
        """
        seen = 0
        while True:
            with self._changed:
                if seen == self._count:
                    if not wait or not is_wanted():
                        return
                    self._changed.wait()
                missed = min(self._count - seen, len(self._lines))
                news = list(self._lines)[len(self._lines) - missed :]
                seen = self._count
            yield from news

    def nudge(self) -> None:
        """Lets those who follow see that they are no longer wanted."""
        with self._changed:
            self._changed.notify_all()

    def _write(self, data: bytes) -> None:
        try:
            if os.fstat(_STDERR).st_size > MAX_BYTES:
                self._forget_older_half()
            os.write(_STDERR, data)
        except OSError:
            pass  # a full disk must not end a backend; the lines are in memory

    def _forget_older_half(self) -> None:
        kept = "\n".join(self._lines).encode("utf-8", "backslashreplace")[-MAX_BYTES // 2 :]
        os.ftruncate(_STDERR, 0)
        os.write(_STDERR, kept + b"\n")

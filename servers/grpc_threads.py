"""The threads that RPCs run on. Runs in the gRPC server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from queue import SimpleQueue
from typing import Any


class RpcThreads(Executor):
    """As ThreadPoolExecutor, without its futures, at which gRPC looks only where it counts calls (10 us a call).

    Args:
        limit: how many threads there may be; they are made when no other one is idle.
    """

    def __init__(self, limit: int) -> None:
        self._idle: list[None] = []  # as long as there are idle threads that nothing was submitted for
        self._left = limit
        self._work: SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]]] = SimpleQueue()

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> None:  # type: ignore[override]
        """Runs it soon; called by one thread, gRPC's."""
        self._work.put((function, arguments))
        try:
            self._idle.pop()
        except IndexError:
            if self._left:
                self._left -= 1
                threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            function, arguments = self._work.get()
            function(*arguments)
            self._idle.append(None)

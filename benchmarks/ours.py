"""Our three transports, used as a notebook uses them."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

from .contestant import Contestant
from .environment import environment

if TYPE_CHECKING:
    from beep_jupyter.backends.backend import Backend

_numbers = itertools.count(1)


class Ours(Contestant):
    """A backend of this process's own."""

    role = "ours"
    kind: str
    is_placed = True

    def __init__(self) -> None:
        from beep_jupyter import Beep

        self._beep = Beep()
        self._backend: Backend | None = None

    @property
    def backend(self) -> Backend:
        """The running one."""
        assert self._backend is not None
        return self._backend

    def start(self) -> None:
        name = f"bench-{self.kind}-{os.getpid()}-{next(_numbers)}"
        self._backend = self._beep.start(self.kind, environment(), name=name)

    def close(self) -> None:
        if self._backend is not None:
            self._backend.stop()
            self._backend = None

    def call(self) -> Any:
        return self.backend.evaluate("1 + 1")

    def worker_pid(self) -> int:
        pid = self.backend.health().worker_pid
        assert pid is not None
        return pid

    def pids(self) -> list[int]:
        return [self.backend.pid, self.worker_pid()]

    def put(self, array: Any) -> None:
        self.backend.put(x=array)

    def read(self) -> float:
        total: float = self.backend.evaluate("float(x.sum())")
        return total

    def get(self) -> Any:
        return self.backend.get("x")

    def put_frame(self, frame: Any) -> None:
        self.backend.put(df=frame)

    def get_frame(self) -> Any:
        return self.backend.get("df")

    def lines(self, count: int) -> int:
        seen = 0

        def see(output: dict[str, Any]) -> None:
            nonlocal seen
            seen += output.get("text", "").count("\n")

        self.backend.execute(f"for i in range({count}): print(i)", on_output=see)
        return seen


class Pipe(Ours):
    name = kind = "pipe"
    what = "ours, over a Unix socket"
    counts = (1, 2, 4, 8, 16, 32)


class Http(Ours):
    name = kind = "http"
    what = "ours, over HTTP"
    counts = (1, 2, 4, 8)


class Grpc(Ours):
    name = kind = "grpc"
    what = "ours, over gRPC"
    counts = (1, 2, 4, 8)

"""multiprocessing.Connection: what the standard library has, and the floor of frames."""

from __future__ import annotations

import pickle
from multiprocessing.connection import Connection
from typing import Any

from ..contestant import Contestant
from ..far_process import FarProcess


class MultiprocessingConnection(Contestant):
    """Arrays as bytes into memory that waits for them; frames as pickles of the newest protocol."""

    name = "connection"
    what = "multiprocessing.Connection; frames by pickle protocol 5"
    is_placed = True
    counts = (1, 2, 4, 8, 16, 32)

    def __init__(self) -> None:
        self._far: FarProcess | None = None
        self._bytes = 0

    def start(self) -> None:
        self._far = FarProcess("serve_connection.py")
        self._link = Connection(self._far.socket.detach())

    def close(self) -> None:
        if self._far is not None:
            self._link.close()
            self._far.close()
            self._far = None

    def call(self) -> Any:
        return self._ask("evaluate", "1 + 1")

    def worker_pid(self) -> int:
        assert self._far is not None
        return self._far.pid

    def pids(self) -> list[int]:
        return [self.worker_pid()]

    def put(self, array: Any) -> None:
        self._bytes = array.nbytes
        self._link.send(("take bytes", len(array)))
        self._link.send_bytes(memoryview(array).cast("B"))
        self._link.recv()

    def read(self) -> float:
        total: float = self._ask("read")
        return total

    def get(self) -> Any:
        import numpy

        self._link.send(("give bytes", None))
        array: Any = numpy.empty(self._bytes // 8)
        self._link.recv_bytes_into(memoryview(array).cast("B"))
        return array

    def put_frame(self, frame: Any) -> None:
        self._link.send(("take pickle", None))
        self._link.send_bytes(pickle.dumps(frame, pickle.HIGHEST_PROTOCOL))
        self._link.recv()

    def get_frame(self) -> Any:
        self._link.send(("give pickle", None))
        return pickle.loads(self._link.recv_bytes())

    def _ask(self, order: str, code: str | None = None) -> Any:
        self._link.send((order, code))
        return self._link.recv()

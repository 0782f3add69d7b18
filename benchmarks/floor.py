"""What nothing can go below: a bare interpreter, a bare echo over a Unix socket, and a warm copy of memory."""

from __future__ import annotations

import subprocess
import time
from typing import Any

import psutil

from .contestant import Contestant
from .environment import environment_python
from .far_process import FarProcess


class Floor(Contestant):
    """Each measure has its own: see the methods."""

    name = "floor"
    role = "floor"
    what = "bare interpreter, Unix-socket echo, warm memory copy"
    libraries = ("numpy",)
    is_placed = True

    def __init__(self) -> None:
        self._far: FarProcess | None = None
        self._over_there: Any = None
        self._back: Any = None

    def first_result(self) -> None:
        """A bare interpreter starts and ends."""
        subprocess.run([environment_python(), "-I", "-c", "pass"], check=True)

    def start(self) -> None:
        self._far = FarProcess("echo.py", "-I", "-S")

    def close(self) -> None:
        if self._far is not None:
            self._far.close()
        self._far = self._over_there = self._back = None

    def call(self) -> int:
        """One message there and back."""
        if self._far is None:  # its first result was a bare interpreter's
            self.start()
        assert self._far is not None
        self._far.socket.sendall(b"1 + 1")
        self._far.socket.recv(65536)
        return 2

    def pids(self) -> list[int]:
        assert self._far is not None
        return [self._far.pid]

    def worker_bytes(self, settle_s: float) -> int:
        """Of an interpreter that waits for input."""
        command = [environment_python(), "-I", "-c", "input()"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            time.sleep(settle_s)
            size: int = psutil.Process(process.pid).memory_info().rss
            process.communicate(b"\n")
        return size

    def put(self, array: Any) -> None:
        """A copy into memory that was used before."""
        if self._over_there is None or len(self._over_there) != len(array):
            self._over_there, self._back = array.copy(), array.copy()
        self._over_there[:] = array

    def read(self) -> float:
        return float(self._over_there.sum())

    def get(self) -> Any:
        self._back[:] = self._over_there
        return self._back

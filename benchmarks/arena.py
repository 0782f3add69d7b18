"""Starts a process for each contestant, asks it within a time limit, and ends by pid what it left behind."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from .roster import ROSTER
from .sizes import Size
from .sweeping import sweep

CHECKOUT = Path(__file__).parents[1]
CLOSE_S = 20.0
LEAVE_S = 2.0  # what was left behind may be about to end
STRIKES = 2  # who was ended so often because of the time limit is not asked again
_PATH = re.compile(r"(?:/[\w.~@+-]+){2,}/?")

Answer = dict[str, Any]


class Arena:
    """The contestants' processes of one run.

    Args:
        size: how much they measure.
        folder: for what they say on stdout and stderr.
    """

    def __init__(self, size: Size, folder: Path) -> None:
        self._size = size
        self._folder = folder
        self._drivers: dict[str, Driver] = {}
        self._strikes: dict[str, int] = {}
        self.left_behind: dict[str, int] = {}  # processes that had to be ended, by contestant

    def open(self, names: list[str]) -> None:
        """Starts the processes of those whose libraries are there, all at once, because they import for a while."""
        for name in names:
            if not ROSTER[name].missing():
                self._drivers[name] = Driver(name, self._size, self._folder)
        for driver in self._drivers.values():
            with contextlib.suppress(TimeoutError, EOFError, OSError):  # its first question will tell
                driver.wait(self._size.limit_s)

    def ask(self, name: str, measure: str, count: int) -> Answer:
        """The answer of a contestant's driver (`driver.py`), `{"skipped": reason}`, or a failure that names why."""
        missing = ROSTER[name].missing()
        if missing:
            return {"skipped": f"{', '.join(missing)} is not installed"}
        if self._strikes.get(name, 0) >= STRIKES:
            return {"failed": "it was stopped before at its time limit"}
        try:
            return without_paths(self._driver(name).ask(measure, count, self._size.limit_s))
        except TimeoutError:
            self._strikes[name] = self._strikes.get(name, 0) + 1
            self._end(name)
            return {"failed": f"it took longer than {self._size.limit_s:.0f} s"}
        except (EOFError, OSError):
            reason = self._drivers[name].last_words()
            self._end(name)
            return without_paths({"failed": f"its process ended: {reason}"})

    def close(self) -> None:
        """Ends all: each gets the time to end by itself, and what it left behind is ended and counted."""
        drivers, self._drivers = self._drivers, {}
        below = {name: driver.below() for name, driver in drivers.items()}
        for driver in drivers.values():
            driver.leave()
        for driver in drivers.values():
            driver.end(CLOSE_S)
        for name, processes in below.items():
            _, staying = psutil.wait_procs(processes, LEAVE_S)
            if staying:
                self.left_behind[name] = sweep(staying)

    def _driver(self, name: str) -> Driver:
        if name not in self._drivers:
            self._drivers[name] = Driver(name, self._size, self._folder)
        return self._drivers[name]

    def _end(self, name: str) -> None:
        """At once, with all below it."""
        driver = self._drivers.pop(name)
        below = driver.below()
        driver.end(0)
        sweep(below)


class Driver:
    """One contestant's process."""

    def __init__(self, name: str, size: Size, folder: Path) -> None:
        ours, theirs = socket.socketpair()
        self._log = folder / f"{name}.log"
        with theirs, self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.driver", name, str(theirs.fileno()), size.name],
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[theirs.fileno()],
            )  # fmt: skip
        self._link = Connection(ours.detach())
        self._is_ready = False
        self.pid = self._process.pid

    def wait(self, limit_s: float) -> None:
        """Until it is ready.

        Raises:
            TimeoutError, EOFError, OSError: as `ask`.
        """
        if not self._is_ready:
            self._is_ready = self._receive(limit_s) == "ready"

    def ask(self, measure: str, count: int, limit_s: float) -> Answer:
        """Its answer.

        Raises:
            TimeoutError: none came.
            EOFError, OSError: it is gone.
        """
        self.wait(limit_s)
        self._link.send((measure, count))
        answer: Answer = self._receive(limit_s)
        return answer

    def _receive(self, limit_s: float) -> Any:
        if not self._link.poll(limit_s):
            raise TimeoutError
        return self._link.recv()

    def last_words(self) -> str:
        """The last line it said."""
        lines = self._log.read_text(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    def below(self) -> list[psutil.Process]:
        """What it has started, and what that has."""
        with contextlib.suppress(psutil.NoSuchProcess):
            found: list[psutil.Process] = psutil.Process(self.pid).children(recursive=True)
            return found
        return []

    def leave(self) -> None:
        """Asks it to end."""
        with contextlib.suppress(OSError):
            self._link.send(None)

    def end(self, grace_s: float) -> None:
        """Waits so long for its end, then ends it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace_s)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._link.close()


def without_paths(answer: Answer) -> Answer:
    """A failure's first line, short and without this machine's folders."""
    if "failed" in answer:
        text = str(answer["failed"]).strip().splitlines()[0]
        answer["failed"] = _PATH.sub("…", text)[:240]
    return answer

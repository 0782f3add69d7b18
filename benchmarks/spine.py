"""What a pipe backend costs, against the floor measured in the same run: `python benchmarks/spine.py PYTHON...`.

Prints ratios; only they mean anything on a shared machine. A and B alternate, so that both see the same weather.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import floor

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend

ROUNDS = 40
CALLS = 100


def main() -> None:
    """Measures each interpreter that is named, else the one that runs this."""
    with tempfile.TemporaryDirectory(prefix="beep-") as home:
        beep = Beep(home)
        for python in sys.argv[1:] or [sys.executable]:
            print(python)
            for name, value in measure(beep, python).items():
                print(f"  {name:<42} {value:8.2f}")


def measure(beep: Beep, python: str) -> dict[str, float]:
    """Ratios by name; below 1 is better than the floor."""
    ratios = {"start to first result / bare interpreter": _start_ratio(beep, python)}
    with _backend(beep, python) as backend, floor.echo() as (client, echo):
        worker = backend.health().worker_pid
        assert worker is not None
        for place, cores in {"two cores": (0, 1), "one core": (0, 0)}.items():
            with _placed(cores, worker, echo.pid):
                ratios[f"one call / bare echo, on {place}"] = _call_ratio(backend, client)
        ratios["idle worker's memory / bare interpreter"] = floor.resident_bytes(worker) / floor.idle_interpreter_bytes(
            python
        )
        ratios["printed lines a second / 1000"] = _lines_per_second(backend) / 1000
    return ratios


def _backend(beep: Beep, python: str) -> Backend:
    return beep._registry.start(
        "pipe", Path(python), "bare", name="bench", port=0, detach=False, idle_timeout_s=None, memory_limit_bytes=0
    )


def _start_ratio(beep: Beep, python: str) -> float:
    ours, bare = [], []
    for _ in range(5):
        bare.append(floor.interpreter_start(python))
        begun = time.perf_counter()
        with _backend(beep, python) as backend:
            backend.evaluate("1 + 1")
            ours.append(time.perf_counter() - begun)
    return min(ours) / min(bare)


@contextmanager
def _placed(cores: tuple[int, int], *peers: int) -> Iterator[None]:
    """This process on one core and its peers on the other, or all on one: a wake-up on another core costs more than
    the call itself, and where the scheduler puts a pair is chance."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores[0]})
    for peer in peers:
        for thread in os.listdir(f"/proc/{peer}/task"):
            os.sched_setaffinity(int(thread), {cores[1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _call_ratio(backend: Backend, client: socket) -> float:
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.extend(floor.one_echo(client) for _ in range(CALLS))
        for _ in range(CALLS):
            begun = time.perf_counter()
            backend.evaluate("1 + 1")
            ours.append(time.perf_counter() - begun)
    print(f"  median call {statistics.median(ours) * 1e6:.0f} us, echo {statistics.median(bare) * 1e6:.0f} us")
    return statistics.median(ours) / statistics.median(bare)


def _lines_per_second(backend: Backend, lines: int = 300_000) -> float:
    begun = time.perf_counter()
    backend.execute(f"for i in range({lines}): print('line', i)")
    return lines / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()

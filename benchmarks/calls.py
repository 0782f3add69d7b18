"""One `evaluate("1 + 1")` over each transport against its floor: `python benchmarks/calls.py [PYTHON...]`.

The floors run beside the backends in the same run: a bare Unix-socket echo for pipe, a bare FastAPI + uvicorn + httpx
endpoint for http, a bare sync grpcio unary call for grpc; the latter two evaluate the same text. A and B alternate in
small blocks, so that both see the same weather, and only their ratio means anything.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import floor

from beep_jupyter import Beep

ROUNDS = 60
CALLS = 25
PROMISES = {"pipe": 4.0, "http": 1.25, "grpc": 1.25}  # docs/explanation/performance.md


def main() -> None:
    """Measures each interpreter that is named, else the one that runs this."""
    with tempfile.TemporaryDirectory(prefix="beep-") as home:
        for python in sys.argv[1:] or [sys.executable]:
            print(python)
            for kind, promise in PROMISES.items():
                ours, bare = measure(Beep(home), kind, python)
                ours_s, bare_s = statistics.median(ours), statistics.median(bare)
                verdict = "ok" if ours_s <= promise * bare_s else "MISSED"
                print(
                    f"  {kind:<6} {ours_s * 1e6:7.0f} us  floor {bare_s * 1e6:7.0f} us"
                    f"  ratio {ours_s / bare_s:5.2f}  promised {promise:.2f}  {verdict}"
                )


def measure(beep: Beep, kind: str, python: str) -> tuple[list[float], list[float]]:
    """Seconds of our calls and of the floor's, made in turn."""
    ours: list[float] = []
    bare: list[float] = []
    with ExitStack() as stack:
        backend = stack.enter_context(beep._registry.start(
            kind, Path(python), "bare", name=f"bench-{kind}", port=0, detach=False, idle_timeout_s=None,
            memory_limit_bytes=0,
        ))  # fmt: skip
        call_floor = stack.enter_context(floor.CALLS[kind]())
        for _ in range(ROUNDS):
            bare += _timed(call_floor)
            ours += _timed(lambda: backend.evaluate("1 + 1"))
    return ours, bare


def _timed(call: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return seconds


if __name__ == "__main__":
    main()

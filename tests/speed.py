"""How long something takes, beside something else measured in the same breath: clocks differ, ratios hardly."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable


def times_longer(task: Callable[[], object], *, than: Callable[[], object], rounds: int = 7) -> float:
    """The quickest of some rounds, as a multiple of the quickest of another task that is done in turn with it."""
    pairs = [(_took_s(task), _took_s(than)) for _ in range(rounds)]
    return min(mine for mine, _ in pairs) / min(other for _, other in pairs)


def run_python(*arguments: str) -> Callable[[], object]:
    """A run of a fresh process of this Python, to be timed."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def _took_s(task: Callable[[], object]) -> float:
    begun = time.perf_counter()
    task()
    return time.perf_counter() - begun

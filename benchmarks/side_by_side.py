"""Many of one contestant at once: how long all take to start, and how many calls a second they answer in sum."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from .contestant import CannotDoError, Contestant
from .measures import Samples, timed
from .sizes import Size


def side_by_side(contestant: Contestant, size: Size, count: int) -> Samples:
    """A thread of the client for each, as one notebook would have it."""
    if count not in contestant.counts:
        raise CannotDoError
    others = [type(contestant)() for _ in range(count)]
    with ThreadPoolExecutor(count) as threads:
        try:
            started, _ = timed(lambda: list(threads.map(lambda other: other.first_result(), others)))
            seconds, calls = timed(
                lambda: sum(threads.map(lambda other: _calls_within(other, size.side_by_side_s), others))
            )
        finally:
            list(threads.map(lambda other: other.close(), others))
    return {f"start_of_{count}": [started], f"calls_of_{count}": [calls / seconds]}


def _calls_within(contestant: Contestant, seconds: float) -> int:
    deadline = time.monotonic() + seconds
    calls = 0
    while time.monotonic() < deadline:
        contestant.call()
        calls += 1
    return calls

"""What is measured with one contestant; runs in its driver. Each measure returns samples by the name of a metric.

Answers are checked: who is quick and wrong has failed.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .contestant import CannotDoError, Contestant
from .sizes import MIB, Size

Samples = dict[str, list[float]]
PROBE_BYTES = 1 * MIB
PROBE_GROWTH = 2
FEW_ROWS = 10
WARM_ROUNDS = 5
SLOW_S = 2.5  # for transfers there and back, after which less has to do


class WrongAnswerError(Exception):
    """What came back is not what was asked for."""


def start(contestant: Contestant, size: Size) -> Samples:
    """From nothing to the first result. It stays open after that."""
    contestant.close()
    seconds, _ = timed(contestant.first_result)
    check(contestant)
    return {"start": [seconds]}


def memory(contestant: Contestant, size: Size) -> Samples:
    """Of a worker that has done next to nothing."""
    return {"memory": [contestant.worker_bytes(size.settle_s)]}


def call(contestant: Contestant, size: Size) -> Samples:
    """Where the scheduler places both sides."""
    return {"call": _calls(contestant, size)}


def call_placed(contestant: Contestant, size: Size) -> Samples:
    """Both sides held on one core, and on two: where a pair is placed decides what a wake-up costs."""
    if not contestant.is_placed:
        raise CannotDoError
    samples = {}
    cores = sorted(os.sched_getaffinity(0))
    for metric, theirs in {"call_one_core": cores[0], "call_two_cores": cores[-1]}.items():
        with _placed(cores[0], theirs, contestant.pids()):
            samples[metric] = _calls(contestant, size)
    return samples


def array(contestant: Contestant, size: Size) -> Samples:
    """Bytes a second each way, alone and with all of it read once on arrival. What came last time was dropped."""
    if not contestant.can("put"):
        raise CannotDoError
    size_bytes = contestant.array_bytes = contestant.array_bytes or _bearable(contestant, size)
    sent = _random(size_bytes)
    samples: Samples = {"put": [], "put_read": [], "get": [], "get_read": [], "array_bytes": [size_bytes]}
    for _ in _while_quick(WARM_ROUNDS):  # memory that is used again gets warm after some
        _there_and_back(contestant, sent)
    for number in _while_quick(size.array_repeats):
        sent[0] = number
        for metric, seconds in _there_and_back(contestant, sent).items():
            samples[metric].append(size_bytes / seconds)
    return samples


def _while_quick(times: int) -> Iterator[int]:
    """So many numbers, or fewer for those who are slow."""
    begun = time.monotonic()
    for number in range(times):
        if number and time.monotonic() - begun > SLOW_S:
            return
        yield number


def frame(contestant: Contestant, size: Size) -> Samples:
    """Seconds of numbers, times and categories there and back."""
    return {"frame": [_frame_round_trip(contestant, _numbers, size.frame_rows)]}


def frame_text(contestant: Contestant, size: Size) -> Samples:
    """Seconds of a frame with a column of text there and back."""
    return {"frame_text": [_frame_round_trip(contestant, _with_text, size.frame_rows)]}


def lines(contestant: Contestant, size: Size) -> Samples:
    """Lines a second."""
    seconds, seen = timed(lambda: contestant.lines(size.lines))
    if seen != size.lines:
        raise WrongAnswerError(f"{seen} of {size.lines} lines came back")
    return {"lines": [size.lines / seconds]}


def host(contestant: Contestant, size: Size) -> Samples:
    """Seconds of what needs no backend."""
    samples = {"rebuild": [contestant.rebuild_s()]}
    if contestant.can("load_s"):
        samples |= {"known_environment": [contestant.known_environment_s()], "load_ext": [contestant.load_s()]}
    return samples


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and the result."""
    begun = time.perf_counter()
    result = action()
    return time.perf_counter() - begun, result


def check(contestant: Contestant) -> None:
    """Sees that it answers, if it is there to answer calls."""
    if not contestant.can("call"):
        return
    answer = contestant.call()
    if answer != 2:
        raise WrongAnswerError(f"1 + 1 gave {answer!r}")


def _calls(contestant: Contestant, size: Size) -> list[float]:
    for _ in range(size.calls // 10):  # both sides' caches were others' until now
        contestant.call()
    return [timed(contestant.call)[0] for _ in range(size.calls)]


@contextmanager
def _placed(ours: int, theirs: int, pids: list[int]) -> Iterator[None]:
    """This process's threads on one core, those of others on another or the same."""
    before = os.sched_getaffinity(0)
    _place(os.getpid(), {ours})
    for pid in pids:
        _place(pid, {theirs})
    try:
        yield
    finally:
        for pid in [os.getpid(), *pids]:
            _place(pid, before)


def _place(pid: int, cores: set[int]) -> None:
    for thread in os.listdir(f"/proc/{pid}/task"):
        with suppress(ProcessLookupError):  # it ended just now
            os.sched_setaffinity(int(thread), cores)


def _random(size_bytes: int) -> Any:
    import numpy

    return numpy.random.default_rng(0).random(size_bytes // 8)


def _bearable(contestant: Contestant, size: Size) -> int:
    """So many bytes that the slower way takes no longer than it should.

    Found by sending more and more: some take four times as long for twice as much, so that less is in their favour.
    """
    _there_and_back(contestant, _random(PROBE_BYTES))  # numpy is imported over there
    probe = PROBE_BYTES
    while True:
        seconds = _slower_way(contestant, probe)
        if seconds * PROBE_GROWTH > size.longest_transfer_s:
            seconds = min(seconds, _slower_way(contestant, probe))  # the first one grows what the second one reuses
        if probe == size.array_bytes or seconds * PROBE_GROWTH > size.longest_transfer_s:
            return min(size.array_bytes, int(probe * size.longest_transfer_s / seconds) // MIB * MIB or MIB)
        probe = min(probe * PROBE_GROWTH, size.array_bytes)


def _slower_way(contestant: Contestant, size_bytes: int) -> float:
    return max(_there_and_back(contestant, _random(size_bytes)).values())


def _there_and_back(contestant: Contestant, sent: Any) -> dict[str, float]:
    """Seconds of one transfer each way. The copy that came back is dropped on return."""
    expected = float(sent.sum())
    put, _ = timed(lambda: contestant.put(sent))
    read_there, total_there = timed(contestant.read)
    get, back = timed(contestant.get)
    read_here, total_here = timed(back.sum)
    is_right_there = math.isclose(total_there, expected, rel_tol=1e-12)  # another numpy may add up in another order
    if not is_right_there or float(total_here) != expected or back.dtype != sent.dtype:
        raise WrongAnswerError("the array did not arrive as it was sent")
    return {"put": put, "put_read": put + read_there, "get": get, "get_read": get + read_here}


def _numbers(rows: int) -> Any:
    import numpy
    import pandas

    random = numpy.random.default_rng(0)
    return pandas.DataFrame(
        {
            "count": random.integers(0, 1_000_000, rows),
            "price": random.random(rows),
            "weight": random.random(rows),
            "when": pandas.date_range("2026-01-01", periods=rows, freq="s", unit="ns"),
            "kind": pandas.Categorical.from_codes(random.integers(0, 4, rows), ["north", "east", "south", "west"]),
        }
    )


def _with_text(rows: int) -> Any:
    frame = _numbers(rows).drop(columns="kind")
    frame["text"] = [f"row {number}" for number in range(rows)]
    return frame


def _frame_round_trip(contestant: Contestant, make: Callable[[int], Any], rows: int) -> float:
    if not contestant.can("put_frame"):
        raise CannotDoError
    _one_frame(contestant, make(FEW_ROWS))  # pandas is imported over there
    return _one_frame(contestant, make(rows))


def _one_frame(contestant: Contestant, sent: Any) -> float:
    put, _ = timed(lambda: contestant.put_frame(sent))
    get, back = timed(contestant.get_frame)
    if not sent.equals(back.astype(sent.dtypes)):  # an older pandas over there may have the nearest types only
        raise WrongAnswerError("the frame did not arrive as it was sent")
    return put + get

"""How much is measured: a full run takes some minutes on two cores, a quick one shows in seconds that all works."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Size:
    """Of one run.

    Attributes:
        is_in_turn: whether contestants are asked one after the other; else all at once, and its numbers mean nothing.
        settle_s: rest before memory is looked at.
        starts: rounds, of which the best counts.
        call_rounds, calls: rounds, and calls in each.
        array_bytes, array_rounds, array_repeats: rounds, and transfers each way in each after those that warm up;
            fewer of those who are slow.
        longest_transfer_s: who would take longer for the array gets a smaller one.
        frame_rows, frame_rounds, lines, line_rounds: as they say.
        side_by_side_s, most_side_by_side: how long calls are counted, and of how many at most.
        slow_s: who takes longer for a question is asked it in one round only.
        limit_s: for each question to a contestant; who takes longer has failed.
    """

    name: str
    is_in_turn: bool
    settle_s: float
    starts: int
    call_rounds: int
    calls: int
    array_bytes: int
    array_rounds: int
    array_repeats: int
    longest_transfer_s: float
    frame_rows: int
    frame_rounds: int
    lines: int
    line_rounds: int
    side_by_side_s: float
    most_side_by_side: int
    slow_s: float
    limit_s: float


FULL = Size(
    name="full",
    is_in_turn=True,
    settle_s=0.5,
    starts=5,
    call_rounds=10,
    calls=100,
    array_bytes=256 * MIB,
    array_rounds=2,
    array_repeats=4,
    longest_transfer_s=1.0,
    frame_rows=1_000_000,
    frame_rounds=3,
    lines=200_000,
    line_rounds=3,
    side_by_side_s=1.0,
    most_side_by_side=32,
    slow_s=15,
    limit_s=90,
)
QUICK = Size(
    name="quick",
    is_in_turn=False,
    settle_s=0.05,
    starts=1,
    call_rounds=2,
    calls=5,
    array_bytes=1 * MIB,
    array_rounds=1,
    array_repeats=1,
    longest_transfer_s=1.0,
    frame_rows=2_000,
    frame_rounds=1,
    lines=500,
    line_rounds=1,
    side_by_side_s=0.05,
    most_side_by_side=2,
    slow_s=15,
    limit_s=30,
)
SIZES = {size.name: size for size in (FULL, QUICK)}

"""Who is asked for what, and in which order: round after round, each round through all contestants."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from .sizes import Size

Ask = Callable[[str, str, int], dict[str, Any]]
Notice = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One question to all contestants, asked in rounds.

    Attributes:
        count: how many side by side; 0 where that is not the question.
    """

    measure: str
    rounds: int
    count: int = 0


@dataclass(slots=True)
class Log:
    """What one contestant answered to one step.

    Attributes:
        state: measured, unable, skipped or failed.
        reason: for the latter two.
        is_slow: whether one round has to do.
    """

    state: str = "measured"
    reason: str = ""
    is_slow: bool = False
    samples: dict[str, list[float]] = field(default_factory=dict)


def steps(size: Size) -> list[Step]:
    """A run's steps. Memory comes before anything is imported over there, arrays come late because they fill caches."""
    return [
        Step("start", size.starts),
        Step("memory", 1),
        Step("call", size.call_rounds),
        Step("call_placed", size.call_rounds // 2),
        Step("lines", size.line_rounds),
        Step("host", size.starts),
        Step("frame", size.frame_rounds),
        Step("frame_text", size.frame_rounds),
        Step("array", size.array_rounds),
        *(Step("side_by_side", 1, count) for count in counts(size)),
    ]


def counts(size: Size) -> list[int]:
    """How many are started side by side, one number after the other."""
    return [count for count in (1, 2, 4, 8, 16, 32) if count <= size.most_side_by_side]


def carry_out(names: list[str], size: Size, ask: Ask, notice: Notice) -> dict[tuple[Step, str], Log]:
    """Asks all contestants for all steps."""
    logs = {(step, name): Log() for step in steps(size) for name in names}
    for step in steps(size):
        notice(f"{step.measure} {step.count}" if step.count else step.measure)

        def turn(name: str, step: Step = step) -> None:
            take_turn(logs[step, name], name, step, ask, size.slow_s)

        if size.is_in_turn:
            for name in in_turns(names, step.rounds):
                turn(name)
        else:
            with ThreadPoolExecutor(len(names)) as threads:
                list(threads.map(turn, names))
    return logs


def take_turn(log: Log, name: str, step: Step, ask: Ask, slow_s: float) -> None:
    """One contestant's part of a round; a failure before ends its rounds of this step."""
    if log.state == "measured" and not log.is_slow:
        begun = time.monotonic()
        note(log, ask(name, step.measure, step.count))
        log.is_slow = time.monotonic() - begun > slow_s


def in_turns(names: list[str], rounds: int) -> Iterator[str]:
    """Each name once a round; every other round goes backwards, so that nobody always follows the same one."""
    for number in range(rounds):
        yield from names if number % 2 == 0 else reversed(names)


def note(log: Log, answer: dict[str, Any]) -> None:
    """Adds an answer to what was answered before."""
    for metric, values in answer.get("samples", {}).items():
        log.samples.setdefault(metric, []).extend(values)
    for state in ("unable", "skipped", "failed"):
        if state in answer:
            log.state = state
            log.reason = "" if state == "unable" else answer[state]

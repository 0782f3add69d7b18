"""What the samples are made into: one number each, with its unit, its floor, and which way is better."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .schedule import Step, counts, steps
from .sizes import Size

Unit = Literal["s", "B", "B/s", "/s"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of one contestant.

    Attributes:
        name: in the JSON.
        title: in tables and the picture.
        unit: those with "/s" are better when higher, others when lower.
        measure: whose samples it is made of.
        floor: the contestant that ratios refer to; empty where there is none.
        samples: their name, if it is not the metric's.
        summary: makes one number of them.
        count: how many side by side; 0 where that is not the question.
    """

    name: str
    title: str
    unit: Unit
    measure: str
    floor: str = "floor"
    samples: str = ""
    summary: Callable[[Sequence[float]], float] = statistics.median
    count: int = 0

    @property
    def sample_name(self) -> str:
        """Of the samples that it is made of."""
        return self.samples or self.name

    def cost(self, value: float, reference: float) -> float:
        """How many times as much as the reference it costs: above 1 is worse, in every unit."""
        return reference / value if "/s" in self.unit else value / reference

    def step(self, size: Size) -> Step:
        """Whose answers it is made of."""
        return next(step for step in steps(size) if (step.measure, step.count) == (self.measure, self.count))


def percentile_99(values: Sequence[float]) -> float:
    """What one in a hundred exceeds."""
    return statistics.quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else values[0]


ONE = (
    Metric("start", "start to first result", "s", "start", summary=min),
    Metric("memory", "memory of an idle worker", "B", "memory"),
    Metric("call", "one call, median", "s", "call"),
    Metric("call_p99", "one call, 99 of 100", "s", "call", samples="call", summary=percentile_99),
    Metric("call_one_core", "one call, held on one core", "s", "call_placed"),
    Metric("call_two_cores", "one call, held on two cores", "s", "call_placed"),
    Metric("put", "array there", "B/s", "array"),
    Metric("put_read", "array there and read once", "B/s", "array"),
    Metric("get", "array back", "B/s", "array"),
    Metric("get_read", "array back and read once", "B/s", "array"),
    Metric("frame", "frame there and back", "s", "frame", floor="connection"),
    Metric("frame_text", "frame with text there and back", "s", "frame_text", floor="connection"),
    Metric("lines", "printed lines", "/s", "lines", floor="ipykernel"),
    Metric("load_ext", "%load_ext beep_jupyter", "s", "host", floor=""),
    Metric("known_environment", "an environment that is built already", "s", "host", floor=""),
    Metric("rebuild", "an environment rebuilt from a lock", "s", "host", floor="bare-uv"),
)


def metrics(size: Size) -> list[Metric]:
    """All of a run."""
    sides = "side_by_side"
    starts = [Metric(f"start_of_{n}", f"start of {n}", "s", sides, floor="", count=n) for n in counts(size)]
    calls = [Metric(f"calls_of_{n}", f"calls of {n} in sum", "/s", sides, floor="", count=n) for n in counts(size)]
    return [*ONE, *starts, *calls]

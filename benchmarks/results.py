"""A run's result as JSON has it: facts of the machine, a row for every metric and contestant, and the promises."""

from __future__ import annotations

from typing import Any

from .metrics import Metric, metrics
from .roster import ROSTER
from .schedule import Log, Step
from .sizes import Size

OURS = "pipe"  # ratios "to ours" refer to it
Row = dict[str, Any]


def rows(names: list[str], size: Size, logs: dict[tuple[Step, str], Log]) -> list[Row]:
    """One for every metric and contestant, in the order of both.

    `value` is None unless `state` is measured; `times_floor` and `times_ours` say how many times as much as the floor
    or as our pipe it costs, None where either is missing.
    """
    found = []
    for metric in metrics(size):
        step = metric.step(size)
        values = {name: value_of(metric, logs[step, name]) for name in names}
        for name in names:
            log = logs[step, name]
            has_none = log.state == "measured" and values[name] is None  # the step gave numbers for others only
            found.append(
                {
                    "metric": metric.name,
                    "contestant": name,
                    "state": "unable" if has_none else log.state,
                    "reason": log.reason,
                    "unit": metric.unit,
                    "value": values[name],
                    "samples": len(log.samples.get(metric.sample_name, ())),
                    "times_floor": cost(metric, values[name], values.get(metric.floor)),
                    "times_ours": cost(metric, values[name], values.get(OURS)),
                }
            )
            if metric.measure == "array" and log.state == "measured":
                found[-1]["array_bytes"] = int(log.samples["array_bytes"][0])
    return found


def value_of(metric: Metric, log: Log) -> float | None:
    """The number, if there is one; a step that failed in a later round has none."""
    samples = log.samples.get(metric.sample_name)
    return metric.summary(samples) if samples and log.state == "measured" else None


def cost(metric: Metric, value: float | None, reference: float | None) -> float | None:
    """`Metric.cost` where both are there."""
    return None if value is None or reference is None else metric.cost(value, reference)


def contestants(names: list[str], versions: dict[str, str]) -> list[dict[str, str]]:
    """Who took part."""
    return [
        {"name": name, "role": ROSTER[name].role, "what": ROSTER[name].what, "version": versions.get(name, "")}
        for name in names
    ]

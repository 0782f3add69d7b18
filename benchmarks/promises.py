"""What the project promises of its speed, judged by a run's rows. docs/explanation/performance.md names what misses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .results import Row
from .roster import ROSTER

EVALUATORS = ("connection", "execnet", "rpyc", "pyro5", "appose", "ipykernel", "ipyparallel")
PEERS = tuple(name for name, contestant in ROSTER.items() if contestant.role == "peer")


@dataclass(frozen=True, slots=True)
class Promise:
    """A ratio and its bound.

    Attributes:
        what: the promise, as a sentence without its number.
        bound: the number.
        is_most: whether the ratio must be at most that, else at least.
        metric, ours: whose value is the numerator.
        others: whose value is the denominator: the best of these by that metric; empty where the value itself is
            bounded.
    """

    what: str
    bound: float
    is_most: bool
    metric: str
    ours: str
    others: tuple[str, ...]

    def judge(self, rows: list[Row]) -> dict[str, Any]:
        """`holds` is None, and `reason` says why, where a number is missing."""
        ratio, reason = self._ratio(rows)
        holds = None if ratio is None else (ratio <= self.bound if self.is_most else ratio >= self.bound)
        limit = f"{'at most' if self.is_most else 'at least'} {self.bound:g}"
        return {"promise": self.what, "limit": limit, "measured": ratio, "holds": holds, "reason": reason}

    def _ratio(self, rows: list[Row]) -> tuple[float | None, str]:
        mine = [row for row in rows if row["metric"] == self.metric]
        ours = next((row for row in mine if row["contestant"] == self.ours), None)
        theirs = [row["value"] for row in mine if row["contestant"] in self.others and row["value"] is not None]
        if ours is None or ours["value"] is None:
            return None, f"{self.ours} was not measured"
        if not self.others:
            return ours["value"], ""
        if not theirs:
            return None, f"{' and '.join(self.others)} was not measured"
        best = _best(ours["unit"])(theirs)
        return ours["value"] / best, ""


def _best(unit: str) -> Callable[[list[float]], float]:
    return max if "/s" in unit else min


def most(what: str, bound: float, metric: str, ours: str, *others: str) -> Promise:
    return Promise(what, bound, True, metric, ours, others)


def least(what: str, bound: float, metric: str, ours: str, *others: str) -> Promise:
    return Promise(what, bound, False, metric, ours, others)


PROMISES = (
    most("a call over pipe / a bare socket echo", 4, "call", "pipe", "floor"),
    most("the same, held on two cores", 4, "call_two_cores", "pipe", "floor"),
    most("the same, held on one core", 4, "call_one_core", "pipe", "floor"),
    most("a call over pipe / over the quickest peer", 1, "call", "pipe", *EVALUATORS),
    most("a call over http / a bare FastAPI + uvicorn + httpx endpoint", 1.25, "call", "http", "bare-http"),
    most("a call over grpc / a bare sync grpcio call", 1.25, "call", "grpc", "bare-grpc"),
    least("speed of an array to a pipe backend / warm memory copy", 0.5, "put", "pipe", "floor"),
    least("speed of an array from a pipe backend / warm memory copy", 0.5, "get", "pipe", "floor"),
    least("speed of an array to a pipe backend / best peer", 4, "put", "pipe", *PEERS),
    least("speed of an array from a pipe backend / best peer", 4, "get", "pipe", *PEERS),
    least("speed of an array to an http backend / pipe", 0.5, "put", "http", "pipe"),
    least("speed of an array from an http backend / pipe", 0.5, "get", "http", "pipe"),
    least("speed of an array to a grpc backend / pipe", 0.5, "put", "grpc", "pipe"),
    least("speed of an array from a grpc backend / pipe", 0.5, "get", "grpc", "pipe"),
    most("a frame there and back over pipe / pickle over a Connection", 1, "frame", "pipe", "connection"),
    most("the same with text", 1, "frame_text", "pipe", "connection"),
    least("lines a second over pipe / ipykernel's", 5, "lines", "pipe", "ipykernel"),
    most("start of a pipe backend to its first result / bare interpreter", 6, "start", "pipe", "floor"),
    most("start of a pipe backend to its first result / ipykernel's", 0.1, "start", "pipe", "ipykernel"),
    most("memory of an idle worker / bare interpreter", 1.5, "memory", "pipe", "floor"),
    most("%load_ext beep_jupyter, seconds", 0.1, "load_ext", "host"),
    most("an environment that is built already, seconds", 0.01, "known_environment", "host"),
    most("an environment rebuilt from a lock / the same uv commands", 1.3, "rebuild", "host", "bare-uv"),
)


def judged(rows: list[Row]) -> list[dict[str, Any]]:
    """Every promise with its verdict."""
    return [promise.judge(rows) for promise in PROMISES]

"""Journeys of values between peers: made in one, sent to another, and back; and what went wrong with each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .nearest import compare, missing_notes
from .peers import Peer
from .recipes.recipe import Recipe
from .refusals import is_allowed

BATCH = 200


@dataclass
class Journey:
    """One value's way from `sender` to `receiver` and back.

    Attributes:
        outcome: `arrived`, `nearest`, `refused: …`, `unmade` (no value to send), or `FAILED: …`.
        details: what to look at after a failure.
    """

    recipe: Recipe
    sender: Peer
    receiver: Peer
    outcome: str = ""
    details: list[Any] = field(default_factory=list)
    sent: dict[str, Any] = field(default_factory=dict)
    arrived: dict[str, Any] = field(default_factory=dict)
    returned: dict[str, Any] = field(default_factory=dict)

    @property
    def has_failed(self) -> bool:
        return self.outcome.startswith("FAILED")

    def end(self, outcome: str, *details: Any) -> None:
        self.outcome = outcome
        self.details = list(details)

    def __str__(self) -> str:
        told = "".join(f"\n    {detail}" for detail in self.details)
        return f"{self.sender.name} → {self.receiver.name}: {self.recipe.text}\n  {self.outcome}{told}"


def travel(journeys: list[Journey]) -> None:
    """Runs them all, in batches that keep every peer busy."""
    for start in range(0, len(journeys), BATCH):
        batch = journeys[start : start + BATCH]
        going = {"sent": "sender", "arrived": "receiver", "returned": "sender"}
        for step, place in going.items():
            alive = [journey for journey in batch if not journey.outcome]
            _ask_all(step, [(getattr(journey, place), journey) for journey in alive])
            for journey in alive:
                judge = {"sent": _judge_sent, "arrived": _judge_arrived, "returned": _judge_returned}[step]
                judge(journey)


def tally(journeys: Iterable[Journey]) -> Counter[str]:
    """How often each outcome came."""
    return Counter(journey.outcome for journey in journeys)


def _ask_all(step: str, wanted: list[tuple[Peer, Journey]]) -> None:
    by_peer: dict[Peer, list[Journey]] = {}
    for peer, journey in wanted:
        by_peer.setdefault(peer, []).append(journey)
    for peer, journeys in by_peer.items():
        peer.begin([_task(step, journey) for journey in journeys])
    for peer, journeys in by_peer.items():
        for journey, answer in zip(journeys, peer.end(), strict=True):
            setattr(journey, step, answer)


def _task(step: str, journey: Journey) -> dict[str, Any]:
    if step == "sent":
        return {"make": journey.recipe.text, "to": journey.receiver.libraries}
    if step == "arrived":
        return {"tree": journey.sent["tree"], "buffers": journey.sent["buffers"], "to": journey.sender.libraries}
    return {"tree": journey.arrived["tree"], "buffers": journey.arrived["buffers"]}


def _judge_sent(journey: Journey) -> None:
    answer = journey.sent
    if answer.get("failure", {}).get("step") in ("make", "describe"):
        journey.end("unmade", answer["failure"]["text"])
    else:
        _judge_answer(journey, answer)


def _judge_arrived(journey: Journey) -> None:
    answer = journey.arrived
    if "description" in answer:
        _judge_same(journey, "there", journey.sent["description"], answer)
    if not journey.outcome:
        _judge_answer(journey, answer)


def _judge_returned(journey: Journey) -> None:
    _judge_answer(journey, journey.returned)
    if not journey.outcome:
        _judge_same(journey, "back", journey.arrived["description"], journey.returned)
    if not journey.outcome:
        has_notes = journey.arrived["notes"] or journey.returned["notes"]
        if not has_notes:
            _judge_same(journey, "there and back", journey.sent["description"], journey.returned)
        journey.outcome = journey.outcome or ("nearest" if has_notes else "arrived")


def _judge_answer(journey: Journey, answer: dict[str, Any]) -> None:
    if "failure" in answer:
        failure = answer["failure"]
        journey.end(f"FAILED: {failure['class']} on {failure['step']}", failure["text"])
    elif "refusal" in answer:
        refusal = answer["refusal"]
        if is_allowed(refusal):
            journey.end(f"refused on {refusal['step']}: {refusal['type_name']}: {refusal['reason']}")
        else:
            journey.end(f"FAILED: refused on {refusal['step']}: {refusal['text']}", refusal)


def _judge_same(journey: Journey, way: str, sent: Any, answer: dict[str, Any]) -> None:
    found = compare(sent, answer["description"])
    notes = answer["notes"]
    missing = missing_notes(found.rules, notes)
    if found.silent:
        journey.end(f"FAILED: differs, {way}", *(_show(*difference) for difference in found.silent), f"notes: {notes}")
    elif missing:
        journey.end(f"FAILED: not noted, {way}: {', '.join(missing)}", f"notes: {notes}")
    elif notes and not found.rules:
        journey.end(f"FAILED: noted, but the same, {way}: {', '.join(notes)}")


def _show(path: str, sent: Any, arrived: Any) -> str:
    return f"{path}: {sent!r:.300} became {arrived!r:.300}"


def shortest(failed: list[Journey]) -> Iterator[Journey]:
    """The shortest recipe of each kind of failure, most frequent kind first."""
    kinds: dict[str, list[Journey]] = {}
    for journey in failed:
        kinds.setdefault(_kind(journey), []).append(journey)
    for journeys in sorted(kinds.values(), key=len, reverse=True):
        yield min(journeys, key=lambda journey: len(journey.recipe.text))


def _kind(journey: Journey) -> str:
    first = str(journey.details[0]) if journey.details else ""
    where = first.strip().splitlines()[-1] if "Traceback" in first else first.partition(":")[0]
    return re.sub(r"\d+", "0", f"{journey.outcome} {where}"[:200])

"""What may differ after a journey: the nearest types that stand for those which the receiver lacks, each with its note.

Works on descriptions. `compare` finds the smallest parts that differ; a rule may allow such a pair, and then the
receiver must have been told by a note that matches the rule's. docs/reference/values.md has the same table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

OBJECT = ["|O", "O"]
UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Args:
        note: what the note has to match.
        allows: (what was sent, what arrived) → whether that is the nearest type, holding every value exactly.
    """

    note: str
    allows: Callable[[Any, Any], bool]


@dataclass
class Comparison:
    """What differs between two descriptions.

    Attributes:
        rules: those that allowed a difference.
        silent: (path, sent, arrived) that none allows.
    """

    rules: list[Rule] = field(default_factory=list)
    silent: list[tuple[str, Any, Any]] = field(default_factory=list)


def compare(sent: Any, arrived: Any) -> Comparison:
    """Walks both descriptions."""
    found = Comparison()
    found.silent = list(_differences(sent, arrived, "", found.rules))
    return found


def missing_notes(rules: list[Rule], notes: list[str]) -> list[str]:
    """The notes that the receiver should have been given."""
    return [rule.note for rule in rules if not any(re.search(rule.note, note) for note in notes)]


def _differences(sent: Any, arrived: Any, path: str, used: list[Rule]) -> Iterator[tuple[str, Any, Any]]:
    if sent == arrived:
        return
    for rule in RULES:
        if rule.allows(sent, arrived):
            used.append(rule)
            return
    if isinstance(sent, dict) and isinstance(arrived, dict) and sent.keys() == arrived.keys():
        for key in sent:
            if not _is_free(key, sent[key], arrived[key]):
                yield from _differences(sent[key], arrived[key], f"{path}.{key}", used)
    elif isinstance(sent, list) and isinstance(arrived, list) and len(sent) == len(arrived):
        for number, (left, right) in enumerate(zip(sent, arrived, strict=True)):
            yield from _differences(left, right, f"{path}[{number}]", used)
    else:
        yield path, sent, arrived


def _is_free(key: str, sent: Any, arrived: Any) -> bool:
    """An array in neither order arrives in any; a read-only one may be written to where it arrives."""
    return (key == "order" and sent is None) or (key == "writable" and arrived is True)


def _texts_as_objects(sent: Any, arrived: Any) -> bool:
    if not (
        isinstance(sent, dict) and isinstance(arrived, dict) and sent.keys() == arrived.keys() >= {"dtype", "items"}
    ):
        return False
    as_objects = sent["dtype"][0] == "StringDType" and arrived["dtype"] == OBJECT
    return as_objects and all(sent[key] == arrived[key] for key in sent.keys() - {"dtype"})


def _is_column(*parts: Any) -> bool:
    return all(isinstance(part, list) and len(part) == 3 and part[0] == "column" for part in parts)


def _str_to_object(sent: Any, arrived: Any) -> bool:
    return (
        _is_column(sent, arrived)
        and sent[1][0] == "string"
        and arrived[1] == ["numpy", OBJECT]
        and sent[2] == arrived[2]
    )


def _stored_by_python(sent: Any, arrived: Any) -> bool:
    if not _is_column(sent, arrived) or sent[1][0] != "string" or arrived[1][0] != "string":
        return False
    return sent[1][1:] == ["pyarrow", arrived[1][2]] and arrived[1][1] == "python" and sent[2] == arrived[2]


def _in_nanoseconds(sent: Any, arrived: Any) -> bool:
    if not _is_column(sent, arrived) or sent[1][0] not in ("datetime64", "timedelta64") or len(arrived[1]) != 3:
        return False
    (kind, unit, zone), factor = sent[1], UNITS.get(sent[1][1], 0)
    scaled = [None if number is None else number * factor for number in sent[2]]
    return unit != "ns" and arrived[1] == [kind, "ns", zone] and arrived[2] == scaled


def _moment_in_nanoseconds(sent: Any, arrived: Any) -> bool:
    if not (isinstance(sent, list) and isinstance(arrived, list) and len(sent) == len(arrived) == 2):
        return False
    if sent[0] not in ("Timestamp", "Timedelta") or arrived[0] != sent[0] or sent[1][0] not in UNITS:
        return False
    (unit, number, *rest), (to_unit, to_number, *to_rest) = sent[1], arrived[1]
    return (unit, to_unit) != ("ns", "ns") and to_unit == "ns" and number * UNITS[unit] == to_number and rest == to_rest


RULES = [
    Rule(r"StringDType → object", _texts_as_objects),
    Rule(r"str → object", _str_to_object),
    Rule(r"pyarrow.* → .*python", _stored_by_python),
    Rule(r"64\[.*\] → .*64\[ns", _in_nanoseconds),
    Rule(r"(Timestamp|Timedelta).* → .*ns", _moment_in_nanoseconds),
]

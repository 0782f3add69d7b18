"""What may differ after a journey: the nearest types that stand for those which the receiver lacks, each with its note.

Works on descriptions. `compare` finds the smallest parts that differ; a rule may allow such a pair if every value is
still told exactly, and then the receiver must have been given its note. `test_nearest.py` checks that these rules are
those of the tables in docs/reference/values.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .items import numbers_of, scalars_of

OBJECT = ["numpy", ["|O", "O"]]
UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Args:
        row: what the row's first cell has in it.
        note: what the note has to match.
        allows: (what was sent, what arrived) → whether that is the nearest type, with every value exactly.
    """

    row: str
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
    return [rule.note for rule in rules if not any(re.fullmatch(rule.note, note) for note in notes)]


def _differences(sent: Any, arrived: Any, path: str, used: list[Rule]) -> Iterator[tuple[str, Any, Any]]:
    if sent == arrived:
        return
    rule = next((rule for rule in RULES if _is_alike(sent, arrived) and rule.allows(sent, arrived)), None)
    if rule:
        used.append(rule)
    elif isinstance(sent, dict) and _is_alike(sent, arrived) and sent.keys() == arrived.keys():
        for key in sent:
            if not _is_free(key, sent[key], arrived[key]):
                yield from _differences(sent[key], arrived[key], f"{path}.{key}", used)
    elif isinstance(sent, list) and _is_alike(sent, arrived) and len(sent) == len(arrived):
        for number, (left, right) in enumerate(zip(sent, arrived, strict=True)):
            yield from _differences(left, right, f"{path}[{number}]", used)
    else:
        yield path, sent, arrived


def _is_alike(sent: Any, arrived: Any) -> bool:
    return type(sent) is type(arrived) and isinstance(sent, (list, dict)) and bool(sent) and bool(arrived)


def _is_free(key: str, sent: Any, arrived: Any) -> bool:
    """An array in neither order arrives in any; a read-only one may be written to where it arrives."""
    return (key == "order" and sent in (None, "any")) or (key == "writable" and arrived is True)


def _is(name: str, *parts: Any) -> bool:
    return all(part[0] == name for part in parts if isinstance(part, list)) and isinstance(parts[0], list)


def _texts_as_objects(sent: Any, arrived: Any) -> bool:
    if not isinstance(sent, dict) or not sent.keys() == arrived.keys() >= {"dtype", "items"}:
        return False
    is_so = sent["dtype"][0] == "StringDType" and arrived["dtype"] == OBJECT[1]
    return is_so and all(sent[key] == arrived[key] for key in sent.keys() - {"dtype"})


def _strings_as_objects(missing: str) -> Callable[[Any, Any], bool]:
    def allows(sent: Any, arrived: Any) -> bool:
        is_so = _is("column", sent, arrived) and sent[1][0] == "string" and sent[1][2] == missing
        return is_so and arrived[1] == OBJECT and sent[2] == arrived[2]

    return allows


def _strings_elsewhere(missing: str, storage: str) -> Callable[[Any, Any], bool]:
    def allows(sent: Any, arrived: Any) -> bool:
        is_so = _is("string", sent, arrived) and sent[2] == arrived[2] == missing
        return is_so and sent[1] == storage != arrived[1]

    return allows


def _in_nanoseconds(kind: str, unit: str) -> Callable[[Any, Any], bool]:
    def allows(sent: Any, arrived: Any) -> bool:
        if not _is("column", sent, arrived) or sent[1][:2] != [kind, unit] or arrived[1] != [kind, "ns", sent[1][2]]:
            return False
        return arrived[2] == [None if number is None else number * UNITS[unit] for number in sent[2]]

    return allows


def _scalar_in_nanoseconds(kind: str, unit: str) -> Callable[[Any, Any], bool]:
    def allows(sent: Any, arrived: Any) -> bool:
        if not _is(kind, sent, arrived) or sent[1][0] != unit or arrived[1][0] != "ns":
            return False
        return [sent[1][1] * UNITS[unit], *sent[1][2:]] == arrived[1][1:]

    return allows


def _index_of_numbers(sent: Any, arrived: Any) -> bool:
    """int8 as int64, float32 as float64, sparse as dense, …"""
    if not _is_same_index(sent, arrived) or arrived[1]["data"][1][0] != "numpy":
        return False
    numbers = numbers_of(sent[1]["data"])
    return numbers is not None and numbers == numbers_of(arrived[1]["data"])


def _index_of_objects(sent: Any, arrived: Any) -> bool:
    if not _is_same_index(sent, arrived) or arrived[1]["data"][1] != OBJECT:
        return False
    scalars = scalars_of(sent[1]["data"])
    return scalars is not None and scalars == arrived[1]["data"][2]


def _is_same_index(sent: Any, arrived: Any) -> bool:
    return _is("Index", sent, arrived) and sent[1]["names"] == arrived[1]["names"]


def _intervals_of_numbers(sent: Any, arrived: Any) -> bool:
    is_so = _is("column", sent, arrived) and sent[1][0] == arrived[1][0] == "interval" and sent[1][2] == arrived[1][2]
    return is_so and list(map(numbers_of, sent[2])) == list(map(numbers_of, arrived[2]))


def _without_freq(sent: Any, arrived: Any) -> bool:
    return isinstance(sent, list) and sent[0] == "Timestamp" and [*sent[1][:4], None] == arrived[1]


def _array_without_freq(sent: Any, arrived: Any) -> bool:
    return _is("array", sent, arrived) and sent[:2] == arrived[:2] and arrived[2] is None


def _storage_as_extension(sent: Any, arrived: Any) -> bool:
    """A field; one side has as metadata what the other has as the type."""
    is_field = isinstance(sent, list) and len(sent) == len(arrived) == 4 and sent[0] == arrived[0]
    return is_field and sent[2] == arrived[2] and "extension<" in str(arrived[1]) and "extension<" not in str(sent[1])


def _halves_as_floats(sent: Any, arrived: Any) -> bool:
    return _is("Float16", sent) and _is("Float32", arrived)


def _unnamed(sent: Any, arrived: Any) -> bool:
    return _is("Categorical", sent, arrived) and len(sent) == 3 and len(arrived) == 2


def _in_order(order: str, other: str) -> Callable[[Any, Any], bool]:
    return lambda sent, arrived: sent == ["Categorical", order] and arrived == ["Categorical", other]


NAMES = {"NA": "string", "nan": "str"}
RULES = [
    Rule("`StringDType`", r"numpy StringDType → object", _texts_as_objects),
    Rule("`str`", "pandas str → object", _strings_as_objects("nan")),
    *(
        Rule(
            "`string[pyarrow]`",
            rf"pandas {name}\[{storage}\] → {name}\[{other}\]",
            _strings_elsewhere(missing, storage),
        )
        for missing, name in NAMES.items()
        for storage, other in [("python", "pyarrow"), ("pyarrow", "python")]
    ),
    *(
        Rule("units other than", rf"pandas {kind}\[{unit}\] → {kind}\[ns\]", _in_nanoseconds(kind, unit))
        for kind in ("datetime64", "timedelta64")
        for unit in ("s", "ms", "us")
    ),
    *(
        Rule("units other than", rf"pandas {kind}\[{unit}\] → {kind}\[ns\]", _scalar_in_nanoseconds(kind, unit))
        for kind in ("Timestamp", "Timedelta")
        for unit in ("s", "ms", "us")
    ),
    Rule("dtypes of an `Index`", r"pandas Index\[.*\] → Index\[(u?int64|float64|bool)\]", _index_of_numbers),
    Rule("dtypes of an `Index`", r"pandas Index\[.*\] → Index\[object\]", _index_of_objects),
    Rule("intervals of 8", r"pandas interval\[.*\] → interval\[.*\]", _intervals_of_numbers),
    *(
        Rule(
            "physical order",
            rf"polars Categorical in {order} order → Categorical in {other} order",
            _in_order(order, other),
        )
        for order, other in [("physical", "lexical"), ("lexical", "physical")]
    ),
    Rule("`freq` of a", r"pandas freq of an array → none", _array_without_freq),
    Rule("knows an extension type", r"arrow storage of (\S+) → \1", _storage_as_extension),
    Rule("`Float16`", r"polars Float16 → Float32", _halves_as_floats),
    Rule("`Categories`", r"polars Categorical of Categories .* → Categorical in (physical|lexical) order", _unnamed),
    Rule("`freq` of a", r"pandas Timestamp with freq → Timestamp", _without_freq),
]

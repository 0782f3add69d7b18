"""A result as tables, for the terminal and for a page alike: each is a title, a head and rows of texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .metrics import ONE
from .quantities import digits, with_unit
from .results import OURS, Row

NOTHING = "-"
RATIOS = "Ratios say how many times as much it costs, in this run: above 1 is slower or larger."
FLOORS = {metric.name: metric.floor for metric in ONE}
PAIRS = {
    "Start to first result, and memory of an idle worker": {"start": "start", "memory": "memory"},
    "One evaluated 1 + 1": {"call": "median", "call_p99": "99 of 100"},
    "The same, held on one core and on two": {"call_one_core": "one core", "call_two_cores": "two cores"},
    "Array of floats": {"put": "there", "get": "back"},
    "Array of floats, all of it read once on arrival": {"put_read": "there", "get_read": "back"},
    "DataFrame there and back": {"frame": "numbers", "frame_text": "with text"},
    "Printed lines as they come": {"lines": "lines"},
    "The extension, and environments": {
        "load_ext": "%load_ext",
        "known_environment": "known",
        "rebuild": "rebuilt",
    },
}
SIDES = (
    ("start_of_", "Many started side by side", "until the first result of all"),
    ("calls_of_", "Many called side by side", "calls in sum"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown.

    Attributes:
        note: what the numbers mean, as a sentence.
    """

    title: str
    note: str
    head: list[str]
    rows: list[list[str]]


def tables(result: dict[str, Any]) -> list[Table]:
    """All of a result."""
    rows: list[Row] = result["rows"]
    found = [pair_table(title, columns, rows) for title, columns in PAIRS.items()]
    found += [side_table(prefix, title, note, rows) for prefix, title, note in SIDES]
    return [*found, promise_table(result["promises"])]


def pair_table(title: str, columns: dict[str, str], rows: list[Row]) -> Table:
    """One or two metrics, a row for each contestant that has a number or a reason for having none."""
    head = [""] + [text for name, column in columns.items() for text in (column, f"/ {FLOORS[name]}", f"/ {OURS}")]
    shown = []
    for contestant in dict.fromkeys(row["contestant"] for row in rows):
        mine = [find(rows, name, contestant) for name in columns]
        if any(row["state"] != "unable" for row in mine):
            shown.append([contestant, *(text for row in mine for text in cells(row))])
    empty = {at for at in range(len(head)) if head[at].startswith("/") and all(row[at] == NOTHING for row in shown)}
    head, *shown = ([text for at, text in enumerate(line) if at not in empty] for line in [head, *shown])
    return Table(title, smaller_arrays(rows) if {"put", "put_read"} & columns.keys() else "", head, shown)


def smaller_arrays(rows: list[Row]) -> str:
    """How large the array was, and for whom it was too large."""
    sizes = {row["contestant"]: row["array_bytes"] >> 20 for row in rows if "array_bytes" in row}
    full = max(sizes.values(), default=0)
    smaller = [f"{name} {size} MiB" for name, size in sizes.items() if size < full]
    return f"{full} MiB" + (f"; for those who would take too long: {', '.join(smaller)}." if smaller else ".")


def side_table(prefix: str, title: str, note: str, rows: list[Row]) -> Table:
    """A column for each count."""
    names = list(dict.fromkeys(row["metric"] for row in rows if row["metric"].startswith(prefix)))
    head = [""] + [name.removeprefix(prefix) for name in names]
    shown = []
    for contestant in dict.fromkeys(row["contestant"] for row in rows):
        mine = [find(rows, name, contestant) for name in names]
        if any(row["state"] != "unable" for row in mine):
            shown.append([contestant, *(cells(row)[0] for row in mine)])
    return Table(title, note[0].upper() + note[1:] + ".", head, shown)


def promise_table(promises: list[dict[str, Any]]) -> Table:
    """Promise, limit, what was measured, verdict."""
    verdicts = {True: "holds", False: "MISSES", None: "not measured"}
    shown = [
        [
            promise["promise"],
            promise["limit"],
            NOTHING if promise["measured"] is None else digits(promise["measured"]),
            verdicts[promise["holds"]],
        ]
        for promise in promises
    ]
    return Table("Promises", "", ["", "promised", "measured", ""], shown)


def cells(row: Row) -> list[str]:
    """The number, and both ratios."""
    if row["value"] is None:
        return [NOTHING if row["state"] == "unable" else row["state"], NOTHING, NOTHING]
    ratios = [row["times_floor"], row["times_ours"]]
    return [with_unit(row["value"], row["unit"]), *(NOTHING if ratio is None else digits(ratio) for ratio in ratios)]


def find(rows: list[Row], metric: str, contestant: str) -> Row:
    """The one of both."""
    return next(row for row in rows if row["metric"] == metric and row["contestant"] == contestant)


def reasons(rows: list[Row]) -> Iterator[str]:
    """Who was skipped or failed at what, and why; each reason once a contestant."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        if row["reason"]:
            seen.setdefault((row["contestant"], row["state"], row["reason"]), []).append(row["metric"])
    for (contestant, state, reason), names in seen.items():
        where = "" if state == "skipped" else f" ({', '.join(names)})"
        yield f"{contestant} {state}{where}: {reason}"

"""A result as one picture (SVG): a panel of bars for each measure, and curves of calls side by side.

Bars show how many times as much as the floor each costs, on a logarithmic scale, so short is good; the text beside a
bar is the number itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .metrics import ONE
from .quantities import digits, with_unit
from .results import Row
from .svg import Drawing

TITLES = {metric.name: metric.title for metric in ONE}
FLOORS = {metric.name: metric.floor for metric in ONE}

PANELS = ("start", "memory", "call", "call_p99", "put", "get", "put_read", "get_read", "frame", "frame_text", "lines")
COLUMNS = 2
WIDTH, PANEL, GAP = 1000, 480, 20
TOP, HEAD, LINE, FOOT = 70, 34, 19, 24
LABEL = 13  # between the lines of labels
NAMES, VALUES = 92, 118  # room for names and numbers beside the bars
COLOURS = {"ours": "#0b7a75", "peer": "#9db4c0", "floor": "#d8a25e"}
CURVES = {"pipe": "#0b7a75", "http": "#7a5195", "grpc": "#ef5675", "connection": "#9db4c0"}


def draw(result: dict[str, Any]) -> str:
    """The whole picture."""
    roles = {one["name"]: one["role"] for one in result["contestants"]}
    panels = [(name, measured(result["rows"], name)) for name in PANELS]
    panels = [(name, rows) for name, rows in panels if rows]
    curves = curves_of(result["rows"])
    heights = [HEAD + FOOT + LINE * len(rows) for _, rows in panels] + [HEAD + FOOT + 190] * bool(curves)
    tops, height = laid_out(heights)
    drawing = Drawing(WIDTH, height)
    drawing.text(GAP, 30, "beep-jupyter beside floors and peers, in one run", size=18, weight="bold")
    legend(drawing)
    for (name, rows), (x, y) in zip(panels, tops, strict=False):
        bars(drawing, x, y, name, rows, roles)
    if curves:
        side_by_side(drawing, *tops[-1], curves)
    return drawing.done()


def measured(rows: list[Row], metric: str) -> list[Row]:
    """Those with a ratio to the floor, the cheapest first."""
    found = [row for row in rows if row["metric"] == metric and row["times_floor"] is not None]
    return sorted(found, key=lambda row: float(row["times_floor"]))


def laid_out(heights: Sequence[int]) -> tuple[list[tuple[int, int]], int]:
    """Where panels begin, row by row, and the height of all."""
    corners, y = [], TOP
    for first in range(0, len(heights), COLUMNS):
        row = heights[first : first + COLUMNS]
        corners += [(GAP + number * (PANEL + GAP), y) for number in range(len(row))]
        y += max(row) + GAP
    return corners, y


def legend(drawing: Drawing) -> None:
    """What the colours mean."""
    x = GAP
    for role, label in {"ours": "ours", "peer": "peers", "floor": "floor"}.items():
        drawing.box(x, 44, 12, 12, COLOURS[role])
        drawing.text(x + 17, 54, label)
        x += 75
    meaning = "bars: times the floor (line at 1), logarithmic, shorter is better; beside them the number and the ratio"
    drawing.text(x, 54, meaning, fill="#667")


def bars(drawing: Drawing, x: int, y: int, name: str, rows: list[Row], roles: dict[str, str]) -> None:
    """One measure."""
    drawing.text(x, y + 16, TITLES[name], size=14, weight="bold")
    drawing.text(x + PANEL - GAP, y + 16, f"times {floor_title(name)}", fill="#667", anchor="end")
    ratios = [row["times_floor"] for row in rows]
    low, high = min(1.0, *ratios), max(2.0, *ratios)
    room = PANEL - GAP - NAMES - VALUES

    def place(ratio: float) -> float:
        return x + NAMES + room * math.log(ratio / low) / math.log(high / low)

    bottom = y + HEAD + LINE * len(rows)
    for ratio in ticks(low, high):
        drawing.line(place(ratio), y + HEAD - 6, place(ratio), bottom, "#445" if ratio == 1 else "#e3e6ea")
        drawing.text(place(ratio), bottom + 13, f"{ratio:g}", size=10, fill="#667", anchor="middle")
    for number, row in enumerate(rows):
        middle = y + HEAD + LINE * number
        begin, end = sorted((place(1.0), place(row["times_floor"])))
        drawing.text(x + NAMES - 8, middle + 11, row["contestant"], anchor="end", weight=weight(row, roles))
        drawing.box(begin - 1, middle + 1, end - begin + 2, LINE - 6, COLOURS[roles[row["contestant"]]])
        label = f"{with_unit(row['value'], row['unit'])}  ({digits(row['times_floor'])})"
        drawing.text(max(end, place(1.0)) + 6, middle + 11, label, weight=weight(row, roles))


def floor_title(name: str) -> str:
    """What a measure's ratios refer to."""
    if name in ("start", "memory"):
        return "a bare interpreter"
    if name.startswith("call"):
        return "a socket echo"
    return {"connection": "pickle over a Connection", "ipykernel": "ipykernel"}.get(FLOORS[name], "a warm memory copy")


def weight(row: Row, roles: dict[str, str]) -> str:
    """Ours stand out."""
    return "bold" if roles[row["contestant"]] == "ours" else "normal"


def ticks(low: float, high: float) -> list[float]:
    """Powers of ten between both, and 1."""
    exponents = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high)) + 1)
    return [10.0**exponent for exponent in exponents]


def curves_of(rows: list[Row]) -> dict[str, list[tuple[int, float]]]:
    """Calls in sum by how many are side by side, for those that were measured at more than one count."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        if row["metric"].startswith("calls_of_") and row["value"] is not None:
            found.setdefault(row["contestant"], []).append((int(row["metric"].rpartition("_")[2]), row["value"]))
    return {name: points for name, points in found.items() if len(points) > 1}


def side_by_side(drawing: Drawing, x: int, y: int, curves: dict[str, list[tuple[int, float]]]) -> None:
    """Both axes logarithmic."""
    drawing.text(x, y + 16, "calls a second in sum, many side by side", size=14, weight="bold")
    counts = sorted({count for points in curves.values() for count, _ in points})
    speeds = [speed for points in curves.values() for _, speed in points]
    low, high = 10 ** math.floor(math.log10(min(speeds))), 10 ** math.ceil(math.log10(max(speeds)))
    left, right, top, bottom = x + 60, x + PANEL - 110, y + HEAD, y + HEAD + 180

    def place(count: int, speed: float) -> tuple[float, float]:
        across = (math.log(count / counts[0])) / math.log(counts[-1] / counts[0])
        up = math.log(speed / low) / math.log(high / low)
        return left + across * (right - left), bottom - up * (bottom - top)

    for speed in ticks(low, high):
        drawing.line(left, place(1, speed)[1], right, place(1, speed)[1], "#e3e6ea")
        drawing.text(left - 8, place(1, speed)[1] + 4, f"{speed:,.0f}", size=10, fill="#667", anchor="end")
    for count in counts:
        drawing.text(place(count, low)[0], bottom + 14, str(count), size=10, fill="#667", anchor="middle")
    for name, points in curves.items():
        drawing.curve([place(*point) for point in points], CURVES[name])
    ends = {name: place(*points[-1]) for name, points in curves.items()}
    for name, (across, height) in apart(ends).items():
        drawing.text(across + 8, height + 4, name, fill=CURVES[name], weight="bold")


def apart(places: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """The same, moved down where two texts would cover each other."""
    found: dict[str, tuple[float, float]] = {}
    for name, (x, y) in sorted(places.items(), key=lambda item: item[1][1]):
        lowest = max((other_y for other_x, other_y in found.values() if other_x == x), default=-math.inf)
        found[name] = (x, max(y, lowest + LABEL))
    return found

"""The output seam: what commands may show, and how a table reads as plain text.

The terminal and the notebook each have one implementation. Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from ..listings import as_object
from ..models import OnProgress, Output


@dataclass(frozen=True, slots=True)
class Table:
    """What a listing shows.

    Attributes:
        columns: headings; a heading that begins with `>` is set to the right, as numbers are.
        rows: one text for each column.
        empty: the sentence to say where there is no row.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    empty: str = ""

    @property
    def headings(self) -> list[str]:
        """The columns' texts."""
        return [column.removeprefix(">") for column in self.columns]

    def is_right(self, index: int) -> bool:
        """Whether the column at `index` is set to the right."""
        return self.columns[index].startswith(">")


class Show(Protocol):
    """Where a command's output goes."""

    def say(self, sentence: str) -> None:
        """Tells the user one sentence."""

    def table(self, table: Table) -> None:
        """Shows a table, or its `empty` sentence."""

    def stream(self, name: str, text: str) -> None:
        """Writes text as it is; `name` is stdout or stderr."""

    def output(self, output: Output) -> None:
        """Shows one Jupyter output of running code; errors are shown by `error` when the code has ended."""

    def progress(self) -> AbstractContextManager[OnProgress]:
        """Shows how far long work is, until the context is left."""


def show_json(show: Show, items: Iterable[Any]) -> None:
    """Writes what `--json` promises: an array of objects, dataclasses by their fields."""
    show.stream("stdout", json.dumps(list(map(as_object, items)), indent=2, default=str) + "\n")


def plain_text(table: Table) -> str:
    """The table in aligned columns without a frame or an end to its width, for pipes and `text/plain`."""
    lines = [tuple(table.headings), *table.rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(table.columns))]
    return "\n".join(_plain_line(table, line, widths) for line in lines)


def _plain_line(table: Table, cells: tuple[str, ...], widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if table.is_right(index) else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()

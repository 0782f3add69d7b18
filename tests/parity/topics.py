"""The cells of the parity test: text files, one topic and one notebook each, in the folder `cells`.

A line `# %% TITLE` begins a cell. Titles are unique in their topic and name the cell in lists of differences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "cells"
_BEGIN = re.compile(r"^# %% (?P<title>.+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its place, as `topic:title`, and its text."""

    place: str
    source: str


def all_topics() -> list[str]:
    """The names of the files, without their ending."""
    return sorted(path.stem for path in _FOLDER.glob("*.txt"))


def cells_of(topic: str) -> list[Cell]:
    """The cells of a topic, in the order in which they run."""
    _, *pieces = _BEGIN.split((_FOLDER / f"{topic}.txt").read_text())
    return [Cell(f"{topic}:{title}", text.strip("\n")) for title, text in zip(pieces[::2], pieces[1::2], strict=True)]

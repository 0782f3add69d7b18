"""Finds the `%%beep_env` cells of a notebook file. Host's Python; reads JSON, needs neither nbformat nor IPython."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageError

_BEEP_ENV = re.compile(r"\s*%%beep_env(?:\s+(?P<line>.*))?\s*")
_AROUND = ("%%time", "%%capture")  # magics that run the cell below their line as a cell


@dataclass(frozen=True, slots=True)
class DeclaringCell:
    """A cell that declares an environment.

    Attributes:
        place: which cell it is, for sentences: `Cell 3 of report.ipynb`.
        line: what follows `%%beep_env`.
        text: what stands below.
    """

    place: str
    line: str
    text: str


def declaring_cells(notebook: Path) -> list[DeclaringCell]:
    """The cells of a notebook that declare environments, in order.

    Raises:
        UsageError: it is no notebook for Python, or a `%%beep_env` in it would not be obeyed.
    """
    content = _read(notebook)
    sources = enumerate((_source(cell) for cell in content["cells"]), 1)
    places = ((f"Cell {number} of {notebook.name}", source) for number, source in sources)
    found = [cell for place, source in places if (cell := _declaring(place, source)) is not None]
    if found:
        _refuse_other_languages(notebook, content)
    return found


def _read(notebook: Path) -> dict[str, Any]:
    try:
        content = json.loads(notebook.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"There is no notebook {notebook}.", "Give the path of an .ipynb file.") from None
    except OSError as error:
        raise UsageError(f"{notebook} cannot be read: {error.strerror}.", "Give the path of an .ipynb file.") from None
    except ValueError as error:
        raise _no_notebook(notebook, f"it is not JSON ({error})") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise _no_notebook(notebook, "it has no list of cells")
    return {**content, "cells": cells}


def _no_notebook(notebook: Path, reason: str) -> UsageError:
    return UsageError(f"{notebook} is no notebook: {reason}.", "Open it in Jupyter and save it again (nbformat 4).")


def _source(cell: dict[str, Any]) -> list[str]:
    """The lines of a code cell; none of any other."""
    source = cell.get("source", "") if cell.get("cell_type") == "code" else ""
    text = source if isinstance(source, str) else "".join(map(str, source))
    return text.splitlines(keepends=True)


def _declaring(place: str, lines: list[str]) -> DeclaringCell | None:
    first = next((index for index, line in enumerate(lines) if not _is_comment(line)), None)
    if first is None:
        return None
    below = lines[first + 1 :]
    if found := _BEEP_ENV.fullmatch(lines[first]):
        return DeclaringCell(place, found["line"] or "", "".join(below))
    magic = (re.match(r"\s*(%%\S+)", lines[first]) or ["", ""])[1]
    if magic in _AROUND:
        return _declaring(place, below)
    if magic and any(_BEEP_ENV.fullmatch(line) for line in _first_of(below)):
        raise UsageError(
            f"{place} begins with `{magic}`, to which its `%%beep_env` is mere text.",
            "Give `%%beep_env` a cell of its own.",
        )
    if not magic and any(map(_BEEP_ENV.fullmatch, below)) and not _is_python("".join(lines)):
        raise UsageError(
            f"{place} has other lines above `%%beep_env`, which is obeyed on the first only.",
            "Give `%%beep_env` a cell of its own.",
        )
    return None


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _first_of(lines: Iterable[str]) -> Iterator[str]:
    """The first line that is no comment, if there is one."""
    yield from [line for line in lines if not _is_comment(line)][:1]


def _is_python(text: str) -> bool:
    """Whether a cell is plain Python, so that what looks like a magic in it stands in a text."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _refuse_other_languages(notebook: Path, content: dict[str, Any]) -> None:
    named = [_look_up(content, "metadata", *keys) for keys in (("language_info", "name"), ("kernelspec", "language"))]
    language = next((name for name in named if isinstance(name, str)), "python")
    if language.lower() not in ("python", "ipython"):
        raise UsageError(
            f"{notebook} is a notebook for {language}, whose kernel knows no `%%beep_env`.",
            "Declare environments in a notebook for Python.",
        )


def _look_up(content: Any, *keys: str) -> Any:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content

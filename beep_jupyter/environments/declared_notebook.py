"""Finds the `%%beep_env` cells of a notebook file. Host's Python; reads JSON, needs neither nbformat nor IPython.

What is a cell magic is IPython's rule (`inputtransformer2`, `run_cell_magic`): the cell begins with its `%%`, but for
empty lines and an indentation of the whole, and something stands below. A comment above makes it a mere line.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from ..errors import UsageError

_BEEP_ENV = re.compile(r"\s*%%beep_env(?:\s+.*)?\s*")
_AROUND = ("%%time", "%%capture")  # magics that run the cell below their line as a cell
_CURE = "Give `%%beep_env` a cell of its own, which begins with it."


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


def _source(cell: dict[str, Any]) -> str:
    """The text of a code cell; none of any other."""
    source = cell.get("source", "") if cell.get("cell_type") == "code" else ""
    return source if isinstance(source, str) else "".join(map(str, source))


def _declaring(place: str, source: str) -> DeclaringCell | None:
    first, below = _as_read(source)
    magic, _, line = first.rstrip().partition(" ") if first.startswith("%%") else ("", "", "")
    if magic == "%%beep_env":
        return DeclaringCell(place, line, _not_empty(place, below))
    if magic in _AROUND:
        return _declaring(place, below)
    if magic and _BEEP_ENV.fullmatch(_first_below(below)):
        raise UsageError(f"{place} begins with `{magic}`, to which its `%%beep_env` is mere text.", _CURE)
    if not magic and any(map(_BEEP_ENV.fullmatch, (first + below).splitlines())) and not _is_python(first + below):
        raise UsageError(f"{place} does not begin with its `%%beep_env`, so IPython would not obey it.", _CURE)
    return None


def _as_read(source: str) -> tuple[str, str]:
    """The first line of a cell and what stands below it, as IPython reads them."""
    lines = source.splitlines(keepends=True)
    while lines and not lines[0].strip():
        del lines[0]
    first, *below = dedent("".join(lines)).splitlines(keepends=True) or [""]
    return first, "".join(below)


def _not_empty(place: str, below: str) -> str:
    if not below:
        raise UsageError(
            f"{place} has nothing below `%%beep_env`, which IPython refuses.",
            "Say there what it needs, or write a comment, such as `# nothing`.",
        )
    return below


def _first_below(text: str) -> str:
    """The first line that is no comment; empty where there is none."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return next(lines, "")


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

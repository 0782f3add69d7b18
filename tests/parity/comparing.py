"""Outputs in a form in which equal ones are equal: what the reader of a notebook sees, in its order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from nbformat import NotebookNode

Normalise = Callable[[str], str]

_HEAD = re.compile(r"^(?P<name>[\w.]+) +Traceback \(most recent call last\)$")
_CELL_LINE = re.compile(r"^\s*Cell In\s?\[\d+\], line (\d+)")
# IPython's form where a file of more than 10,000 lines takes part, as some of pandas have: the arrow has the number.
_RAW_CELL_LINE = re.compile(r"^CELL in \?\(.*\)\n(?: +\d+ .*\n)*-+> (\d+)", re.MULTILINE)


def comparable(outputs: Sequence[NotebookNode], normalise: Normalise) -> list[Any]:
    """One entry for each output: kind, then all of its fields.

    What is printed between two other outputs is one entry, with the text of each stream: a kernel gathers them apart,
    so the order between them is chance natively.
    """
    entries: list[Any] = []
    for output in outputs:
        if output.output_type != "stream":
            entries.append(_ENTRIES[output.output_type](output))
            continue
        if not entries or entries[-1][0] != "streams":
            entries.append(["streams", {}])
        texts = entries[-1][1]
        texts[output.name] = texts.get(output.name, "") + output.text
    return [_normalised(entry, normalise) for entry in entries]


def _display(output: NotebookNode) -> list[Any]:
    count = output.get("execution_count")
    return [output.output_type, dict(output.data), dict(output.metadata), count]


def _error(output: NotebookNode) -> list[Any]:
    return ["error", output.ename, output.evalue, _Traceback("\n".join(output.traceback))]


_ENTRIES = {"display_data": _display, "execute_result": _display, "error": _error}


class _Traceback(str):
    """A traceback's text, of which only the outline is compared."""

    def outline(self) -> dict[str, Any]:
        lines = [line.rstrip() for line in self.split("\n") if line.strip()]
        return {
            "heads": [line for line in lines if _HEAD.match(line)],
            "cell lines": _RAW_CELL_LINE.findall(self) or [match[1] for match in map(_CELL_LINE.match, lines) if match],
            "last line": lines[-1] if lines else "",
        }


def _normalised(value: Any, normalise: Normalise, key: str = "") -> Any:
    if isinstance(value, _Traceback):
        return _Traceback(normalise(value)).outline()
    if isinstance(value, str):
        return value if key.startswith("image/") and key != "image/svg+xml" else normalise(value)
    if isinstance(value, dict):
        return {name: _normalised(item, normalise, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_normalised(item, normalise, key) for item in value]
    return value

"""A running notebook as text: headings, what each cell does, how long it takes and what comes out. Terminal only."""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager

from nbformat import NotebookNode

from ..errors import ExecutionError
from ..models import Output
from ..quantities import size_text
from .terminal import TerminalShow

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_INDENT = " " * 6
_TIME_COLUMN = 68


class NotebookScreen:
    """Shows cells as they run.

    Args:
        show: where to write.
    """

    def __init__(self, show: TerminalShow) -> None:
        self._show = show
        self._count = 0
        self._source = ""

    @contextmanager
    def around(self, cell: NotebookNode) -> Iterator[None]:
        """Shows one cell: a heading at once, code before and behind its run; an error that ends the run is not ours."""
        if cell.cell_type == "markdown":
            self._heading(cell.source)
        if cell.cell_type != "code":
            yield
            return
        self._count, self._source = self._count + 1, cell.source
        self._show.stream("stdout", _fitted(f"  [{self._count}] {cell.source.splitlines()[0]}"))
        begun = time.monotonic()
        try:
            yield
        finally:
            self._show.stream("stdout", f"{time.monotonic() - begun:5.1f} s\n")
        for output in cell.outputs:
            self._output(output)

    def failure(self, error: ExecutionError) -> ExecutionError:
        """The error of the cell that ended the run, with the cell itself above its traceback."""
        shown = [f"Cell [{self._count}] failed:", *textwrap.indent(self._source, _INDENT).splitlines(), ""]
        traceback = _ANSI.sub("", "\n".join(error.traceback)).splitlines()
        return ExecutionError(error.ename, error.evalue, [*shown, *traceback])

    def _heading(self, markdown: str) -> None:
        first = markdown.splitlines()[0]
        if first.startswith("#"):
            self._show.heading(first.lstrip("# "))

    def _output(self, output: Output) -> None:
        for line in text_of(output).rstrip("\n").splitlines():
            self._show.line((_INDENT + line).rstrip())


def _fitted(title: str) -> str:
    """The title as far as the column of times."""
    width = _TIME_COLUMN - 1
    return (title if len(title) <= width else title[: width - 1] + "…").ljust(_TIME_COLUMN)


def text_of(output: Output) -> str:
    """An output as plain text; a picture by its size."""
    if output["output_type"] == "stream":
        return str(output["text"])
    if output["output_type"] == "error":
        return _ANSI.sub("", "\n".join(output["traceback"]))
    if png := output["data"].get("image/png"):
        return f"[a picture: PNG, {size_text(len(png) * 3 // 4)}]"
    return str(output["data"].get("text/plain", ""))

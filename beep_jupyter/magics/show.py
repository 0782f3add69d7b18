"""Shows what commands have to say in a notebook: HTML where it can be shown, plain text beside it."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..commands.show import Table, plain_text
from ..models import OnProgress, Output, Progress
from ..quantities import size_text
from .outputs import Publisher

_REDRAW_S = 0.1
_PATIENCE_S = 0.3  # quicker work shows no progress: even an emptied display takes room below a cell


class NotebookShow:
    """A `Show` that writes to the cell that runs now."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def say(self, sentence: str) -> None:
        """Prints one sentence."""
        self.stream("stdout", sentence + "\n")

    def table(self, table: Table) -> None:
        """Displays a table."""
        if table.rows:
            self._shell.display_pub.publish({"text/html": html_table(table), "text/plain": plain_text(table)})
        elif table.empty:
            self.say(table.empty)

    def stream(self, name: str, text: str) -> None:
        """Prints text as it is."""
        (sys.stdout if name == "stdout" else sys.stderr).write(text)

    def output(self, output: Output) -> None:
        """Publishes one output; a result is displayed, since it is not the cell's own value."""
        shown = {**output, "output_type": "display_data"} if output["output_type"] == "execute_result" else output
        Publisher(self._shell).publish(shown)

    @contextmanager
    def progress(self) -> Iterator[OnProgress]:
        """One line that changes, and is gone when the work is done."""
        bar = _ProgressLine(self._shell)
        try:
            yield bar.report
        finally:
            bar.clear()


class _ProgressLine:
    """A display that is updated in place, at most every 0.1 s."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._id = f"beep-{id(self)}-{time.monotonic_ns()}"
        self._begun = time.monotonic()
        self._last: tuple[str, float] | None = None

    def report(self, progress: Progress) -> None:
        now = time.monotonic()
        is_same = self._last is not None and self._last[0] == progress.text
        if now - self._begun < _PATIENCE_S:
            return
        if is_same and self._last is not None and now - self._last[1] < _REDRAW_S:
            return
        self._publish({"text/html": _progress_html(progress), "text/plain": progress.text})
        self._last = progress.text, now

    def clear(self) -> None:
        if self._last is not None:
            self._publish({"text/html": "", "text/plain": ""})

    def _publish(self, data: dict[str, str]) -> None:
        self._shell.display_pub.publish(data, transient={"display_id": self._id}, update=self._last is not None)


def html_table(table: Table) -> str:
    """The table as HTML; every text is escaped."""
    head = "".join(_cell("th", table, index, text) for index, text in enumerate(table.headings))
    body = "".join(
        f"<tr>{''.join(_cell('td', table, index, text) for index, text in enumerate(row))}</tr>" for row in table.rows
    )
    return f'<table class="beep"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(tag: str, table: Table, index: int, text: str) -> str:
    side = "right" if table.is_right(index) else "left"
    return f'<{tag} style="text-align: {side}; white-space: pre-line">{html.escape(text)}</{tag}>'


def _progress_html(progress: Progress) -> str:
    text = html.escape(progress.text)
    if progress.done_bytes is None:
        return f"<div>{text}</div>"
    if not progress.total_bytes:
        return f"<div>{text} {size_text(progress.done_bytes)}</div>"
    bar = f'<progress value="{progress.done_bytes}" max="{progress.total_bytes}"></progress>'
    return f"<div>{text} {bar} {size_text(progress.done_bytes)} of {size_text(progress.total_bytes)}</div>"

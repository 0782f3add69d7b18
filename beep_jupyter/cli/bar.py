"""A progress bar on a terminal, with bytes where they are known. Imports rich, so it is imported when needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn
from rich.table import Column

from ..models import OnProgress
from ..models import Progress as Report
from ..quantities import size_text


class _BarOfBytes(BarColumn):
    """A bar where the end is known; nothing elsewhere, since the spinner shows already that it goes on."""

    def render(self, task: Task) -> Any:
        return super().render(task) if task.total else ""


@contextmanager
def bar_on(file: TextIO) -> Iterator[OnProgress]:
    """Shows the latest report as a bar, which is gone when the context is left."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(overflow="ellipsis", no_wrap=True)),
        _BarOfBytes(bar_width=24),
        TextColumn("{task.fields[bytes]}", markup=False),
        console=Console(file=file),
        transient=True,
    )
    with bar:
        task = bar.add_task("Working", total=None, bytes="")

        def report(progress: Report) -> None:
            bar.update(
                task,
                description=progress.text,
                total=progress.total_bytes,
                completed=progress.done_bytes or 0,
                bytes=_bytes_text(progress),
            )

        yield report


def _bytes_text(progress: Report) -> str:
    if progress.done_bytes is None:
        return ""
    done = size_text(progress.done_bytes)
    return f"{done} of {size_text(progress.total_bytes)}" if progress.total_bytes else done

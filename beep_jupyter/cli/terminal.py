"""Shows what commands have to say in a terminal: rich tables and bars on one, plain lines in a pipe.

What was asked for goes to stdout; progress and errors go to stderr. rich is imported where a terminal can use it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from ..commands.show import Table, plain_text
from ..errors import BeepError
from ..models import OnProgress, Output, Progress

_STYLES = {
    **dict.fromkeys(("ok", "ready", "idle"), "green"),
    **dict.fromkeys(("busy", "starting", "building", "modified"), "yellow"),
    **dict.fromkeys(("FAILED", "broken", "dead"), "red"),
}


class TerminalShow:
    """A `Show` that writes to a terminal or a pipe.

    Args:
        stdout, stderr: where to write; each is a terminal or not.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO) -> None:
        self._stdout = stdout
        self._stderr = stderr

    def say(self, sentence: str) -> None:
        """Prints one sentence."""
        self.stream("stdout", sentence + "\n")

    def heading(self, text: str) -> None:
        """Prints the title of what follows, bold on a terminal."""
        self.stream("stdout", f"\n{_colored('1', text, self._stdout)}\n")

    def line(self, text: str) -> None:
        """Prints one line of something that only illustrates: a terminal cuts it at its edge."""
        columns = shutil.get_terminal_size().columns if self._stdout.isatty() else len(text)
        self.stream("stdout", (text if len(text) <= columns else text[: columns - 1] + "…") + "\n")

    def stream(self, name: str, text: str) -> None:
        """Writes text as it is, at once."""
        file = self._stdout if name == "stdout" else self._stderr
        file.write(text)
        file.flush()

    def table(self, table: Table) -> None:
        """Prints a table; aligned columns of any width where no terminal sets one."""
        if not table.rows:
            self.stream("stdout", f"{table.empty}\n" if table.empty else "")
        elif self._stdout.isatty():
            _print_rich(table, self._stdout)
        else:
            self.stream("stdout", plain_text(table) + "\n")

    def output(self, output: Output) -> None:
        """Writes streams as they come, and the plain text of what is displayed; an error is shown at the end."""
        if output["output_type"] == "stream":
            self.stream(output["name"], output["text"])
        elif "data" in output and "text/plain" in output["data"]:
            self.stream("stdout", output["data"]["text/plain"] + "\n")

    @contextmanager
    def progress(self) -> Iterator[OnProgress]:
        """A bar on a terminal, gone when the work is done; a line for each new step otherwise."""
        if not self._stderr.isatty():
            yield _PlainProgress(self._stderr).report
            return
        from .bar import bar_on

        with bar_on(self._stderr) as on_progress:
            yield on_progress

    def error(self, error: BeepError) -> None:
        """Prints one sentence, and the cure on a line of its own."""
        lines = [f"{_colored('31', 'Error', self._stderr)}: {error.what}"]
        if error.cure:
            lines.append(f"{_colored('36', 'Hint', self._stderr)}: {error.cure}")
        self.stream("stderr", "\n".join(lines) + "\n")


def _colored(color: str, text: str, file: TextIO) -> str:
    plain = not file.isatty() or "NO_COLOR" in os.environ
    return text if plain else f"\x1b[{color}m{text}\x1b[0m"


class _PlainProgress:
    """One line for each step; bytes would be noise in a log."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._last = ""

    def report(self, progress: Progress) -> None:
        if progress.text != self._last:
            self._file.write(progress.text + "\n")
            self._file.flush()
            self._last = progress.text


def _print_rich(table: Table, file: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, heading in enumerate(table.headings):
        side: Any = "right" if table.is_right(index) else "left"
        shown.add_column(Text(heading), justify=side, overflow="fold", no_wrap=index == 0)
    for row in table.rows:
        # Text, so that brackets in a path are no markup
        shown.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    Console(file=file).print(shown)

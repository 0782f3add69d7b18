"""`!command`: runs it in a shell, its output in the cell. Runs in the worker; imported with `get_ipython`.

A command runs in the session's process group, so the interrupt of the cell is its own, and writes to the session's
descriptors, which keeps its output in order with what is printed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run(command: str) -> int:
    """Runs it and returns its status: negative for the signal that ended it."""
    sys.stdout.flush()
    process = subprocess.Popen(command, shell=True, executable=_shell(), stdin=subprocess.DEVNULL)
    return _waited(process)


def output_of(command: str) -> SList:
    """Runs it and returns the lines that it wrote to its standard output."""
    sys.stdout.flush()
    process = subprocess.Popen(
        command, shell=True, executable=_shell(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    try:
        data = process.communicate()[0]
    except KeyboardInterrupt:
        _waited(process)
        raise
    return SList(data.decode("utf-8", "replace").splitlines())


def _waited(process: subprocess.Popen[bytes]) -> int:
    """Waits; an interrupt goes to the command, and comes here after it has ended."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def _shell() -> str | None:
    """The user's own shell, as IPython uses it."""
    shell = os.environ.get("SHELL", "")
    return shell if os.path.isabs(shell) and os.access(shell, os.X_OK) else None


class SList(list):  # type: ignore[type-arg]  # list[str] cannot be a base on 3.8
    """The lines of a command's output.

    Attributes:
        l: as a list. n: as one text. s: as one line. p: as paths.
    """

    @property
    def l(self) -> list[str]:  # noqa: E743  IPython's name
        return list(self)

    @property
    def n(self) -> str:
        return "\n".join(self)

    nlstr = n

    @property
    def s(self) -> str:
        return " ".join(self)

    spstr = s
    list = l

    @property
    def p(self) -> Any:
        from pathlib import Path

        return [Path(line) for line in self if os.path.exists(line)]

    paths = p

    def grep(self, pattern: Any, prune: bool = False, field: int | None = None) -> SList:
        """The lines that match a regular expression or satisfy a function; with `prune` the others."""
        import re

        fits = pattern if callable(pattern) else re.compile(pattern, re.IGNORECASE).search
        return SList(line for line in self if bool(fits(_field(line, field))) != prune)

    def fields(self, *numbers: int) -> Any:
        """Words of each line, by number; all of them without one."""
        split = [line.split() for line in self]
        if not numbers:
            return split
        return SList(" ".join(_present(words, numbers)) for words in split if words)

    def sort(self, field: int | None = None, nums: bool = False, **_: Any) -> SList:  # type: ignore[override]
        """The lines in order, by a word of theirs, or by the number in it."""

        def key(line: str) -> Any:
            text = _field(line, field)
            digits = "".join(letter for letter in text if letter.isdigit())
            return int(digits or 0) if nums else text

        return SList(sorted(self, key=key))


def _field(line: str, number: int | None) -> str:
    if number is None:
        return line
    words = line.split()
    return words[number] if -len(words) <= number < len(words) else ""


def _present(words: list[str], numbers: tuple[int, ...]) -> list[str]:
    return [words[number] for number in numbers if -len(words) <= number < len(words)]

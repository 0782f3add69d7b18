"""`!command`: runs it in a shell, its output in the cell. Runs in the worker; imported with `get_ipython`.

A command runs in the session's process group, so the interrupt of the cell is its own, and writes to a terminal whose
text is printed here, as IPython has it.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from _thread import start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run(command: str) -> int:
    """Runs it, its output in the cell, and returns its status: negative for the signal that ended it."""
    sys.stdout.flush()
    reading, writing = _terminal()
    try:
        process = _started(command, writing, writing)
    finally:
        os.close(writing)
    relay = _Relay(reading)
    try:
        relay.until(process)
    except KeyboardInterrupt:
        _end(process)
        raise
    finally:
        relay.finish()
    return process.wait()


def output_of(command: str) -> SList:
    """Runs it and returns the lines that it wrote, to standard output and to standard error."""
    sys.stdout.flush()
    process = _started(command, subprocess.PIPE, subprocess.STDOUT)
    try:
        data = process.communicate()[0]
    except KeyboardInterrupt:
        _end(process)
        raise
    return SList(data.decode("utf-8", "replace").splitlines())


def _started(command: str, out: int, err: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, shell=True, executable=_shell(), stdin=subprocess.DEVNULL, stdout=out, stderr=err)


def _terminal() -> tuple[int, int]:
    """The ends of a terminal: a notebook's commands write to one, so `ls` has columns and progress bars move."""
    reading, writing = pty.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    return reading, writing


class _Relay:
    """Prints what is written to a terminal.

    Args:
        reading: its end, which is closed here.
    """

    def __init__(self, reading: int) -> None:
        self._reading = reading
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_over = False

    def until(self, process: subprocess.Popen[bytes]) -> None:
        """Prints until the process has ended."""
        ended, ending = os.pipe()

        def wait() -> None:
            process.wait()
            os.close(ending)

        start_new_thread(wait, ())
        try:
            while not self._is_over and ended not in self._ready(ended, None):
                pass
            process.wait()
        finally:
            os.close(ended)

    def finish(self) -> None:
        """Prints what is left. What still writes was started in the background, and is printed as it comes."""
        while not self._is_over and self._ready(None, 0):
            pass
        if self._is_over:
            os.close(self._reading)
        else:
            start_new_thread(self._go_on, ())

    def _go_on(self) -> None:
        while not self._is_over:
            self._print_some()
        os.close(self._reading)

    def _ready(self, other: int | None, timeout_s: float | None) -> list[int]:
        """Waits for text or the other descriptor; prints the text."""
        watched = [self._reading] if other is None else [self._reading, other]
        ready: list[int] = select.select(watched, (), (), timeout_s)[0]
        if self._reading in ready:
            self._print_some()
        return ready

    def _print_some(self) -> None:
        try:
            data = os.read(self._reading, 1 << 16)
        except OSError:  # Linux says so when nobody is left who could write
            data = b""
        self._is_over = not data
        sys.stdout.write(self._decoder.decode(data, not data))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Passes an interrupt on, and waits; kills what does not end of it."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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

"""The exit status of `eval` and `run` where the code raised: what `python` would have exited with."""

from __future__ import annotations

import re

from ..errors import ExecutionError
from .terminal import TerminalShow

INTERRUPTED = 130  # 128 and SIGINT, as shells count
_NUMBER = re.compile(r"-?\d+")


def leave(error: ExecutionError, show: TerminalShow) -> int:
    """Shows on stderr what the code ended with, and returns the exit status for it."""
    if error.ename == "SystemExit":
        return _exit_status(error.evalue, show)
    show.stream("stderr", "\n".join(error.traceback or [str(error)]) + "\n")
    return INTERRUPTED if error.ename == "KeyboardInterrupt" else 1


def _exit_status(text: str, show: TerminalShow) -> int:
    """`sys.exit()` and `sys.exit(None)`: 0; a number: itself, as one byte; a text: said, and 1."""
    if text in ("", "None"):
        return 0
    if _NUMBER.fullmatch(text):
        return int(text) & 0xFF
    show.stream("stderr", text + "\n")
    return 1

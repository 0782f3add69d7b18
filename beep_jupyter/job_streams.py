"""What the program of a job says and hears: messages on standard output, and the end of standard input, which cancels.

Runs in the processes of jobs, which servers start; imports the standard library alone.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

Say = Callable[[dict[str, Any]], None]


def take_stdout() -> Say:
    """Keeps standard output for messages, each a line of JSON; what anybody prints goes to standard error."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(message: dict[str, Any]) -> None:
        try:
            stream.write(json.dumps(message) + "\n")
            stream.flush()
        except BrokenPipeError:
            pass  # who started the job is gone; the end of standard input says so too

    return say


def cancel_at_end_of_input() -> None:
    """From here on the end of standard input interrupts the main thread, as Ctrl-C does."""
    threading.Thread(target=_watch_input, daemon=True).start()


def _watch_input() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGINT)

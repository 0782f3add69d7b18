"""The other side of a contestant that has no way of its own to start one: a program of `far/` with a socket to it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "far"


class FarProcess:
    """A program in a process of its own.

    Args:
        program: its file in `far/`; it gets a descriptor to talk over as its argument.
        options: of its interpreter.
    """

    def __init__(self, program: str, *options: str) -> None:
        self.socket, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, *options, str(FOLDER / program), str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        self.pid = self._process.pid

    def read_line(self) -> str:
        """What it says first: where it listens."""
        with self.socket.makefile() as lines:
            return lines.readline().strip()

    def close(self) -> None:
        """Ends it."""
        self.socket.close()
        self._process.terminate()
        self._process.wait()

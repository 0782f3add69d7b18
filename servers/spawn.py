"""Starts a worker process. Runs in a server; imports only what is needed for it, since it is a server's first act."""

from __future__ import annotations

import _socket
import fcntl
import os
import sys

from beep_jupyter.worker import descriptors

_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031  # fcntl.F_SETPIPE_SZ is Linux's
_FIRST_FREE = 64  # our ends are moved above every number that a worker is given


VARIABLES = dict(os.environ)  # what a server's libraries add to them later is not the workers' business


def first_worker() -> Process | OSError:
    """The worker of the default session, or why it cannot be started."""
    try:
        return spawn_worker(f"{sys.argv[4]}.1")
    except OSError as error:
        return error


def spawn_worker(incarnation: str) -> Process:
    """Starts a worker of the backend whose program this is; the program's arguments say how (`pipe_server.py`).

    Raises:
        OSError: the interpreter cannot be started.
    """
    package, python, cache = sys.argv[1:4]
    return Process(python, os.path.join(package, "beep_jupyter", "worker", "boot.py"), cache, incarnation, VARIABLES)


class Process:
    """A worker process and our ends of what it was given.

    Attributes:
        pid: also its process group and system session.
        incarnation: marks the process and its descendants, in `BEEP_WORKER`.
        aside: the private channel of those who only look.
        channel: the private channel.
        stdout, stderr: reading ends of its descriptors 1 and 2, to be drained when it is gone.
        status: the file in which it says what it does now.
        life: writing end of the life pipe; nobody else holds one.
    """

    __slots__ = ("aside", "channel", "incarnation", "life", "pid", "status", "stderr", "stdout")

    def __init__(self, python: str, boot: str, cache: str, incarnation: str, variables: dict[str, str]) -> None:
        """Starts it.

        Args:
            python: the environment's interpreter.
            boot: path of the worker's `boot.py`.
            cache: folder for the worker's compiled modules.
            incarnation: unique among all workers.
            variables: its environment.

        Raises:
            OSError: the interpreter cannot be started.
        """
        self.incarnation = incarnation
        self.channel, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self.aside, their_aside = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self.stdout, out = _large_pipe()
        self.stderr, err = _large_pipe()
        self.status = _memory_file()
        life, self.life = os.pipe()
        given = {1: out, 2: err, descriptors.CHANNEL: theirs.fileno(), descriptors.STDOUT: self.stdout}
        given |= {descriptors.STDERR: self.stderr, descriptors.STATUS: self.status, descriptors.LIFE: life}
        given[descriptors.ASIDE] = their_aside.fileno()
        try:
            self.pid = _spawn([python, "-I", boot, cache], variables | {"BEEP_WORKER": incarnation}, given)
        except OSError:
            self.close()
            raise
        finally:
            theirs.close()
            their_aside.close()
            for descriptor in (out, err, life):
                os.close(descriptor)

    def close(self) -> None:
        """Closes our ends; the kernel kills a worker that still runs."""
        self.channel.close()
        self.aside.close()
        for descriptor in (self.stdout, self.stderr, self.status, self.life):
            os.close(descriptor)


def _spawn(command: list[str], environment: dict[str, str], given: dict[int, int]) -> int:
    """Starts a command in a system session of its own with exactly these descriptors, and no standard input."""
    moved = {number: fcntl.fcntl(ours, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) for number, ours in given.items()}
    actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    ]
    actions += [(os.POSIX_SPAWN_DUP2, ours, number) for number, ours in moved.items()]
    try:
        return os.posix_spawn(command[0], command, environment, file_actions=actions, setsid=True, setsigmask=[])
    finally:
        for ours in moved.values():
            os.close(ours)


def _large_pipe() -> tuple[int, int]:
    """A pipe that holds 1 MiB where the system lets it: C code that prints while it holds the GIL waits for a worker
    that cannot drain it, and would wait for ever once a common pipe's 64 KiB are full."""
    ends = os.pipe()
    try:
        fcntl.fcntl(ends[1], _F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        pass  # macOS, or this user's share of pipe memory is used up
    return ends


def _memory_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("beep-status")
    import tempfile  # macOS

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())

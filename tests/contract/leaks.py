"""The leak checker: what a test left behind, in this process and in the machine."""

from __future__ import annotations

import gc
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beep_jupyter.backends import processes
from beep_jupyter.home import Home

from .waiting import wait_until

SHARED_MEMORY = Path("/dev/shm")
_OURS = ("beep", "psm_")  # how our names and those of `multiprocessing` begin there


def processes_of(home: Home) -> list[int]:
    """Servers of a home, and whatever bears the marker of one of their workers."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _is_of(home, pid)]


def look(home: Home) -> Counter[str]:
    """All that could be left behind, each thing named."""
    gc.collect()
    found = [f"process {_command(pid)}" for pid in {*processes_of(home), *processes.descendants(os.getpid())}]
    found += [f"file {path.name}" for path in home.runtime_folder.iterdir()]
    found += [f"shared memory {path.name}" for path in SHARED_MEMORY.glob("*") if path.name.startswith(_OURS)]
    found += [f"thread {re.sub('[0-9]+', 'N', thread.name)}" for thread in threading.enumerate()]
    return Counter(found) + Counter(_descriptors())


@contextmanager
def nothing_left(home: Home, within_s: float = 2.0) -> Iterator[None]:
    """Proves that what runs inside leaves no process, descriptor, thread, socket, file or shared memory behind.

    A process may be replaced by another one of the same command.
    """
    before = look(home)
    yield
    wait_until(lambda: not look(home) - before, within_s)
    left = look(home) - before
    assert not left, f"left behind: {dict(left)}"


def _is_of(home: Home, pid: int) -> bool:
    try:
        command, variables = Path(f"/proc/{pid}/cmdline").read_bytes(), Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    is_ours = b"_server.py" in command or b"BEEP_WORKER=" in variables
    return is_ours and str(home.root).encode() in command + variables and processes.is_alive(pid)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200]
    except OSError:
        return "(gone)"


def _descriptors() -> Iterator[str]:
    """The open descriptors by what they lead to; numbers of sockets and pipes left out."""
    for name in os.listdir("/proc/self/fd"):
        try:
            yield "descriptor of " + re.sub("[0-9]+", "N", os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue  # the one that listed them

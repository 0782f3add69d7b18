"""Ends processes that contestants left behind, by pid, also those that have lost their parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import time

import psutil

PATIENCE_S = 20.0
_PR_SET_CHILD_SUBREAPER = 36


def take_in_orphans() -> None:
    """Makes this process the parent of whatever loses its own below it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def sweep(processes: list[psutil.Process]) -> int:
    """Ends processes and what is below them; returns how many that were."""
    found = set(processes)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.update(process.children(recursive=True))
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _reap(found)
    return len(found)


def _reap(processes: set[psutil.Process]) -> None:
    """Ours to wait for, since they became our children."""
    deadline = time.monotonic() + PATIENCE_S
    for process in processes:
        while time.monotonic() < deadline and process.is_running():
            try:
                if os.waitpid(process.pid, os.WNOHANG)[0]:
                    break
            except ChildProcessError:  # another's child: it becomes ours when that one is gone
                if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                    break
            time.sleep(0.01)

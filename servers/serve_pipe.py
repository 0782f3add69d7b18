"""Serves one backend on a Unix socket. Runs in the pipe server; standard library only."""

from __future__ import annotations

import os
import socket

from doorman import Doorman
from life import Life, read_order, report_unspawnable
from spawn import Process

BACKLOG = 128


def serve(first: Process | OSError) -> int:
    """Runs until the backend is stopped; returns the exit status.

    Args:
        first: the default session's worker, already spawned, or why it could not be.
    """
    order = read_order()
    if isinstance(first, OSError):
        return report_unspawnable(first)
    life = Life(order, on_stopped=lambda: None)  # the poller is all there is to end
    life.begin(first)
    listener = _listen(order["socket"])
    doorman = Doorman(life)
    life.open(f"unix:{order['socket']}", lambda: life.poller.watch(listener.fileno(), lambda: doorman.open(listener)))
    life.poller.run()
    return 0


def _listen(path: str) -> socket.socket:
    """A socket of mode 0600 from its first moment, whatever the umask."""
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener

"""What the worker does now, in a few bytes that the server reads whenever it likes. Shared by worker and server.

A memory file, written with one system call at the beginning and end of a request: the server learns of busy and idle
without a message, even while the worker holds the GIL. While idle it still names the latest request.
"""

from __future__ import annotations

import os
from struct import Struct

IDLE, BUSY = 0, 1
_LAYOUT = Struct("<BQQ")
_pack = _LAYOUT.pack
_pwrite = os.pwrite  # bound once; these run twice a request


def write_busy(descriptor: int, connection: int, request: int) -> None:
    _pwrite(descriptor, _pack(BUSY, connection, request), 0)


def write_idle(descriptor: int) -> None:
    _pwrite(descriptor, b"\0", 0)


def read(descriptor: int) -> tuple[bool, int, int]:
    """(is_busy, connection, request) of the request that runs, or of the latest one; zeros before the first."""
    state, connection, request = _LAYOUT.unpack(os.pread(descriptor, _LAYOUT.size, 0).ljust(_LAYOUT.size, b"\0"))
    return state == BUSY, connection, request

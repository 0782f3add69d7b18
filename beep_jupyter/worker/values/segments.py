"""Memory that one process lends to another on the same machine. Runs in worker and host; loaded when first lent.

A segment is a sealed memfd, a file in memory without a name:

    16 bytes   the nonce of this lending; who expects another one has come too late
     1 byte    1 once the receiver has opened it, written by the receiver
     …         from byte 4096 on, the data

The receiver opens it as /proc/<pid>/fd/<fd> and maps it privately (`mapping.py`). Nobody tells the lender when the
memory is not looked at any more: the kernel knows. It grants a write lease on a file only while nobody else has it open
or mapped, forks and dead processes included (fcntl(2), F_SETLEASE). So there is no message to get lost, and nothing is
left when processes die. Linux only; `Segment` fails elsewhere with AttributeError or OSError. Standard library.
"""

from __future__ import annotations

import mmap
import os
import signal
import time

try:
    import fcntl
except ImportError:  # Windows, where nothing is lent; clients import this module there too
    fcntl = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DATA_AT = 4096
NONCE_BYTES = 16
TAKEN_AT = NONCE_BYTES
PATIENCE_S = 60.0  # who has not opened a segment by then finds another nonce, and says so

# Since 3.9 or 3.10 in fcntl; fixed by Linux's fcntl.h.
F_ADD_SEALS, F_GET_SEALS = 1033, 1034
F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW = 1, 2, 4
_F_SETSIG = 10
_F_SETLEASE = 1024
_MFD_CLOEXEC, _MFD_ALLOW_SEALING = 1, 2


class Segment:
    """One piece of memory, lent again and again.

    Attributes:
        capacity_bytes: how much data fits.
        is_over: whether who was to take it will not do so any more, if it has not.
        lent_at: when, on the monotonic clock.
    """

    __slots__ = ("_descriptor", "_identity", "_memory", "_nonce", "_size_bytes", "capacity_bytes", "is_over", "lent_at")

    def __init__(self, capacity_bytes: int) -> None:
        self._descriptor = _make(DATA_AT + capacity_bytes)
        try:
            self._memory = mmap.mmap(self._descriptor, DATA_AT + capacity_bytes)
            found = os.fstat(self._descriptor)
            # What comes when somebody opens it in the moment of the lease. SIGURG is ignored; SIGIO would end us.
            fcntl.fcntl(self._descriptor, _F_SETSIG, signal.SIGURG)
        except BaseException:
            os.close(self._descriptor)
            raise
        self._identity = found.st_dev, found.st_ino
        self._nonce = b""
        self._size_bytes = 0
        self.capacity_bytes = capacity_bytes
        self.is_over = True
        self.lent_at = 0.0

    def claim(self) -> bool:
        """Takes it back if nobody can see it. From then on, who still has a reference to what was in it is refused."""
        if not (self.is_over or self._memory[TAKEN_AT] or time.monotonic() - self.lent_at > PATIENCE_S):
            return False
        try:
            fcntl.fcntl(self._descriptor, _F_SETLEASE, fcntl.F_WRLCK)
        except OSError:  # somebody has it open or mapped
            return False
        self._nonce = os.urandom(NONCE_BYTES)
        self._memory[: TAKEN_AT + 1] = self._nonce + b"\0"
        fcntl.fcntl(self._descriptor, _F_SETLEASE, fcntl.F_UNLCK)
        self.is_over = True
        return True

    def fill(self, data: memoryview, *, is_fresh: bool) -> dict[str, Any]:
        """Copies data in, and lends it.

        Args:
            data: bytes, no more than fit.
            is_fresh: whether there are no pages yet. The kernel makes them faster while it writes than one by one as
                they are touched, and says when there is no memory for them.

        Returns:
            The reference by which the receiver finds it.

        Raises:
            OSError: there is no memory.
        """
        if is_fresh:
            self._write(data)
        else:
            self._memory[DATA_AT : DATA_AT + data.nbytes] = data
        self._size_bytes = data.nbytes
        self.is_over = False
        self.lent_at = time.monotonic()
        return self.reference()

    def reference(self) -> dict[str, Any]:
        """What stands in a tree for the memory."""
        device, inode = self._identity
        return {
            "pid": os.getpid(),
            "fd": self._descriptor,
            "device": device,
            "inode": inode,
            "nonce": self._nonce.hex(),
            "size": self._size_bytes,
        }

    def close(self) -> None:
        """Lets go of it; whoever has it mapped keeps what is there."""
        self._memory.close()
        os.close(self._descriptor)

    def _write(self, data: memoryview) -> None:
        at = DATA_AT
        while data:
            count = os.pwrite(self._descriptor, data, at)
            at, data = at + count, data[count:]


def _make(size: int) -> int:
    """A memfd of fixed size, opened a second time: only such files count as open for writing, which the lease asks."""
    first = os.memfd_create("beep", _MFD_CLOEXEC | _MFD_ALLOW_SEALING)
    try:
        os.ftruncate(first, size)
        fcntl.fcntl(first, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)
        return os.open("/proc/self/fd/%d" % first, os.O_RDWR | os.O_CLOEXEC)
    finally:
        os.close(first)

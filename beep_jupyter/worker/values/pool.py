"""The segments of this process: lent, taken back, lent again. Runs in worker and host; loaded when first needed.

Memory that was touched before is ten times as fast as fresh memory, so segments are kept for a while. A fork forgets
its parent's. Standard library.
"""

from __future__ import annotations

import os
import time
from _thread import allocate_lock

from .receiver import SHARED_FROM_BYTES
from .segments import Segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PROOF = b"proof"
KEPT_S = 30.0  # a segment that nobody needs
_MOST_SEGMENTS = 64  # each costs a descriptor on either side
_STEPS = 4  # between one power of two and the next: at most a quarter of a segment is not used


class Pool:
    """Lends memory up to a limit.

    Args:
        limit_bytes: what all segments may have in sum; 0 for none at all.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._lock = allocate_lock()
        self._segments: list[Segment] = []
        os.register_at_fork(after_in_child=self._abandon)
        self._is_usable = limit_bytes > 0 and _is_told_by_kernel()

    @property
    def size_bytes(self) -> int:
        """What all its segments have in sum."""
        return sum(segment.capacity_bytes for segment in self._segments)

    def lend(self, data: memoryview) -> tuple[Segment, dict[str, Any]] | None:
        """Lends a copy of some memory.

        Args:
            data: bytes, contiguous.

        Returns:
            The segment, whose `is_over` is to be set when nobody will take it any more, and its reference. None where
            memory cannot be lent: it is below a mebibyte, the limit is reached, or the kernel has none.
        """
        if data.nbytes < SHARED_FROM_BYTES or not self._is_usable:
            return None
        return self._lend(data)

    def _lend(self, data: memoryview) -> tuple[Segment, dict[str, Any]] | None:
        with self._lock:
            try:
                kept = self._claimed(data.nbytes)
                segment = kept or self._made(_capacity(data.nbytes))
                return None if segment is None else (segment, segment.fill(data, is_fresh=kept is None))
            except OSError:  # no memory, or no descriptors
                return None

    def proof(self) -> dict[str, Any] | None:
        """A reference to a few bytes, by which another side finds out whether it can open what is lent here."""
        lent = self._lend(memoryview(PROOF)) if self._is_usable else None
        return None if lent is None else lent[1]

    def trim(self, unused_s: float = KEPT_S) -> bool:
        """Closes what was not needed for so long; answers whether anything is left."""
        with self._lock:
            before = time.monotonic() - unused_s
            self._close([segment for segment in self._segments if segment.lent_at <= before and segment.claim()])
            return bool(self._segments)

    def close(self) -> None:
        """Lets go of everything; whoever has it mapped keeps it."""
        with self._lock:
            self._close(self._segments[:])

    def _claimed(self, size: int) -> Segment | None:
        """A segment that is there, fits and is free; the smallest, and none that would be mostly empty."""
        fitting = [segment for segment in self._segments if size <= segment.capacity_bytes <= 2 * size]
        for segment in sorted(fitting, key=lambda segment: segment.capacity_bytes):
            if segment.claim():
                return segment
        return None

    def _made(self, capacity: int) -> Segment | None:
        """A new segment, in place of free ones of other sizes where the limit is reached."""
        for old in self._segments[:]:
            if self._has_room(capacity):
                break
            if old.claim():
                self._close([old])
        if not self._has_room(capacity):
            return None
        segment = Segment(capacity)
        self._segments.append(segment)
        segment.claim()
        return segment

    def _has_room(self, capacity: int) -> bool:
        return len(self._segments) < _MOST_SEGMENTS and self.size_bytes + capacity <= self.limit_bytes

    def _close(self, segments: list[Segment]) -> None:
        for segment in segments:
            self._segments.remove(segment)
            segment.close()

    def _abandon(self) -> None:
        """In a fork: the segments are the parent's to lend, and another thread may have held the lock."""
        self._lock = allocate_lock()
        self._close(self._segments[:])


def most_bytes() -> int:
    """A quarter of the machine's memory; 0 where none can be lent."""
    if not hasattr(os, "memfd_create"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4


def _capacity(size: int) -> int:
    """The size of the segment for so much data: of few kinds, so that one fits the next data too."""
    step = max(1 << 18, (1 << (size - 1).bit_length()) // (2 * _STEPS))
    return -(-size // step) * step


def _is_told_by_kernel() -> bool:
    """Whether there are such segments here and the kernel says when one is not looked at any more: tried with one."""
    try:
        segment = Segment(1)
    except (AttributeError, OSError):
        return False
    try:
        reference = segment.reference()
        if not segment.claim():
            return False
        other = os.open("/proc/self/fd/%d" % reference["fd"], os.O_RDWR)
        try:
            return not segment.claim()
        finally:
            os.close(other)
    except OSError:
        return False
    finally:
        segment.close()

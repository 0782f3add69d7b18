"""How much of the machine other work took while a run went on: what a reader must know to trust its numbers."""

from __future__ import annotations

import os
import time
from pathlib import Path

_IDLE = (3, 4)  # idle and waiting for disks, of the columns in /proc/stat (proc(5))
_GUESTS = 8  # from there on: counted before, as the time of users


class Weather:
    """Looks from when it is made."""

    def __init__(self) -> None:
        self._begun, self._busy_s, self._own_s = time.monotonic(), busy_s(), own_s()

    def others_cores(self) -> float:
        """How many cores others kept busy, on average. Own processes count once they have ended."""
        others_s = (busy_s() - self._busy_s) - (own_s() - self._own_s)
        return round(max(0.0, others_s / (time.monotonic() - self._begun)), 2)


def busy_s() -> float:
    """Of all cores since the machine started."""
    ticks = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    busy = sum(int(tick) for column, tick in enumerate(ticks[:_GUESTS]) if column not in _IDLE)
    return busy / os.sysconf("SC_CLK_TCK")


def own_s() -> float:
    """Of this process and of those below it that have ended."""
    return sum(os.times()[:4])

"""Sizes and durations as people write and read them. Standard library only."""

from __future__ import annotations

import re

from .errors import UsageError

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?b)?|b)?", re.IGNORECASE)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4}


def parse_size(text: str) -> int:
    """Bytes of `512M`, `2GiB`, `1.5g` (powers of 1024), `2GB` (of 1000) or `4096`.

    Raises:
        UsageError: it is no size, or nothing.
    """
    match = _SIZE.fullmatch(text.strip())
    size = _to_bytes(*match.groups()) if match else 0
    if size < 1:
        raise UsageError(f"{text!r} is not a size.", "Write it as 512M, 2GiB or a number of bytes.")
    return size


def _to_bytes(number: str, unit: str | None, ending: str | None) -> int:
    base = 1000 if (ending or "").lower() == "b" else 1024
    return int(float(number) * base ** (_POWERS[unit.lower()] if unit else 0))


def size_text(size_bytes: int | None) -> str:
    """`1.5 GiB` for 1610612736; empty where it is not known."""
    if size_bytes is None:
        return ""
    size = float(size_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


def duration_text(duration_s: float) -> str:
    """The two largest units: `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 1 h`."""
    seconds = int(duration_s)
    parts = (
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    )
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"

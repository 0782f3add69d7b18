"""What a folder really takes on disk. Host's Python; standard library only."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def size_on_disk_bytes(folder: Path) -> int:
    """Blocks that the tree occupies, times 512; a file with several hard links counts once, links are not followed.

    Files that vanish meanwhile do not count.
    """
    seen: set[tuple[int, int]] = set()
    return _size(os.fspath(folder), seen)


def _size(path: str, seen: set[tuple[int, int]]) -> int:
    try:
        status = os.lstat(path)
        is_folder = stat.S_ISDIR(status.st_mode)
        children = [entry.path for entry in os.scandir(path)] if is_folder else []
    except FileNotFoundError:
        return 0
    if (status.st_dev, status.st_ino) in seen:
        return 0
    seen.add((status.st_dev, status.st_ino))
    return status.st_blocks * 512 + sum(_size(child, seen) for child in children)

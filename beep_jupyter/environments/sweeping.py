"""Removes what builds and deletions that were killed left behind. Host's Python.

Runs at every listing and before every build, so nobody has to think of it. What somebody still works on (the
environment's lock is held) or works in (a backend runs there) stays.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import ConfigurationError
from ..home import Home, LockHeldError
from ..names import PATTERN
from .store import EnvironmentFolder, Generation, sweep_trash


def sweep(home: Home, backends_in: Callable[[Path], list[str]]) -> None:
    """Removes the leftovers of all environments."""
    sweep_trash(home)
    for folder in environment_folders(home):
        try:
            if folder.leftovers() or not folder.is_published():
                with folder.lock(timeout_s=0):
                    sweep_folder(folder, backends_in)
        except (LockHeldError, OSError, ConfigurationError):
            continue  # being built, not writable now, or unreadable: a listing must not fail for that


def sweep_folder(folder: EnvironmentFolder, backends_in: Callable[[Path], list[str]]) -> None:
    """Removes one environment's leftovers; the caller holds its lock."""
    for leftover in folder.leftovers():
        if not backends_in(Generation(leftover).venv):
            folder.discard(leftover)
    if not folder.is_published() and not folder.leftovers():
        folder.delete()


def environment_folders(home: Home) -> list[EnvironmentFolder]:
    """Every environment's folder, ready or not, by name."""
    names = sorted(path.name for path in home.environments.iterdir() if path.is_dir())
    return [EnvironmentFolder(home, name) for name in names if PATTERN.fullmatch(name)]

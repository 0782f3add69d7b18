"""`%%beep_env`: an environment that is declared in the notebook itself."""

from __future__ import annotations

from pathlib import Path

from ..commands import env
from ..commands.surface import Surface


def run(surface: Surface, line: str, cell: str) -> None:
    """Runs `%%beep_env LINE` with the cell's TOML; the lock is kept in the kernel's working directory.

    Raises:
        BeepError: the declaration cannot be meant, or what it declares could not be built.
    """
    request = env.parse(line, surface)
    if request is not None:
        env.declare(surface, request.name, cell, Path.cwd(), replace=request.replace)

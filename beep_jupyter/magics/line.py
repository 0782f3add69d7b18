"""`%beep`: a command of the tree, in a notebook."""

from __future__ import annotations

from ..commands.invoke import invoke, split
from ..commands.surface import Surface
from ..commands.tree import beep


def run(surface: Surface, line: str) -> None:
    """Runs `%beep LINE`.

    Raises:
        BeepError: the command failed, or the line is wrong.
    """
    invoke(beep, split(line), surface)

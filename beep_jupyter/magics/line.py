"""`%beep`: a command of the tree, in a notebook."""

from __future__ import annotations

import shlex

from ..commands.invoke import invoke
from ..commands.surface import Surface
from ..commands.tree import beep
from ..errors import UsageError


def split(line: str) -> list[str]:
    """The words of a magic's line, quoted as in a shell.

    Raises:
        UsageError: a quotation mark is not closed.
    """
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"The line cannot be read: {str(error).lower()}.", "Close the quotation mark.") from None


def run(surface: Surface, line: str) -> None:
    """Runs `%beep LINE`.

    Raises:
        BeepError: the command failed, or the line is wrong.
    """
    invoke(beep, split(line), surface)

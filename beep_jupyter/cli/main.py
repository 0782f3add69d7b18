"""`beep`: runs one command of the tree and turns what came of it into an exit status.

    0 done · 1 failed, with one sentence and a hint on stderr · 2 wrong usage · 130 interrupted

`eval` and `run` follow the code instead, as `python` does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from click.shell_completion import shell_complete

from ..commands.completion import VARIABLE
from ..commands.invoke import invoke
from ..commands.surface import Surface
from ..commands.tree import beep
from ..errors import BeepError, ExecutionError, UsageError
from . import code_status
from .terminal import TerminalShow

if TYPE_CHECKING:
    from ..manager import Beep


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `beep ARGUMENTS`.

    Args:
        arguments: the words behind `beep`; None takes those of this process.

    Returns:
        The exit status.
    """
    show = TerminalShow(sys.stdout, sys.stderr)
    surface = Surface(show, "terminal", _make_beep, demo=lambda manager, lab: _run_demo(manager, show, lab))
    if instruction := os.environ.get(VARIABLE):
        return shell_complete(beep, {"obj": surface}, "beep", VARIABLE, instruction)
    try:
        return invoke(beep, sys.argv[1:] if arguments is None else arguments, surface)
    except ExecutionError as error:
        return code_status.leave(error, show)
    except BeepError as error:
        show.error(error)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return code_status.INTERRUPTED
    except BrokenPipeError:  # somebody who had seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _make_beep() -> Beep:
    from ..manager import Beep  # not needed for `--help`

    return Beep()


def _run_demo(manager: Beep, show: TerminalShow, lab: bool) -> None:
    from .demo import run_demo  # nbclient and all behind it, for this command only

    run_demo(manager, show, lab)

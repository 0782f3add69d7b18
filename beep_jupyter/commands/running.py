"""`eval` and `run`: code in a backend, from a command."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ExecutionError
from . import script
from .options import pass_surface, timeout
from .params import BACKEND_OR_ENVIRONMENT
from .surface import Surface

if TYPE_CHECKING:
    from ..backends.backend import Backend


@click.command("eval")
@click.argument("name", type=BACKEND_OR_ENVIRONMENT)
@click.argument("code")
@timeout
@pass_surface
def evaluate(surface: Surface, name: str, code: str, timeout_s: float | None) -> None:
    """Run CODE in a backend or environment.

    Its output is shown as it comes, and its last value at the end. CODE `-` is read from standard input. In a
    terminal the exit status follows the code, and the backend of an environment ends with the command.
    """
    text = sys.stdin.read() if code == "-" else code
    with _backend(surface, name) as backend:
        backend.execute(text, timeout_s=timeout_s, on_output=surface.show.output, want_result=False)


@click.command(context_settings={"allow_interspersed_args": False})
@timeout
@click.argument("name", type=BACKEND_OR_ENVIRONMENT)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1, metavar="[ARG]...", type=click.UNPROCESSED)
@pass_surface
def run(surface: Surface, name: str, file: Path, arguments: tuple[str, ...], timeout_s: float | None) -> None:
    """Run FILE as a script in a backend or environment.

    It sees the ARGs in sys.argv, its own path in __file__, and "__main__" in __name__. Options of the command
    itself come before NAME. What the script defines stays in a backend that runs on.
    """
    code = script.code_of(file, arguments)
    with _backend(surface, name) as backend:
        try:
            backend.execute(code, timeout_s=timeout_s, on_output=surface.show.output, want_result=False)
        except ExecutionError as error:
            error.traceback = script.own_frames(error.traceback)
            raise


def _backend(surface: Surface, name: str) -> AbstractContextManager[Backend]:
    """The backend of that name. A terminal's `with` ends what `find` started; a notebook's kernel keeps it."""
    backend = surface.beep.find(name)
    return backend if surface.face == "terminal" else nullcontext(backend)

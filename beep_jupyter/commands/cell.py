"""The grammar of `%%beep_eval`, parsed by click so that its help and its completion come from one definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

import click

from ..errors import UsageError
from .invoke import wish_of
from .options import timeout
from .params import TARGETS, VARIABLES
from .surface import Surface

AUTO = ("auto",)  # stands for the variables that the code itself tells
PROGRAM = "%%beep_eval"


@dataclass(frozen=True, slots=True)
class CellRequest:
    """What the first line of a cell asked for.

    Attributes:
        names: backends or environments; empty where the one in use is meant.
        inputs: notebook variables to send, each once.
        outputs: variables to bring back, each once.
        session: which namespace; None is the backend's default one.
        timeout_s: when to interrupt; None never.
        raises: whether an error of the code is raised in the notebook.
        is_quiet: whether nothing but errors is shown.
        takes_pickle: whether values without a codec may travel as pickles.
        future: the variable that the cell's future becomes, where it runs in the background; empty where it does not.
        is_local: whether the cell runs in the notebook too.
    """

    names: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    session: str | None = None
    timeout_s: float | None = None
    raises: bool = True
    is_quiet: bool = False
    takes_pickle: bool = False
    future: str = ""
    is_local: bool = False


def _split(context: click.Context, parameter: click.Parameter, value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Commas and repetition both list names; each counts once, in its first place."""
    texts = [value] if isinstance(value, str) else value or ()
    return tuple(dict.fromkeys(name.strip() for text in texts for name in text.split(",") if name.strip()))


@click.command("beep_eval")
@click.argument("names", required=False, type=TARGETS, callback=_split, metavar="[NAME[,NAME...]]")
@click.option(
    "-i",
    "inputs",
    multiple=True,
    type=VARIABLES,
    callback=_split,
    metavar="a,b",
    help="Send variables; `auto` finds them.",
)
@click.option("-o", "outputs", multiple=True, callback=_split, metavar="c,d", help="Bring variables back.")
@click.option("--session", metavar="S", help="Run in another namespace.")
@timeout
@click.option("--bg", metavar="VAR", help="Run in the background; VAR becomes a future.")
@click.option("--no-raise", "no_raise", is_flag=True, help="Show an error of the code, but go on.")
@click.option("--quiet", is_flag=True, help="Show nothing but errors.")
@click.option("--pickle", is_flag=True, help="Let what has no codec travel as pickles, which may run code.")
@click.option("--local", is_flag=True, help="Run the cell in the notebook too.")
def beep_eval(names: tuple[str, ...], no_raise: bool, quiet: bool, **rest: Any) -> CellRequest:
    """Run the cell in a backend or environment.

    NAME may be left out where `%beep use` set one, or only one is running; several run the cell side by side. `auto`
    behind -i or -o finds the variables in the cell.
    """
    future = rest["bg"] or ""
    if future and (not future.isidentifier() or iskeyword(future)):
        raise UsageError(f"'{future}' cannot be the name of a variable.", "`--bg VAR` puts the cell's future into VAR.")
    if future and len(names) > 1:
        raise UsageError("A cell in the background runs in one backend.", "Name one, or leave `--bg` out.")
    return CellRequest(
        names,
        rest["inputs"],
        rest["outputs"],
        rest["session"],
        rest["timeout_s"],
        not no_raise,
        quiet,
        rest["pickle"],
        future,
        rest["local"],
    )


def parse(arguments: Sequence[str], surface: Surface) -> CellRequest | None:
    """What the words behind `%%beep_eval` ask for; None where they asked for help, which was shown.

    Raises:
        UsageError: they are wrong.
    """
    wish: CellRequest | None = wish_of(beep_eval, PROGRAM, arguments, surface)
    return wish

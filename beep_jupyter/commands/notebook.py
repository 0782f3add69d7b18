"""`use`: which backend the notebook's plain cells go to."""

from __future__ import annotations

import click

from ..errors import UsageError
from .options import pass_surface
from .params import BACKEND_OR_ENVIRONMENT
from .surface import Surface


@click.command()
@click.argument("name", required=False, type=BACKEND_OR_ENVIRONMENT)
@click.option("--off", is_flag=True, help="Run plain cells in the notebook again.")
@pass_surface
def use(surface: Surface, name: str | None, off: bool) -> None:
    """Send every following plain cell to NAME (notebook).

    Cells that begin with %beep or %%beep_ stay local. Without NAME it says which one is used.
    """
    routing = surface.routing
    if routing is None:
        raise UsageError("`use` works in a notebook only.", "There: `%load_ext beep_jupyter`, then `%beep use NAME`.")
    if name and off:
        raise UsageError("`use` takes a name or --off, not both.", "Say `%beep use NAME` or `%beep use --off`.")
    if name:
        surface.beep.find(name)  # so that a wrong name fails here, and not in the next cell
    if name or off:
        routing.switch_to(name)
    surface.show.say(_sentence(routing.name))


def _sentence(name: str | None) -> str:
    if name is None:
        return "Plain cells run in the notebook."
    return f"Plain cells run in '{name}' until `%beep use --off`."

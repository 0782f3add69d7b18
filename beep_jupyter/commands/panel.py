"""`panel`: the control panel, in a notebook."""

from __future__ import annotations

import click

from ..errors import UsageError
from .options import pass_surface
from .surface import Surface


@click.command()
@pass_surface
def panel(surface: Surface) -> None:
    """Show the control panel (notebook).

    It shows runtimes, environments and backends as they change, and creates, installs, starts, interrupts and stops
    them.
    """
    if surface.panels is None:
        raise UsageError("`panel` works in a notebook only.", "There: `%load_ext beep_jupyter`, then `%beep panel`.")
    surface.panels.show(surface.beep)

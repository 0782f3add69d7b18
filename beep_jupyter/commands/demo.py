"""`demo`: the main job from nothing, in a terminal."""

from __future__ import annotations

import click

from ..errors import UsageError
from .options import pass_surface
from .surface import Surface


@click.command()
@click.option("--lab", is_flag=True, help="Open the notebook in JupyterLab instead.")
@pass_surface
def demo(surface: Surface, lab: bool) -> None:
    """Run the quickstart notebook from nothing (terminal).

    Builds two environments, starts backends in them, runs the notebook through them and shows the result.
    """
    if surface.demo is None:
        raise UsageError("`demo` works in a terminal only.", "Type `beep demo` there.")
    surface.demo(surface.beep, lab)

"""`docs`: the API page of an http backend."""

from __future__ import annotations

import click

from ..listings import reach
from .options import pass_surface
from .params import BACKEND
from .surface import Surface


@click.command()
@click.argument("name", type=BACKEND)
@pass_surface
def docs(surface: Surface, name: str) -> None:
    """Open the API page of an http backend.

    The link is good for one use within a minute and holds no token; in a notebook, or where there is no browser, it is
    only shown.
    """
    import webbrowser  # 10 ms that only this command needs

    with reach(surface.beep, name) as backend:
        link = backend.docs_link()
    if surface.face == "terminal" and webbrowser.open(link):
        surface.show.say(f"Opened {link} in the browser.")
    else:
        surface.show.say(f"Open {link} within a minute; it works once.")

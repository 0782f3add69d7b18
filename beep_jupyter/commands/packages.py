"""`venv install` and `venv uninstall`: changing what an environment holds, with a preview."""

from __future__ import annotations

import click

from .options import pass_surface
from .params import ENVIRONMENT
from .surface import Surface

_dry_run = click.option("--dry-run", is_flag=True, help="Only show what would change.")


@click.command()
@click.argument("name", type=ENVIRONMENT)
@click.argument("packages", nargs=-1, required=True, metavar="PACKAGE...")
@_dry_run
@pass_surface
def install(surface: Surface, name: str, packages: tuple[str, ...], dry_run: bool) -> None:
    """Install PACKAGEs into an environment."""
    with surface.show.progress() as on_progress:
        done = surface.beep.environments.install(name, packages, dry_run=dry_run, on_progress=on_progress)
    surface.show.say(str(done))


@click.command()
@click.argument("name", type=ENVIRONMENT)
@click.argument("packages", nargs=-1, required=True, metavar="PACKAGE...")
@_dry_run
@pass_surface
def uninstall(surface: Surface, name: str, packages: tuple[str, ...], dry_run: bool) -> None:
    """Uninstall PACKAGEs from an environment."""
    with surface.show.progress() as on_progress:
        done = surface.beep.environments.uninstall(name, packages, dry_run=dry_run, on_progress=on_progress)
    surface.show.say(str(done))

"""`init`, `list` (`runtimes`) and `remove`: the Pythons of this machine."""

from __future__ import annotations

from pathlib import Path

import click

from ..models import Runtime
from .options import as_json, pass_surface
from .params import PYTHON, RUNTIME
from .show import Table, show_json
from .surface import Surface


@click.command()
@click.argument("version", required=False, type=PYTHON)
@click.option("--name", metavar="N", help="Call the runtime N instead of by its version.")
@click.option("--default", "make_default", is_flag=True, help="Make it the default even if there is one.")
@click.option("--from", "path", type=click.Path(path_type=Path), metavar="PATH", help="Adopt this Python instead.")
@pass_surface
def init(surface: Surface, version: str | None, name: str | None, make_default: bool, path: Path | None) -> None:
    """Make sure of a default runtime.

    Downloads Python VERSION (the newest supported one if none is given) and verifies its checksum, or adopts PATH.
    Without a way to download, it adopts the best Python found on this machine and says so.
    """
    with surface.show.progress() as on_progress:
        done = surface.beep.runtimes.init(
            version, name=name, path=path, make_default=make_default, on_progress=on_progress
        )
    if done.note:
        surface.show.say(done.note)
    surface.show.say(f"Python {done.runtime.version} is {done.how}: {done.runtime.id} at {done.runtime.path}.")


@click.command("list")
@as_json
@pass_surface
def list_runtimes(surface: Surface, as_json: bool) -> None:
    """List every Python found or managed (also: runtimes)."""
    found = surface.beep.runtimes.list()
    if as_json:
        return show_json(surface.show, found)
    rows = [_row(runtime) for runtime in found]
    return surface.show.table(
        Table(
            ("runtime", "version", "kind", "path", "note"),
            rows,
            f"No Python was found; `{surface.program} init` downloads one.",
        )
    )


def _row(runtime: Runtime) -> tuple[str, ...]:
    note = runtime.problem or ("default" if runtime.is_default else "")
    return runtime.id, runtime.version, runtime.kind, str(runtime.path), note


@click.command()
@click.argument("runtime", type=RUNTIME)
@pass_surface
def remove(surface: Surface, runtime: str) -> None:
    """Remove a managed runtime that no environment uses."""
    surface.beep.runtimes.remove(runtime)
    surface.show.say(f"Runtime '{runtime}' is removed.")

"""`venv ...`: environments, from their making to their end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..listings import environment_object, environment_objects
from ..models import Environment
from ..names import slug
from ..quantities import size_text
from .group import TopicGroup
from .options import as_json, pass_surface
from .params import ENVIRONMENT, PYTHON
from .show import Table, show_json
from .surface import Surface

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=TopicGroup)
def venv() -> None:
    """Build, inspect and delete environments."""


@click.command()
@click.argument("name")
@click.argument("packages", nargs=-1, metavar="[PACKAGE]...")
@click.option("--model", metavar="ID", help="NAME is a provider, and the environment is called PROVIDER-ID.")
@click.option("--python", type=PYTHON, metavar="X", help="A version, a runtime's id or a path.")
@click.option("-r", "--requirements", type=FILE, metavar="FILE", help="Install what a requirements file lists.")
@click.option("--lock", type=FILE, metavar="FILE", help="Install exactly what a pylock.toml lists.")
@click.option("--set", "package_set", metavar="SET", help="Add a named set of packages, such as data-science.")
@click.option("--dotnet", is_flag=True, help="Make .NET usable in it through pythonnet.")
@click.option("--replace", is_flag=True, help="Rebuild it if the name is taken by a different specification.")
@pass_surface
def create(
    surface: Surface, /, name: str, packages: tuple[str, ...], model: str | None, package_set: str | None, **spec: Any
) -> None:
    """Build the environment NAME with the PACKAGEs.

    The same specification again is instant; a different one under a taken name is refused.
    """
    chosen = f"{slug(name)}-{slug(model)}" if model else name
    with surface.show.progress() as on_progress:
        made = surface.beep.environments.create(
            chosen, packages=packages, set=package_set, on_progress=on_progress, **spec
        )
    surface.show.say(f"Environment '{made.name}' is ready: Python {made.version}, {_packages_text(made)}.")


def _packages_text(environment: Environment) -> str:
    count = len(environment.packages)
    return f"{count} package{'' if count == 1 else 's'}" if count else "no packages"


@click.command("list")
@as_json
@pass_surface
def list_environments(surface: Surface, as_json: bool) -> None:
    """List all environments."""
    described = environment_objects(surface.beep)
    if as_json:
        return show_json(surface.show, described)
    columns = ("name", "python", "state", ">packages", ">size", "locked", "backends")
    empty = f"There is no environment yet; `{surface.program} venv create NAME` builds one."
    return surface.show.table(Table(columns, [_row(facts) for facts in described], empty))


def _row(facts: dict[str, Any]) -> tuple[str, ...]:
    return (
        facts["name"],
        facts["version"],
        facts["state"],
        str(len(facts["packages"])),
        size_text(facts["size_bytes"]),
        "yes" if facts["is_locked"] else "",
        ", ".join(facts["backends"]),
    )


@click.command()
@click.argument("name", type=ENVIRONMENT)
@as_json
@pass_surface
def status(surface: Surface, name: str, as_json: bool) -> None:
    """Show all about one environment."""
    facts = environment_object(surface.beep, name)
    if as_json:
        return show_json(surface.show, [facts])
    rows = [
        ("name", facts["name"]),
        ("state", facts["state"] + (f": {facts['problem']}" if facts["problem"] else "")),
        ("python", f"{facts['version']} at {facts['python']}"),
        ("path", str(facts["path"])),
        ("size", size_text(facts["size_bytes"])),
        ("locked", "yes" if facts["is_locked"] else "no"),
        ("backends", ", ".join(facts["backends"]) or "none"),
        ("packages", "\n".join(facts["packages"]) or "none"),
    ]
    return surface.show.table(Table(("environment", name), rows))


@click.command()
@click.argument("name", type=ENVIRONMENT)
@click.option("--force", is_flag=True, help="Stop the backends that run in it first.")
@pass_surface
def delete(surface: Surface, name: str, force: bool) -> None:
    """Delete an environment; refused while a backend runs in it."""
    surface.beep.environments.delete(name, force=force)
    surface.show.say(f"Environment '{name}' is deleted.")


@click.command()
@pass_surface
def admin(surface: Surface) -> None:
    """Make sure of the admin environment.

    Code evaluated in it can `from beep_jupyter import Beep` and manage runtimes and environments.
    """
    with surface.show.progress() as on_progress:
        made = surface.beep.environments.admin(on_progress)
    surface.show.say(f"Environment '{made.name}' is ready: Python {made.version}, with beep_jupyter.")


@click.command()
@click.argument("name", type=ENVIRONMENT)
@click.argument("file", type=click.Path(path_type=Path))
@pass_surface
def export(surface: Surface, name: str, file: Path) -> None:
    """Write the lock of NAME to FILE, for `venv create --lock FILE`."""
    with surface.show.progress() as on_progress:
        written = surface.beep.environments.export(name, file, on_progress)
    surface.show.say(f"The lock of '{name}' is written to {written}.")


@click.command()
@click.argument("name", type=ENVIRONMENT)
@pass_surface
def lock(surface: Surface, name: str) -> None:
    """Lock what is installed, with hashes, as pylock.toml."""
    with surface.show.progress() as on_progress:
        written = surface.beep.environments.lock(name, on_progress)
    surface.show.say(f"Environment '{name}' is locked in {written}.")


@click.command()
@click.argument("source", type=ENVIRONMENT, metavar="A")
@click.argument("target", metavar="B")
@pass_surface
def clone(surface: Surface, source: str, target: str) -> None:
    """Build B as an exact copy of A."""
    with surface.show.progress() as on_progress:
        made = surface.beep.environments.clone(source, target, on_progress)
    surface.show.say(f"Environment '{made.name}' is ready: Python {made.version}, {_packages_text(made)}.")

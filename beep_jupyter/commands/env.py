"""`%%beep_env` and `env ...`: environments that notebooks declare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BeepError, InstallError, UsageError
from .group import TopicGroup
from .invoke import split, wish_of
from .options import pass_surface
from .params import ENVIRONMENT
from .surface import Surface

if TYPE_CHECKING:
    from ..environments.declared_notebook import DeclaringCell

PROGRAM = "%%beep_env"
replace = click.option("--replace", is_flag=True, help="Lock anew and rebuild, whatever has the name.")


@dataclass(frozen=True, slots=True)
class EnvRequest:
    """What the first line of a cell asked for."""

    name: str
    replace: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """A declaration that was checked; nothing is built yet."""

    name: str
    text: str
    replace: bool


@click.command("beep_env")
@click.argument("name", type=ENVIRONMENT)
@replace
def beep_env(name: str, replace: bool) -> EnvRequest:
    """Make the environment NAME what the cell declares, in TOML.

    Its keys: python, dependencies, requirements, set, dotnet. The lock is kept in the working directory as
    pylock.NAME.toml; while it holds, the same versions are built everywhere, and running the cell again is instant.
    """
    return EnvRequest(name, replace)


def parse(line: str, surface: Surface) -> EnvRequest | None:
    """What stands behind `%%beep_env`; None where it asked for help, which was shown.

    Raises:
        UsageError: it is wrong.
    """
    wish: EnvRequest | None = wish_of(beep_env, PROGRAM, split(line), surface)
    return wish


def declare(surface: Surface, name: str, text: str, folder: Path, *, replace: bool) -> None:
    """Makes an environment what is declared, and says how it is then.

    Raises:
        BeepError: as `EnvironmentManager.declare`.
    """
    with surface.show.progress() as on_progress:
        made = surface.beep.environments.declare(name, text, folder, replace=replace, on_progress=on_progress)
    count = len(made.environment.packages)
    packages = f"{count} package{'' if count == 1 else 's'}" if count else "no packages"
    facts = f"Python {made.environment.version}, {packages}, locked in {made.lock.name}"
    surface.show.say(f"Environment '{name}' is ready: {facts}.")


@click.group(cls=TopicGroup)
def env() -> None:
    """Build what notebooks declare with %%beep_env."""


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@replace
@pass_surface
def sync(surface: Surface, notebook: Path, replace: bool) -> None:
    """Build every environment that NOTEBOOK declares.

    Says one line for each. The locks are beside the notebook. Nothing is built where one of the declarations is
    wrong; where one cannot be built, the others are.
    """
    plans = _plans(surface, notebook)
    if not plans:
        surface.show.say(f"{notebook} declares no environment; a cell that begins with `%%beep_env NAME` does.")
    failed = [plan.name for plan in plans if not _is_built(surface, plan, notebook.parent, plans, replace)]
    if failed:
        raise InstallError(
            f"{len(failed)} of the {len(plans)} environments of {notebook} are not ready: {', '.join(failed)}.",
            "Mend what is said above, and run it again.",
        )


def _is_built(surface: Surface, plan: _Plan, folder: Path, plans: Sequence[_Plan], replace: bool) -> bool:
    """Builds one; of several, one that fails does not keep the others from being built."""
    try:
        declare(surface, plan.name, plan.text, folder, replace=replace or plan.replace)
    except BeepError as error:
        if len(plans) == 1:
            raise
        surface.show.stream("stderr", f"{error}\n")
        return False
    return True


def _plans(surface: Surface, notebook: Path) -> list[_Plan]:
    """Checks all declarations of a notebook.

    Raises:
        UsageError: one is wrong, or two want the same name or lock.
    """
    from ..environments.declared_lock import lock_path
    from ..environments.declared_notebook import declaring_cells

    plans: list[_Plan] = []
    places: dict[Path, str] = {}
    for cell in declaring_cells(notebook):
        if (plan := _plan(surface, cell, notebook.parent)) is None:
            continue
        lock = lock_path(notebook.parent, plan.name)
        if lock in places:
            raise UsageError(
                f"{cell.place} declares '{plan.name}', whose lock {lock.name} is that of {places[lock].lower()} too.",
                "Give each environment one cell, and a name of its own.",
            )
        places[lock] = cell.place.split(" of ")[0]
        plans.append(plan)
    return plans


def _plan(surface: Surface, cell: DeclaringCell, folder: Path) -> _Plan | None:
    from ..environments.declared import parse_declaration

    try:
        request = parse(cell.line, surface)
        if request is None:
            return None
        parse_declaration(request.name, cell.text, folder).check()
    except UsageError as error:
        raise UsageError(f"{cell.place}: {error.what}", error.cure) from None
    return _Plan(request.name, cell.text, request.replace)

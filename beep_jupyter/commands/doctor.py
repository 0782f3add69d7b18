"""`doctor`: why does this environment or backend not work."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import click

from ..backends.names import label
from ..errors import BackendNotFoundError
from ..models import Environment, Health
from .checks import Check, attempt, check_setup, show_checks
from .options import as_json
from .params import BACKEND_OR_ENVIRONMENT
from .surface import Surface

_START_LIMIT_S = 10.0


@click.command()
@click.argument("name", required=False, type=BACKEND_OR_ENVIRONMENT)
@as_json
@click.pass_context
def doctor(context: click.Context, name: str | None, as_json: bool) -> None:
    """Find out why an environment or backend does not work.

    Shows one line for each check, with a cure where it failed. Without NAME it checks the set-up, every environment
    and every backend. Exit status 1 where a check failed.
    """
    surface: Surface = context.obj
    checks = _check_all(surface) if name is None else _check_named(surface, name)
    context.exit(1 if show_checks(surface, checks, as_json) else 0)


def _check_all(surface: Surface) -> Iterator[Check]:
    home = True
    for check in check_setup(surface):
        home = home and (check.is_ok or check.name != "home")
        yield check
    if home:
        for environment in surface.beep.environments.list():
            yield from _check_environment(surface, environment)
        for health in surface.beep.backends():
            yield from _check_backend(surface, health)


def _check_named(surface: Surface, name: str) -> Iterator[Check]:
    environments = {environment.name: environment for environment in surface.beep.environments.list()}
    running = {label(health): health for health in surface.beep.backends()}
    if name not in environments and name not in running:
        raise BackendNotFoundError(name, [*environments, *running])
    if name in environments:
        yield from _check_environment(surface, environments[name])
    if name in running:
        yield from _check_backend(surface, running[name])


def _check_environment(surface: Surface, environment: Environment) -> Iterator[Check]:
    name = f"environment {environment.name}"
    is_ok = environment.state != "broken"
    yield Check(name, is_ok, environment.problem or f"{environment.state}, Python {environment.version}.")
    if is_ok and environment.state != "building":
        yield _starts(surface, environment)


def _starts(surface: Surface, environment: Environment) -> Check:
    """Whether the interpreter runs, whatever the files say."""
    name = f"interpreter of {environment.name}"
    command = [str(environment.python), "-I", "-c", "import sys; print(sys.version.split()[0])"]
    cure = f"Build it again: `{surface.program} venv create {environment.name} --replace`."
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_START_LIMIT_S, stdin=subprocess.DEVNULL)
    except OSError as error:
        return Check(name, False, f"{environment.python} does not start: {error.strerror}.", cure)
    except subprocess.TimeoutExpired:
        return Check(name, False, f"{environment.python} did not answer within {_START_LIMIT_S:g} s.", cure)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it exited with status {done.returncode}"])[-1]
        return Check(name, False, f"{environment.python} fails: {last}.", cure)
    return Check(name, True, f"{environment.python} starts.")


def _check_backend(surface: Surface, health: Health) -> Iterator[Check]:
    name = label(health)
    if health.state == "dead":
        cure = f"Give it a fresh one: `{surface.program} restart {name}`."
        yield Check(f"backend {name}", False, "its worker is dead.", cure)
        return
    yield attempt(f"backend {name}", lambda: _answer(surface, name))


def _answer(surface: Surface, name: str) -> str:
    with surface.beep.connect(name) as backend:
        now = backend.health()
    return f"{now.state}, answers at {now.address}."

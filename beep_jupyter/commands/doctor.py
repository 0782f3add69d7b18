"""`doctor`: why does this environment or backend not work."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping

import click

from ..backends.names import label
from ..backends.variables import worker_variables
from ..environments.dotnet import find_dotnet, has_pythonnet
from ..errors import BackendNotFoundError
from ..home import Home
from ..listings import reach
from ..models import Environment, Health
from .checks import Check, attempt, check_setup, show_checks
from .options import as_json
from .params import BACKEND_OR_ENVIRONMENT
from .surface import Surface

_START_LIMIT_S = 10.0
_VERSION = "import sys; print(sys.version.split()[0])"
_DOTNET = """
import clr
from System.Runtime.InteropServices import RuntimeEnvironment, RuntimeInformation
print(RuntimeInformation.FrameworkDescription, "at", RuntimeEnvironment.GetRuntimeDirectory())
"""


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
        if has_pythonnet(environment.path):
            yield _uses_dotnet(surface, environment)


def _starts(surface: Surface, environment: Environment) -> Check:
    """Whether the interpreter runs, whatever the files say."""
    is_ok, said = _ask(environment, _VERSION, os.environ)
    cure = "" if is_ok else f"Build it again: `{surface.program} venv create {environment.name} --replace`."
    return Check(f"interpreter of {environment.name}", is_ok, f"{environment.python} starts." if is_ok else said, cure)


def _uses_dotnet(surface: Surface, environment: Environment) -> Check:
    """Whether pythonnet starts a .NET runtime, with the variables that a backend there would have."""
    name, home = f".NET of {environment.name}", Home(surface.beep.home)
    found = find_dotnet(os.environ, home)
    is_ok, said = _ask(environment, _DOTNET, worker_variables(os.environ, home, environment.python))
    if is_ok:
        return Check(name, True, f"{said} starts.")
    if found:
        return Check(name, False, said, f"Set DOTNET_ROOT to another .NET than {found.root}.")
    again = f"`{surface.program} venv create {environment.name} ... --dotnet`"
    return Check(name, False, "no .NET 6 or newer was found.", f"Ask for it again, which unpacks one: {again}.")


def _ask(environment: Environment, code: str, variables: Mapping[str, str]) -> tuple[bool, str]:
    """Whether code runs in the environment's interpreter, and what it printed; or, as a sentence, why it does not."""
    python = environment.python
    command = [str(python), "-I", "-c", code]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_START_LIMIT_S, stdin=subprocess.DEVNULL, env=variables
        )
    except OSError as error:
        return False, f"{python} does not start: {error.strerror}."
    except subprocess.TimeoutExpired:
        return False, f"{python} did not answer within {_START_LIMIT_S:g} s."
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it exited with status {done.returncode}"])[-1]
        return False, f"{python} fails: {last.rstrip('.')}."
    return True, done.stdout.strip()


def _check_backend(surface: Surface, health: Health) -> Iterator[Check]:
    name = label(health)
    if health.state == "dead":
        cure = f"Give it a fresh one: `{surface.program} restart {name}`."
        yield Check(f"backend {name}", False, "its worker is dead.", cure)
        return
    yield attempt(f"backend {name}", lambda: _answer(surface, name))


def _answer(surface: Surface, name: str) -> str:
    with reach(surface.beep, name) as backend:
        now = backend.health()
    return f"{now.state}, answers at {now.address}."

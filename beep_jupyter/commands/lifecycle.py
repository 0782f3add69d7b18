"""`start`, `adopt`, `stop`, `restart` and `interrupt`: the lives of backends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .. import listings
from ..errors import UsageError
from .options import pass_surface
from .params import BACKEND, ENVIRONMENT, KIND, SIZE
from .surface import Surface

if TYPE_CHECKING:
    from ..backends.backend import Backend


@click.command()
@click.argument("kind", required=False, type=KIND)
@click.option("--backend", "kind_option", type=KIND, metavar="KIND", help="The same as KIND: pipe, http or grpc.")
@click.option("--venv", "environment", type=ENVIRONMENT, metavar="NAME|PATH", help="Where code runs.")
@click.option("--name", metavar="NAME", help="Call the backend NAME instead of by its environment.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="For http and grpc; 0 picks one.")
@click.option("--detach", is_flag=True, help="Return when it is ready and let it live on.")
@click.option(
    "--idle-timeout",
    "idle_timeout_s",
    type=click.FloatRange(min=0),
    metavar="S",
    help="End it after S seconds without use; 0 never. With --detach 3600 unless given.",
)
@click.option(
    "--memory-limit", "memory_limit_bytes", type=SIZE, default=0, metavar="SIZE", help="Such as 512M or 2GiB."
)
@pass_surface
def start(
    surface: Surface,
    /,
    kind: str | None,
    kind_option: str | None,
    environment: str | None,
    detach: bool,
    **options: Any,
) -> None:
    """Start a backend and print its address.

    KIND is pipe (if none is given), http or grpc. NAME is an environment; without --venv code runs in the default
    runtime. PATH may be any virtual or conda environment; it is used as it is. In a terminal the command stays,
    shows the log and ends the backend on Ctrl-C, unless --detach is given. In a notebook the kernel owns the
    backend.
    """
    chosen = _one_kind(kind, kind_option)
    _refuse_port(chosen, options["port"])
    if environment is None:
        _choose_default_runtime(surface)
    backend = surface.beep.start(chosen, environment=environment, detach=detach, **options)
    surface.show.say(f"Backend '{backend.name}' ({backend.kind}) is ready at {backend.address}.")
    if surface.face == "terminal" and not detach:
        _stay(surface, backend)


def _one_kind(kind: str | None, kind_option: str | None) -> str:
    if kind and kind_option and kind != kind_option:
        raise UsageError(f"The backend cannot be both {kind} and {kind_option}.", "Name its kind once.")
    return kind or kind_option or "pipe"


def _refuse_port(kind: str, port: int) -> None:
    if port and kind == "pipe":
        raise UsageError("A pipe backend has no port.", "Leave --port out, or start an http or grpc backend.")


def _choose_default_runtime(surface: Surface) -> None:
    runtime, is_new = surface.beep.runtimes.choose_default()
    if is_new:
        surface.show.say(
            f"Python {runtime.version} at {runtime.path} is the default runtime from now on; "
            f"`{surface.program} init VERSION --default` changes that."
        )


def _stay(surface: Surface, backend: Backend) -> None:
    """Shows the log until the backend ends, or ends it on Ctrl-C."""
    surface.show.say("Press Ctrl-C to stop it.")
    try:
        for line in backend.logs(follow=True):
            surface.show.stream("stdout", line.rstrip("\n") + "\n")
        surface.show.say(f"Backend '{backend.name}' has ended.")
    except KeyboardInterrupt:
        _tell_stopped(surface, backend.name, surface.beep.stop(backend.name))


def _tell_stopped(surface: Surface, name: str, swept: str) -> None:
    surface.show.say(f"Backend '{name}' is stopped." + (f" {swept}" if swept else ""))


@click.command()
@click.argument("name", type=BACKEND)
@pass_surface
def adopt(surface: Surface, name: str) -> None:
    """Become the owner of a running backend: it ends with you."""
    backend = surface.beep.connect(name)
    backend.adopt()
    surface.show.say(f"Backend '{backend.name}' now ends with this {_owner(surface)}.")
    if surface.face == "terminal":
        _stay(surface, backend)


def _owner(surface: Surface) -> str:
    return "command" if surface.face == "terminal" else "notebook"


@click.command()
@click.argument("names", nargs=-1, type=BACKEND, metavar="NAME...")
@click.option("--all", "is_all", is_flag=True, help="Stop every backend of this home.")
@pass_surface
def stop(surface: Surface, names: tuple[str, ...], is_all: bool) -> None:
    """Stop backends and all that they started."""
    if bool(names) == is_all:
        raise UsageError("`stop` needs either names or --all.", f"`{surface.program} status` lists what runs.")
    if is_all:
        return _stop_all(surface)
    for name in names:
        _tell_stopped(surface, name, surface.beep.stop(name))
    return None


def _stop_all(surface: Surface) -> None:
    stopped = surface.beep.stop_all()
    surface.show.say(f"Stopped: {', '.join(stopped)}." if stopped else "No backend was running.")


@click.command()
@click.argument("name", type=BACKEND)
@pass_surface
def restart(surface: Surface, name: str) -> None:
    """Give a backend a fresh worker; variables are lost."""
    listings.restart(surface.beep, name)
    surface.show.say(f"Backend '{name}' has a fresh worker; its variables are gone.")


@click.command()
@click.argument("name", type=BACKEND)
@pass_surface
def interrupt(surface: Surface, name: str) -> None:
    """Interrupt the code that runs; variables are kept."""
    with listings.reach(surface.beep, name) as backend:
        was_busy = backend.interrupt()
    surface.show.say(f"Backend '{name}' is interrupted." if was_busy else f"Backend '{name}' runs nothing now.")

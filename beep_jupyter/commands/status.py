"""`status` and `logs`: what runs, and what it wrote."""

from __future__ import annotations

import os

import click

from ..backends.names import is_jupyter_server
from ..listings import backend_object, backend_objects, reach
from ..models import Health
from ..quantities import duration_text, size_text
from .options import as_json, pass_surface
from .params import BACKEND
from .show import Table, show_json
from .surface import Surface


@click.command()
@click.argument("name", required=False, type=BACKEND)
@as_json
@pass_surface
def status(surface: Surface, name: str | None, as_json: bool) -> None:
    """Show the backends that run, or all about one."""
    chosen = backend_objects(surface.beep) if name is None else [backend_object(surface.beep, name)]
    if as_json:
        return show_json(surface.show, chosen)
    if name is not None:
        return surface.show.table(Table(("backend", name), _facts(chosen[0])))
    columns = ("name", "kind", "environment", "state", ">memory", "sessions", ">uptime", "owner", "address")
    empty = f"No backend is running; `{surface.program} start` starts one."
    return surface.show.table(Table(columns, [_row(health) for health in chosen], empty))


def _row(health: Health) -> tuple[str, ...]:
    return (
        health.name,
        health.kind,
        health.environment,
        health.state,
        size_text(health.memory_bytes),
        ", ".join(health.sessions),
        duration_text(health.uptime_s),
        owner_text(health.owner),
        health.address,
    )


def owner_text(owner: int | None) -> str:
    """Who a backend ends with: `detached`, `this process`, `Jupyter server` or another's process id."""
    if owner is None:
        return "detached"
    if owner != os.getpid() and is_jupyter_server(owner):
        return "Jupyter server"
    return "this process" if owner == os.getpid() else str(owner)


def _facts(health: Health) -> list[tuple[str, str]]:
    return [
        ("state", health.state),
        ("kind", health.kind),
        ("environment", health.environment),
        ("python", health.python),
        ("address", health.address),
        ("owner", owner_text(health.owner)),
        ("sessions", ", ".join(health.sessions)),
        ("memory", size_text(health.memory_bytes)),
        ("uptime", duration_text(health.uptime_s)),
        ("server", f"process {health.pid}"),
        ("worker", f"process {health.worker_pid}" if health.worker_pid else "none"),
        ("protocol", str(health.protocol)),
    ]


@click.command()
@click.argument("name", type=BACKEND)
@click.option("--follow", is_flag=True, help="Go on until the backend ends, or Ctrl-C.")
@pass_surface
def logs(surface: Surface, name: str, follow: bool) -> None:
    """Show what a backend's server wrote to its log."""
    with reach(surface.beep, name) as backend:
        for line in backend.logs(follow=follow):
            surface.show.stream("stdout", line.rstrip("\n") + "\n")

"""The objects that listings are made of: what `--json` prints and REST answers. Any process of the host."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from .backends.names import label
from .errors import BackendNotFoundError, EnvironmentNotFoundError
from .home import Home

if TYPE_CHECKING:
    from .backends.backend import Backend
    from .manager import Beep
    from .models import Environment, Health


def as_object(item: Any) -> Any:
    """A row as json can write it with `default=str`: dataclasses by their fields."""
    return asdict(item) if is_dataclass(item) and not isinstance(item, type) else item


def environment_objects(beep: Beep) -> list[dict[str, Any]]:
    """All environments, with what has to be looked up."""
    running = beep.backends()
    found = []
    for environment in beep.environments.list():
        with suppress(EnvironmentNotFoundError):  # it was deleted just now
            found.append(_described(beep, environment, running))
    return found


def environment_object(beep: Beep, name: str) -> dict[str, Any]:
    """One environment, with what has to be looked up.

    Raises:
        UsageError, EnvironmentNotFoundError: there cannot be, or is, none.
    """
    return _described(beep, beep.environments.get(name), beep.backends())


def backend_objects(beep: Beep) -> list[Health]:
    """All backends that run, under the names by which this process reaches them."""
    return [replace(health, name=label(health)) for health in beep.backends()]


def backend_object(beep: Beep, name: str) -> Health:
    """The backend that a listing calls so.

    Raises:
        BackendNotFoundError: there is none.
    """
    running = backend_objects(beep)
    for health in running:
        if health.name == name:
            return health
    raise BackendNotFoundError(name, [health.name for health in running])


def reach(beep: Beep, name: str) -> Backend:
    """A client of the backend that a listing calls so, for one request.

    `connect` would let the name mean that backend to this process from then on, in cells too.

    Raises:
        BackendNotFoundError: there is none.
    """
    from .backends.backend import Backend
    from .backends.connection_file import running

    address = backend_object(beep, name).address
    file = next((file for file in running(Home(beep.home)) if file.address == address), None)
    if file is None:  # it has ended just now
        raise BackendNotFoundError(name)
    return Backend(file)


def restart(beep: Beep, name: str) -> None:
    """Gives the backend that a listing calls so a fresh worker.

    By the client that cells of this process have, if they have one: they need not be told of what was asked for here.

    Raises:
        BackendNotFoundError: there is none.
        StartError: the fresh one did not become ready.
    """
    known = beep.running(name)
    if known is not None and known.address == backend_object(beep, name).address:
        known.restart()
    else:
        with reach(beep, name) as backend:
            backend.restart()


def _described(beep: Beep, environment: Environment, running: Iterable[Health]) -> dict[str, Any]:
    return {
        **asdict(environment),
        "size_bytes": beep.environments.size_bytes(environment.name),
        "backends": [label(health) for health in running if health.environment == environment.name],
    }

"""Which backend a cell without a name means."""

from __future__ import annotations

from ..backends.names import is_others
from ..errors import UsageError
from ..models import Health
from .surface import Surface


def choose_target(surface: Surface) -> str:
    """The name set by `use`, else that of the only backend running that is this process's own or shared.

    Raises:
        UsageError: none is running, or several are; the cure lists the choices.
    """
    if surface.routing is not None and surface.routing.name is not None:
        return surface.routing.name
    running = [health for health in surface.beep.backends() if not is_others(health)]
    if len(running) == 1:
        return running[0].name
    raise UsageError("The cell names no backend, and not exactly one is running.", _choices(surface, running))


def _choices(surface: Surface, running: list[Health]) -> str:
    names = [health.name for health in running] or [found.name for found in surface.beep.environments.list()]
    if names:
        return f"Name one of: {', '.join(names)}."
    return "Build an environment with `%beep venv create NAME`, or start a backend with `%beep start`."

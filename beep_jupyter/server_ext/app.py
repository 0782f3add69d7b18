"""`BeepApp`: the extension as Jupyter loads it. Runs in the Jupyter server; installing the package enables it."""

from __future__ import annotations

import re
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Float, Unicode

from .base import ROOT
from .handlers import HANDLERS, Unknown
from .service import Service

# What may stand for `{…}` in a path; anything else is a path that is not known.
_PARTS = {
    "name": r"(?P<name>[a-z0-9][a-z0-9._-]{0,63}(?:(?:@|%40)\d{1,10})?)",
    "id": r"(?P<id>[^/]+)",
}


class BeepApp(ExtensionApp):
    """Runtimes, environments and backends as REST under `/beep/v1/`."""

    name = "beep_jupyter"
    description = "Run any notebook cell in any Python environment, as if it were local."
    load_other_extensions = True

    home = Unicode(
        "", help="The home folder of runtimes and environments; empty takes BEEP_HOME, else the user's data folder."
    ).tag(config=True)
    cull_idle_timeout_s = Float(
        0.0, help="Backends started through this server end when nobody used them for so many seconds; 0 never."
    ).tag(config=True)

    _service: Service | None = None

    def initialize_settings(self) -> None:
        """Makes what does the work."""
        from ..manager import Beep

        self._service = Service(Beep(self.home or None), self.cull_idle_timeout_s)
        self.settings["beep_service"] = self._service

    def initialize_handlers(self) -> None:
        """Adds the routes, and one for everything else below theirs."""
        routes: list[tuple[Any, ...]] = [(_pattern(handler.template), handler) for handler in HANDLERS]
        self.handlers.extend([*routes, (f"{ROOT}(?:/.*)?", Unknown)])

    async def stop_extension(self) -> None:
        """Ends what this server owns; whatever is left ends with its process."""
        if self._service is not None:
            await self._service.stop()


def _pattern(template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: _PARTS[found[1]], template)

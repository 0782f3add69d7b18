"""`Beep`: the one object that every surface talks to. Any process of the host.

It owns nothing that runs: it puts the home, the settings, the runtimes, the environments and the backends of one home
together, and hands out the part that was asked for. Parts are made when they are first used.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .config import Config
from .home import Home

if TYPE_CHECKING:
    from .backends.backend import Backend
    from .environments.manager import EnvironmentManager
    from .models import Health, Kind
    from .runtimes.manager import RuntimeManager


class Beep:
    """Runtimes, environments and backends of one home.

    Args:
        home: the home folder; None takes `BEEP_HOME`, else the platform's user data folder.

    Raises:
        ConfigurationError: the home cannot be used.
    """

    def __init__(self, home: str | os.PathLike[str] | None = None) -> None:
        self._home = Home(home)
        self.config = Config(self._home)

    @property
    def home(self) -> Path:
        """The home folder."""
        return self._home.root

    @cached_property
    def runtimes(self) -> RuntimeManager:
        """Every Python of this machine: `.list() .find(version) .install(version) .remove(id) .default`."""
        from .runtimes.manager import RuntimeManager

        return RuntimeManager(self._home, self.config)

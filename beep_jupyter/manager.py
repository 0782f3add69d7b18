"""`Beep`: the one object that every surface talks to. Any process of the host.

It puts the home, the settings, the runtimes, the environments and the backends of one home together. Parts are made
when they are first used, so that looking at one does not load the others.
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
    from .backends.registry import BackendRegistry
    from .environments.manager import EnvironmentManager
    from .models import Health
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
        """Every Python of this machine."""
        from .runtimes.manager import RuntimeManager

        return RuntimeManager(self._home, self.config)

    @cached_property
    def environments(self) -> EnvironmentManager:
        """The virtual environments of this home."""
        from .environments.manager import EnvironmentManager

        return EnvironmentManager(
            self._home,
            self.config,
            self.runtimes,
            backends_in=lambda path: self._registry.names_in(self._label(path)),
            stop_backends=lambda path: self._registry.stop_in(self._label(path)),
        )

    @cached_property
    def _registry(self) -> BackendRegistry:
        from .backends.registry import BackendRegistry

        return BackendRegistry(self._home, self.config)

    def start(
        self,
        kind: str = "pipe",
        environment: str | os.PathLike[str] | None = None,
        *,
        name: str | None = None,
        port: int = 0,
        detach: bool = False,
        idle_timeout_s: float | None = None,
        memory_limit_bytes: int = 0,
        cull: bool = False,
    ) -> Backend:
        """Starts a backend and waits until it is ready.

        Args:
            kind: pipe, http or grpc (`rpc` means the same), in any case.
            environment: an environment's name, or the path of any virtual or conda environment, which is used as it
                is; None takes the default runtime.
            name: what to call it; None calls it as the environment.
            port: for http and grpc; 0 picks a free one.
            detach: nobody owns it; else this process does, and the backend ends with it.
            idle_timeout_s: ends a detached backend that is unused for so long, 0 never; None takes the setting.
            memory_limit_bytes: resident memory of each worker with its children; 0 is no limit.
            cull: `idle_timeout_s` ends it also where this process owns it.

        Raises:
            BackendExistsError: the name is taken by a live backend of one's own or a shared one.
            StartError: it did not become ready; nothing is left of it.
            EnvironmentNotFoundError, UnsupportedRuntimeError, UsageError.
        """
        if environment is None:
            runtime, _ = self.runtimes.choose_default()
            python, label = runtime.path, runtime.id
        else:
            found = self.environments.resolve(environment)
            python, label = found.python, self._label(found.path)
        return self._registry.start(
            kind,
            python,
            label,
            name=name,
            port=port,
            detach=detach,
            idle_timeout_s=idle_timeout_s,
            memory_limit_bytes=memory_limit_bytes,
            cull=cull,
        )

    def connect(self, target: str | os.PathLike[str], token: str | None = None) -> Backend:
        """A client of a running backend.

        Args:
            target: its name (`NAME@PID` for another process's), the path of its connection file, or its address.
            token: needed with an address only.

        Raises:
            BackendNotFoundError: nothing runs under that name.
            ConnectionLostError, AuthenticationError: it does not answer, or not to this token.
        """
        return self._registry.connect(target, token)

    def find(self, name: str) -> Backend:
        """What a cell's NAME means: a backend of one's own, a shared one, or an environment, in which a pipe backend
        of this process's own is started then.

        Raises:
            BackendNotFoundError: it is none of these.
            ConnectionLostError: this process used it, and it has died; only the first time.
        """
        backend = self._registry.find(name)
        if backend is not None:
            return backend
        known = {environment.name for environment in self.environments.list()}
        if name not in known:
            raise self._registry.not_found(name, known)
        return self.start("pipe", name)

    def running(self, name: str) -> Backend | None:
        """What a cell's NAME means, if that runs already; None where it does not. An empty name means the only one that
        is this process's own or shared."""
        if name:
            return self._registry.find(name)
        return self._registry.only()

    def backends(self) -> list[Health]:
        """All backends that run in this home, those of other processes included."""
        return self._registry.healths()

    def stop(self, name: str) -> str:
        """Stops a backend by name; `NAME@PID` names another process's.

        Returns:
            What had to be swept, as a sentence; empty where nothing was left behind.
        """
        return self._registry.stop(name)

    def stop_all(self) -> list[str]:
        """Stops all backends of this home, whoever owns them; answers their names."""
        return self._registry.stop_all()

    def _label(self, environment: Path) -> str:
        """What backends say they run in: an environment's name, or the path of one that is not of this home."""
        home = self._home.environments
        return environment.relative_to(home).parts[0] if environment.is_relative_to(home) else str(environment)

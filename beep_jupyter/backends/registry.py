"""The backends of one home: starting, finding, listing and stopping them. Runs in any process of the host."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..config import Config
from ..errors import (
    AuthenticationError,
    BackendExistsError,
    BackendNotFoundError,
    BeepError,
    ConnectionLostError,
    UsageError,
)
from ..home import Home
from ..models import Health
from ..names import check_name, slug
from . import names, processes
from .backend import Backend
from .connection_file import ConnectionFile, read, running
from .exchange import Terms
from .launcher import Launch, reap_ended, start_server
from .transports import check_platform, is_address, kind_at, kind_of


class BackendRegistry:
    """Knows what runs in a home, by its connection files, and what this process has to do with it."""

    def __init__(self, home: Home, config: Config) -> None:
        self._config = config
        self._connected: dict[str, Backend] = {}  # by name; what this process started, connected to or uses
        self._home = home

    def start(
        self,
        kind: str,
        python: Path,
        environment: str,
        *,
        name: str | None,
        port: int,
        detach: bool,
        idle_timeout_s: float | None,
        memory_limit_bytes: int,
        cull: bool = False,
    ) -> Backend:
        """See `Beep.start`."""
        check_platform()
        kind = kind_of(kind)
        if port and kind == "pipe":
            raise UsageError("A pipe backend has no port.", "Leave `--port` out.")
        name = check_name("backend", name or slug(Path(environment).name))
        if idle_timeout_s is None:
            idle_timeout_s = self._config.get("backend.idle_timeout_s") if detach else 0.0
        launch = Launch(kind, name, python, environment, port, detach, idle_timeout_s, memory_limit_bytes, cull)
        with self._home.lock(f"backend-{name}"):  # two starts of one shared name: one starts, the other is told
            self._refuse_taken(name)
            launched = start_server(self._home, launch)
        backend = Backend(launched.file, terms=self._terms(), is_started_here=True, reap=launched.reap)
        self._connected[name] = backend
        return backend

    def connect(self, target: str | os.PathLike[str], token: str | None) -> Backend:
        """See `Beep.connect`."""
        text = os.fspath(target)
        if is_address(text):
            backend = self._connect_address(text, token)
        elif text.endswith(".json") or os.sep in text:
            backend = Backend(read(Path(text)), terms=self._terms())
        else:
            backend = Backend(self._file_of(text), terms=self._terms())
        backend.health()
        self._connected[backend.name] = backend
        return backend

    def find(self, name: str) -> Backend | None:
        """The running backend that a name means to this process, or None.

        Raises:
            ConnectionLostError: this process used it, and it has died; only the first time.
        """
        known = self._connected.get(name)
        if known is not None and known.connection_file.exists():
            self._refuse_dead(known)
            return known
        self._connected.pop(name, None)
        meant = names.meant(name, self.healths())
        return self.connect(meant.address, self._token_of(meant)) if meant else None

    def _refuse_dead(self, known: Backend) -> None:
        """Tells once that a backend was lost with its variables; its name is free from then on."""
        if processes.is_alive(known.pid) or any(file.path == known.connection_file for file in running(self._home)):
            return
        del self._connected[known.name]
        raise ConnectionLostError(
            f"Backend '{known.name}' has died, and its variables with it.",
            "The name of an environment starts a fresh one, the next time.",
        )

    def only(self) -> Backend | None:
        """The only backend that is this process's own or shared; None where there is none, or another one."""
        own = [health for health in self.healths() if not names.is_others(health)]
        return self.find(own[0].name) if len(own) == 1 else None

    def healths(self) -> list[Health]:
        """The health of all that runs, by name."""
        reap_ended()
        found = []
        for file in running(self._home):
            try:
                found.append(Backend(file).health())
            except (ConnectionLostError, AuthenticationError):
                continue  # it ended just now
        return found

    def stop(self, name: str) -> str:
        """See `Beep.stop`."""
        backend = self._connected.pop(name, None)
        if backend is None or not backend.connection_file.exists():
            backend = Backend(self._file_of(name))
        swept = backend.stop()
        return f"{len(swept)} processes that its code had left behind were ended." if swept else ""

    def stop_all(self) -> list[str]:
        """See `Beep.stop_all`."""
        files = running(self._home)
        for file in files:
            Backend(file).stop()
        for backend in self._connected.values():
            backend.close()
        self._connected.clear()
        reap_ended()
        return [file.name for file in files]

    def names_in(self, environment: str) -> list[str]:
        """What listings call the backends that run in an environment."""
        return [names.label(health) for health in self.healths() if health.environment == environment]

    def stop_in(self, environment: str) -> None:
        """Stops the backends that run in an environment."""
        for file in running(self._home):
            if file.environment == environment:
                Backend(file).stop()

    def not_found(self, name: str, environments: Iterable[str] = ()) -> BeepError:
        """The error for a name that means nothing; says so where it is another process's."""
        healths = self.healths()
        others = [names.label(health) for health in healths if health.name == name]
        if others:
            cure = f"`connect('{others[0]}')` reaches it; `beep adopt` or `--detach` would share it."
            return BackendNotFoundError(name, cure=f"Another process owns {', '.join(others)}: {cure}")
        return BackendNotFoundError(name, {*environments, *(names.label(health) for health in healths)})

    def _terms(self) -> Terms:
        return Terms(self._config.get("transfer.max_bytes"), self._config.get("transfer.shared_memory_bytes"))

    def _refuse_taken(self, name: str) -> None:
        taken = names.meant(name, self.healths())
        if taken is not None:
            raise BackendExistsError(
                f"A backend called '{name}' runs already, in {taken.environment}.",
                f"Use it, stop it with `beep stop {name}`, or give the new one another `--name`.",
            )

    def _file_of(self, name: str) -> ConnectionFile:
        """The connection file that a name, or `NAME@PID`, means."""
        healths = self.healths()
        meant = names.meant(name, healths)
        if meant is None:
            labelled = [health for health in healths if name in (f"{health.name}@{health.owner}", health.address)]
            meant = labelled[0] if labelled else None
        if meant is None:
            raise self.not_found(name)
        return next(file for file in running(self._home) if file.address == meant.address)

    def _token_of(self, health: Health) -> str | None:
        return next((file.token for file in running(self._home) if file.address == health.address), None)

    def _connect_address(self, address: str, token: str | None) -> Backend:
        for file in running(self._home):
            if file.address == address and token in (None, file.token):
                return Backend(file, terms=self._terms())
        if token is None:
            raise AuthenticationError(f"{address} needs a token.", "Give the one in its connection file.")
        unnamed = Backend(ConnectionFile("", kind_at(address), address, token, 0, "", 0, Path()))
        health = unnamed.health()
        return Backend(
            ConnectionFile(
                health.name, health.kind, address, token, health.pid, health.environment, health.protocol, Path()
            ),
            terms=self._terms(),
        )

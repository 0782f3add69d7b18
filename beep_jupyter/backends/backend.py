"""`Backend`: a running backend, as a client holds it. Runs in any process of the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import ConnectionLostError, UsageError
from ..models import Health
from ..names import check_name
from .connection_file import ConnectionFile, end
from .exchange import DEFAULTS, Terms
from .session import Session
from .transport import Ownership
from .transports import open_transport

if TYPE_CHECKING:
    from .remote_environments import RemoteEnvironments


class Backend(Session):
    """A backend and its default session.

    `with` closes it, and stops it if this object started it.

    Attributes:
        name, kind, environment: what it is called, how it is reached, where its code runs.
        address: `unix:/path`, `http://127.0.0.1:PORT` or `127.0.0.1:PORT`.
        connection_file: the file that others find it by.
        pid: of its server.
    """

    def __init__(
        self,
        file: ConnectionFile,
        *,
        terms: Terms = DEFAULTS,
        is_started_here: bool = False,
        reap: Callable[[], Any] | None = None,
    ) -> None:
        transport = open_transport(file.kind, file.address, file.token, file.name)
        super().__init__(transport, file.name, file.environment, terms)
        self.name = file.name
        self.kind = file.kind
        self.environment = file.environment
        self.address = file.address
        self.connection_file = file.path
        self.pid = file.pid
        self._file = file
        self._is_started_here = is_started_here
        self._owning: Ownership | None = None
        self._reap = reap
        self._sessions: dict[str, Session] = {}
        self._terms = terms

    def session(self, name: str) -> Session:
        """Another namespace in a worker process of its own, opened if it is not there.

        Raises:
            UsageError: that cannot name a session.
            StartError: its worker did not become ready.
        """
        check_name("session", name)
        self._transport.control("sessions", {"open": name})
        if name not in self._sessions:
            self._sessions[name] = Session(self._transport.for_session(name), self.name, self.environment, self._terms)
        return self._sessions[name]

    def health(self) -> Health:
        """How it is now.

        Raises:
            ConnectionLostError: it is gone.
        """
        return Health(**self._transport.control("health", {}))

    def logs(self, follow: bool = False) -> Iterator[str]:
        """The lines of its log; with `follow`, further ones as they come, until it ends."""
        for event in self._transport.follow("logs", {"follow": follow}):
            yield event["line"]

    @property
    def environments(self) -> RemoteEnvironments:
        """The methods of `beep.environments`, carried out where the backend runs."""
        from .remote_environments import RemoteEnvironments

        return RemoteEnvironments(self._transport)

    def docs_link(self) -> str:
        """A link to the API page of an http backend; it holds no token, works once, and within a minute.

        Raises:
            UsageError: the backend is of another kind.
        """
        if self.kind != "http":
            raise UsageError(
                f"Backend '{self.name}' is a {self.kind} backend: it has no API page.", "Start an http backend."
            )
        path: str = self._transport.control("docs_link", {})["path"]
        return self.address + path

    def adopt(self) -> None:
        """Makes this process an owner: the backend ends when its last owner ends."""
        self._owning = self._transport.own()

    def stop(self) -> list[int]:
        """Ends the backend with all that its code started.

        Returns:
            The pids of processes that had to be swept after their worker.
        """
        try:
            swept: list[int] = self._transport.control("stop", {})["swept"]
        except ConnectionLostError:
            if not self.connection_file.name:  # known by its address alone
                raise
            swept = end(self._file)
        self.close()
        if self._reap is not None:
            self._reap()
        return swept

    def close(self) -> None:
        """Drops the client; the backend lives on."""
        super().close()
        for session in self._sessions.values():
            session.close()
        if self._owning is not None:
            self._owning.close()

    def __enter__(self) -> Backend:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_started_here:
            self.stop()
        else:
            self.close()

    def __repr__(self) -> str:
        return f"<Backend '{self.name}' ({self.kind}) in {self.environment} at {self.address}>"

"""The clients of one thread: whom it greets, hears and lets go. Runs in the worker.

The loop has some, on the main thread; who only looks is served by another, with clients of its own.
"""

from __future__ import annotations

import select

from .wire import FrameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .connection import Connection

    Serve = Callable[[Connection, dict[str, Any], Sequence[bytearray]], None]


class Clients:
    """Connections that are polled together.

    Args:
        ready: the fields of the ready frame but for the connection's number.
        serve: carries out one request; raises FrameError for what is none.
        on_left: called with the number of a connection that has ended.

    Attributes:
        poller: of these connections; who polls may add descriptors of its own.
    """

    __slots__ = ("_connections", "_on_left", "_ready", "_serve", "poller")

    def __init__(self, ready: dict[str, Any], serve: Serve, on_left: Callable[[int], None] | None = None) -> None:
        self._connections: dict[int, Connection] = {}  # descriptor -> Connection
        self._on_left = on_left
        self._ready = ready
        self._serve = serve
        self.poller = select.poll()

    @property
    def descriptors(self) -> list[int]:
        """Those of the connections."""
        return list(self._connections)

    def welcome(self, connection: Connection) -> None:
        """Greets a client and listens to it from here on."""
        self._connections[connection.fileno()] = connection
        self.poller.register(connection.fileno(), select.POLLIN)
        connection.send(dict(self._ready, type="ready", connection=connection.number))

    def hear(self, descriptor: int) -> None:
        """Serves what has come on a descriptor, if it is still a client's; a client that has left is let go."""
        connection = self._connections.get(descriptor)
        if connection is None:
            return
        try:
            frame = connection.receive()
            while frame is not None and connection.is_open:
                self._serve(connection, *frame)
                frame = connection.take()
        except FrameError as error:
            connection.refuse(error)
        if not connection.is_open:
            self._dismiss(connection)

    def after_fork_in_child(self) -> None:
        """Closes what must not be held by a child."""
        for connection in self._connections.values():
            connection.after_fork_in_child()

    def _dismiss(self, connection: Connection) -> None:
        descriptor = connection.fileno()
        self.poller.unregister(descriptor)
        del self._connections[descriptor]
        connection.close()
        if self._on_left is not None:
            self._on_left(connection.number)


def check_request(header: dict[str, Any]) -> int:
    """The id of a request.

    Raises:
        FrameError: it is no request.
    """
    request = header.get("id")
    if header.get("type") != "request" or type(request) is not int or type(header.get("fields")) is not dict:
        raise FrameError("what came is no request")
    return request

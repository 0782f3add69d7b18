"""Serves one backend over HTTP on a loopback port. Runs in the HTTP server.

uvicorn's loop has the main thread, the poller one of its own. The socket is bound here: a port that is taken is a
sentence of ours, and 0 picks a free one that can be told before anybody is let in.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from http_app import make_app
from http_docs import Links
from http_gate import Gate
from http_protocol import Connection
from life import Life, read_order, report_unspawnable
from spawn import Process

HOST = "127.0.0.1"
BACKLOG = 128
GRACE_S = 1  # what requests under way are given at the end; their workers have ended by then
KEEP_ALIVE_S = 24 * 3600  # a connection that the server closes is met by the next request that its client sends


class Logged(logging.Handler):
    """What uvicorn has to say that matters, as lines of the backend's log.

    Args:
        log: takes one line.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log(self.format(record).rstrip())


class Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: `Life` has the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(first: Process | OSError) -> int:
    """Runs until the backend is stopped; returns the exit status.

    Args:
        first: the default session's worker, already spawned, or why it could not be.
    """
    order = read_order()
    if isinstance(first, OSError):
        return report_unspawnable(first)
    servers: list[Server] = []
    life = Life(order, on_stopped=lambda: _tell(servers))
    life.begin(first)
    poller = threading.Thread(target=life.poller.run)
    poller.start()
    try:
        listener = _listen(order["port"])
    except OSError as error:
        life.fail(
            f"port {order['port']} of {HOST} cannot be had: {error.strerror}",
            "Take another `--port`, or leave it out: a free one is found.",
        )
    else:
        server = _make_server(life, listener)
        servers.append(server)
        asyncio.run(server.serve(sockets=[listener]))
    poller.join()
    return 0


def _make_server(life: Life, listener: socket.socket) -> Server:
    host, port = listener.getsockname()
    links = Links()
    gate = Gate(make_app(life, links), life.token, life.log, links)
    logger = logging.getLogger("uvicorn.error")  # of connections that are no HTTP it would say so for each
    logger.addHandler(Logged(life.log))
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    config = uvicorn.Config(
        gate,
        access_log=False,
        http=Connection,
        backlog=BACKLOG,
        date_header=False,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
        ws="none",  # an upgrade is a request like others, for which there is no route
    )
    life.open(f"http://{host}:{port}", lambda: None)
    return Server(config)


def _tell(servers: list[Server]) -> None:
    for server in servers:
        server.should_exit = True


def _listen(port: int) -> socket.socket:
    """A listening socket; without IPPROTO_TCP asyncio would leave Nagle's algorithm on: 44 ms a call.

    Raises:
        OSError: the port is taken, or not for this user.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past connections of the port do not matter
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener

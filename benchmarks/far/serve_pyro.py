"""The other side of Pyro5: one exposed object behind a Unix socket, whose address it reports."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import Pyro5.api


@Pyro5.api.expose
class Far:
    """What a user of Pyro5 would write to have texts evaluated and bytes kept."""

    def __init__(self) -> None:
        self._kept: Any = None

    def evaluate(self, code: str) -> Any:
        return eval(code)

    def pid(self) -> int:
        return os.getpid()

    def put(self, data: bytes) -> None:
        import numpy

        self._kept = numpy.frombuffer(data)

    def read(self) -> float:
        return float(self._kept.sum())

    def get(self) -> bytes:
        data: bytes = self._kept.tobytes()
        return data


def main() -> None:
    """Serves until it is ended."""
    Pyro5.api.config.SERIALIZER = "marshal"  # the only one that takes bytes as they are
    with tempfile.TemporaryDirectory(prefix="beep-") as folder:
        daemon = Pyro5.api.Daemon(unixsocket=str(Path(folder) / "pyro.sock"))
        uri = daemon.register(Far(), "far")
        socket.socket(fileno=int(sys.argv[1])).sendall(f"{uri}\n".encode())
        daemon.requestLoop()


if __name__ == "__main__":
    main()

"""The fault proxy: a forwarder between a client and a backend that delivers as badly as asked.

It listens where the backend's kind would (a Unix socket, or a port of the loopback), so a client reaches the backend
through it by address and token.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on close, RST instead of FIN


@dataclass(frozen=True)
class Faults:
    """What happens to the bytes.

    Attributes:
        latency_s: how long each piece is held back, both ways.
        is_sliced: pieces of 1 to 7 bytes, both ways.
        cut_at: the connection ends behind so many bytes from the backend.
        is_reset: it ends by a reset, not by an end of file.
        seed: of the sizes of pieces.
    """

    latency_s: float = 0.0
    is_sliced: bool = False
    cut_at: int | None = None
    is_reset: bool = False
    seed: int = 0


class FaultProxy:
    """Forwards to the backend at `target` until it is closed.

    Attributes:
        address: where clients come in, in the form of the backend's address.
        faults: of connections made from now on.
    """

    def __init__(self, target: str, faults: Faults) -> None:
        self.faults = faults
        self._folder = tempfile.TemporaryDirectory(prefix="beep-")
        self._is_unix = target.startswith("unix:")
        self._scheme = target[: target.rfind("/") + 1] if target.startswith("http") else ""
        self._target = target.removeprefix("unix:") if self._is_unix else int(target.rpartition(":")[2])
        self._listener = self._listen()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    @property
    def address(self) -> str:
        if self._is_unix:
            return f"unix:{self._listener.getsockname()}"
        return f"{self._scheme}[::1]:{self._target}" if self._scheme else f"127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def is_quiet(self) -> bool:
        """Whether every connection so far has ended."""
        return not any(thread.is_alive() for thread in self._threads[1:])

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._listener, *self._sockets):
            _shut(end)
        for thread in self._threads:
            thread.join(10)
        for end in (self._listener, *self._sockets):
            end.close()
        self._folder.cleanup()

    def _listen(self) -> socket.socket:
        """For HTTP at the same port of the other loopback address: a backend answers to no other port than its own."""
        listener = socket.socket(
            socket.AF_UNIX if self._is_unix else socket.AF_INET6 if self._scheme else socket.AF_INET
        )
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past connections of the port do not matter
        if self._is_unix:
            listener.bind(str(Path(self._folder.name) / "proxy.sock"))
        else:
            listener.bind(("::1", self._target) if self._scheme else ("127.0.0.1", 0))
        listener.listen(64)
        return listener

    def _begin(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            backend = socket.socket(socket.AF_UNIX if self._is_unix else socket.AF_INET)
            self._sockets += [client, backend]
            with contextlib.suppress(OSError):
                backend.connect(self._target if self._is_unix else ("127.0.0.1", self._target))
            if not self._is_unix:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                backend.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._begin(self._pump, client, backend, None)
            self._begin(self._pump, backend, client, self.faults.cut_at)

    def _pump(self, source: socket.socket, sink: socket.socket, left: int | None) -> None:
        faults = self.faults
        chance = random.Random(faults.seed)
        with contextlib.suppress(OSError):
            while data := source.recv(7 if faults.is_sliced else 65536):
                time.sleep(faults.latency_s)
                if left is not None:
                    data = data[:left]
                    left -= len(data)
                for piece in _pieces(data, chance) if faults.is_sliced else [data]:
                    sink.sendall(piece)
                if left == 0:
                    self._end(source, sink)
                    return
        _shut(sink)

    def _end(self, source: socket.socket, sink: socket.socket) -> None:
        if self.faults.is_reset and not self._is_unix:
            sink.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            sink.shutdown(socket.SHUT_RD)  # wakes who reads it here: while they do, closing would send nothing
            sink.close()
        _shut(sink)
        _shut(source)


def _pieces(data: bytes, chance: random.Random) -> list[bytes]:
    pieces = []
    while data:
        size = chance.randint(1, 7)
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)

"""A client that knows frames and nothing else, for what the real one would never send."""

from __future__ import annotations

import json
import socket
from types import TracebackType
from typing import Any

from beep_jupyter.backends.backend import Backend
from beep_jupyter.worker.wire import AFTER_HELLO, PROTOCOL, FrameReader, pack

Frame = tuple[dict[str, Any], list[bytes]]


class RawClient:
    """One connection of the session plane; `with` closes it."""

    def __init__(self, backend: Backend, session: str = "default") -> None:
        self._reader = FrameReader(AFTER_HELLO)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(backend.address.removeprefix("unix:"))
        token = json.loads(backend.connection_file.read_text())["token"]
        self.send({"type": "hello", "protocol": PROTOCOL, "token": token, "kind": "session", "session": session})
        self.ready, _ = self.receive()
        self._requests = 0

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.socket.close()

    def send(self, header: dict[str, Any], *buffers: bytes) -> None:
        self.socket.sendall(b"".join(pack(header, buffers)))

    def receive(self) -> Frame:
        while (frame := self._reader.take()) is None:
            count = self.socket.recv_into(self._reader.space())
            assert count, "the backend hung up"
            self._reader.fed(count)
        return frame[0], [bytes(buffer) for buffer in frame[1]]

    def ask(self, command: str, *buffers: bytes, inline: bool = False, **fields: Any) -> int:
        """Sends a request; answers its number."""
        self._requests += 1
        header = {"type": "request", "id": self._requests, "command": command, "fields": fields}
        self.send(header | ({"inline": True} if inline else {}), *buffers)
        return self._requests

    def reply(self) -> Frame:
        """The next reply; events before it are passed over."""
        while (frame := self.receive())[0]["type"] == "event":
            pass
        return frame

    def fields(self, command: str, *buffers: bytes, inline: bool = False, **fields: Any) -> dict[str, Any]:
        """What a request is answered with."""
        self.ask(command, *buffers, inline=inline, **fields)
        header, _ = self.reply()
        assert "error" not in header, header["error"]
        found: dict[str, Any] = header["fields"]
        return found

    def error(self, command: str, *buffers: bytes, **fields: Any) -> dict[str, Any]:
        """How a request is refused."""
        self.ask(command, *buffers, **fields)
        header, _ = self.reply()
        found: dict[str, Any] = header["error"]
        return found

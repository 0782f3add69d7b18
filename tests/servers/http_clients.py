"""A raw client of an http backend: `http.client`, and sockets where that is too polite."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from beep_jupyter.backends.backend import Backend

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[tuple[str, Any]]:
        """(name, data) of server-sent events."""
        blocks = [block for block in self.body.decode().strip().split("\n\n") if not block.startswith(":")]
        fields = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
        return [(found["event"], json.loads(found["data"])) for found in fields]


class HttpClient:
    """Asks by method and path, with the token unless told otherwise."""

    def __init__(self, backend: Backend) -> None:
        self.port = int(backend.address.rpartition(":")[2])
        self.token: str = json.loads(backend.connection_file.read_text())["token"]

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str | None] | None = None) -> Answer:
        """One request over a connection of its own.

        Args:
            body: bytes as they are, anything else as JSON.
            headers: beside the token and the body's type; None leaves one out.
        """
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        known: dict[str, str | None] = {"authorization": f"Bearer {self.token}"}
        if data is not None:
            known["content-type"] = "application/json"
        wanted = {name: value for name, value in (known | (headers or {})).items() if value is not None}
        with contextlib.closing(http.client.HTTPConnection(HOST, self.port, timeout=30)) as connection:
            connection.request(method, path, data, wanted)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def post(self, command: str, **fields: Any) -> Answer:
        """Carries out a command of the session plane."""
        return self.ask("POST", f"/api/{command}", fields)

    @contextlib.contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """A connection on which nothing was said."""
        with socket.create_connection((HOST, self.port), timeout=10) as connection:
            yield connection

    def say(self, data: bytes) -> bytes:
        """What is answered to these bytes until the connection ends."""
        with self.connection() as connection:
            connection.sendall(data)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while chunk := connection.recv(65536):
                    answer += chunk
        return answer

    def head(self, line: str, **headers: str) -> bytes:
        """The beginning of a request, with the token."""
        known = {"host": f"{HOST}:{self.port}", "authorization": f"Bearer {self.token}"}
        said = {name.replace("_", "-"): value for name, value in (known | headers).items()}
        lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
        return "\r\n".join([*lines, "", ""]).encode()

"""The census of doors: every route, method and command of a backend, knocked at with every wrong token.

Each kind says what there is to knock at (`routes`), taken from the server itself and not from a list kept here, and
what is answered to a token (`knock`). One that has a route which cannot be knocked at fails the census.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import MagicMock

import grpc

import beep_jupyter.worker
from beep_jupyter.backends.backend import Backend
from beep_jupyter.resources import find_folder

from . import raw_grpc, raw_pipe

SILENT = "closed without a word"


def token_of(backend: Backend) -> str:
    token: str = json.loads(backend.connection_file.read_text())["token"]
    return token


def wrong_tokens(backend: Backend, other: Backend) -> dict[str, str | None]:
    """Tokens that open nothing, by what is wrong with them."""
    right = token_of(backend)
    return {
        "missing": None,
        "empty": "",
        "wrong": "0" * len(right),
        "a prefix of the right one": right[:-1],
        "the right one and more": right + "0",
        "the right one in capitals": right.upper(),
        "another backend's": token_of(other),
    }


class Door(Protocol):
    """How one kind of backend is knocked at."""

    def routes(self) -> list[str]:
        """All that there is to knock at, and one that there is not."""

    def knock(self, route: str, token: str | None) -> Hashable:
        """What is answered: status and body, as a stranger sees them."""

    def close(self) -> None: ...


class PipeDoor:
    """Each command of each plane, right behind the hello."""

    def __init__(self, backend: Backend) -> None:
        self._path = backend.address.removeprefix("unix:")

    def routes(self) -> list[str]:
        worker, servers = Path(beep_jupyter.worker.__file__).parent, find_folder("servers")
        planes = {"session": worker.rglob("*.py"), "control": [servers / "control.py", servers / "doorman.py"]}
        found = [f"{plane} {name}" for plane, files in planes.items() for file in files for name in _commands_in(file)]
        found += [f"control venv_{name}" for name in _module_of_servers("venv_orders").FIELDS]
        return [*found, "session nothing", "control nothing", "nowhere nothing"]

    def knock(self, route: str, token: str | None) -> Hashable:
        plane, command = route.split()
        hello = {"type": "hello", "protocol": 1, "kind": plane} | ({} if token is None else {"token": token})
        request = {"type": "request", "id": 1, "command": command, "fields": {"code": "1"}}
        return knock_at_socket(self._path, raw_pipe.frame(hello) + raw_pipe.frame(request))

    def close(self) -> None:
        pass


def _commands_in(file: Path) -> list[str]:
    text = file.read_text()
    return re.findall(r"def do_(\w+)\(", text) + re.findall(r'"command"\) == "(\w+)"', text)


def knock_at_socket(path: str, data: bytes, wait_s: float = 5.0) -> bytes | str:
    """What a Unix socket answers to these bytes before it closes."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(wait_s)
        answer = b""
        try:
            client.connect(path)
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while chunk := client.recv(65536):
                answer += chunk
        except (ConnectionError, FileNotFoundError):
            pass
        return answer or SILENT


class GrpcDoor:
    """Each method of each service that reflection tells of, those of reflection and of health included."""

    def __init__(self, backend: Backend) -> None:
        self._insider = raw_grpc.Backend(backend.address, token_of(backend))
        self._channel = grpc.insecure_channel(backend.address)

    def routes(self) -> list[str]:
        services = self._insider.services()
        found = [f"/{service}/{method}" for service, methods in services.items() for method in methods]
        return [*found, "/beep.v1.PythonService/Nothing", "/no.Service/Nothing"]

    def knock(self, route: str, token: str | None) -> Hashable:
        """As a stream both ways, which every method understands; with one empty message."""
        metadata = [] if token is None else [("authorization", f"Bearer {token}")]
        call = self._channel.stream_stream(route)(iter([b""]), metadata=metadata, timeout=5)
        try:
            return next(call, SILENT)
        except grpc.RpcError as refused:
            told = sorted(name for name, _ in refused.trailing_metadata() or ())
            return refused.code().name, refused.details(), str(told)
        finally:
            call.cancel()

    def close(self) -> None:
        self._channel.close()
        self._insider.close()


class HttpDoor:
    """Each route of the application and of its OpenAPI document, an unknown one, and a WebSocket's handshake."""

    _HANDSHAKE = {  # noqa: RUF012
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    def __init__(self, backend: Backend) -> None:
        self._host = backend.address.removeprefix("http://")
        self._token = token_of(backend)

    def routes(self) -> list[str]:
        document = json.loads(self._send("GET", "/openapi.json", {"Authorization": f"Bearer {self._token}"})[1])
        found = {
            f"{method.upper()} {path}"
            for path, operations in document["paths"].items()
            for method in operations
            if method in ("get", "put", "post", "delete", "patch")
        }
        found |= set(app_routes())
        return [
            *sorted(found),
            "GET /",
            "GET /nothing",
            "POST /api/nothing",
            "OPTIONS /api/eval",
            "WEBSOCKET /api/eval",
        ]

    def knock(self, route: str, token: str | None) -> Hashable:
        method, path = route.split()
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if method == "WEBSOCKET":
            method, headers = "GET", headers | self._HANDSHAKE
        status, body = self._send(method, re.sub(r"\{.*?\}", "x", path), headers)
        return status, body

    def close(self) -> None:
        pass

    def _send(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, timeout=5)
        try:
            body = b"{}" if method in ("POST", "PUT") else None
            connection.request(method, path, body, {"Content-Type": "application/json"} | headers)
            answer = connection.getresponse()
            return answer.status, b"" if answer.headers.get_content_type() == "text/event-stream" else answer.read()
        except ConnectionError:
            return 0, SILENT.encode()  # nobody is there any more: with the gate removed the census stops the backend
        finally:
            connection.close()


def app_routes() -> Iterator[str]:
    """The routes of the application itself, those included that its document leaves out."""
    make_app, links = _module_of_servers("http_app").make_app, _module_of_servers("http_docs").Links()
    for route in _flat(make_app(MagicMock(), links).routes):  # routes are made without looking at the backend
        methods = getattr(route, "methods", None) or {"WEBSOCKET"}
        yield from (f"{method} {route.path}" for method in methods - {"HEAD"})


def _module_of_servers(name: str) -> Any:
    sys.path.append(str(find_folder("servers")))
    try:
        return import_module(name)
    finally:
        sys.path.pop()


def _flat(routes: Iterable[Any]) -> Iterator[Any]:
    """Newer releases of FastAPI keep included routers whole."""
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from _flat(included.routes) if included is not None else [route]


DOORS: dict[str, Callable[[Backend], Door]] = {"pipe": PipeDoor, "http": HttpDoor, "grpc": GrpcDoor}


def census(backend: Backend, tokens: Mapping[str, str | None]) -> dict[tuple[str, str], Hashable]:
    """The answer to each token at every route."""
    door = DOORS[backend.kind](backend)
    try:
        return {(route, why): door.knock(route, token) for route in door.routes() for why, token in tokens.items()}
    finally:
        door.close()

"""The floors: a bare echo over a Unix socket, a bare endpoint over HTTP and over gRPC, and a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from socket import AF_UNIX, socket

_ECHO = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
peer, _ = listener.accept()
while data := peer.recv(65536):
    peer.sendall(data)
"""


@contextmanager
def echo() -> Iterator[tuple[socket, subprocess.Popen[str]]]:
    """A socket whose other end answers with what it is sent, and the process there."""
    with tempfile.TemporaryDirectory(prefix="beep-") as folder:
        path = str(Path(folder) / "echo.sock")
        command = [sys.executable, "-I", "-S", "-c", _ECHO, path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with socket(AF_UNIX) as client:
                client.connect(path)
                yield client, process


def one_echo(client: socket, message: bytes = b"1 + 1") -> float:
    """Seconds for one message there and back."""
    begun = time.perf_counter()
    client.sendall(message)
    client.recv(65536)
    return time.perf_counter() - begun


def interpreter_start(python: str) -> float:
    """Seconds to start a bare interpreter and see it end."""
    begun = time.perf_counter()
    subprocess.run([python, "-I", "-c", "pass"], check=True)
    return time.perf_counter() - begun


def idle_interpreter_bytes(python: str) -> int:
    """Resident memory of an interpreter that waits for input."""
    with subprocess.Popen([python, "-I", "-c", "input()"], stdin=subprocess.PIPE) as process:
        time.sleep(0.5)
        size = resident_bytes(process.pid)
        process.communicate(b"\n")
        return size


def resident_bytes(pid: int) -> int:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


@contextmanager
def echo_call() -> Iterator[Callable[[], object]]:
    """One message there and back."""
    with echo() as (client, _):
        yield lambda: one_echo(client)


@contextmanager
def http_call() -> Iterator[Callable[[], object]]:
    """One request to the bare endpoint, over a connection that is kept."""
    import httpx

    with _server("bare_http.py") as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield lambda: client.post("/eval", json={"code": "1 + 1"}).json()["value"]


@contextmanager
def grpc_call() -> Iterator[Callable[[], object]]:
    """One unary call of the bare method."""
    import grpc
    from google.protobuf.wrappers_pb2 import StringValue

    with _server("bare_grpc.py") as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary("/bare.Python/Evaluate", StringValue.SerializeToString, StringValue.FromString)
        yield lambda: call(StringValue(value="1 + 1")).value


CALLS: dict[str, Callable[[], AbstractContextManager[Callable[[], object]]]] = {
    "pipe": echo_call,
    "http": http_call,
    "grpc": grpc_call,
}


@contextmanager
def _server(program: str) -> Iterator[int]:
    """A bare server in a process of its own; yields its port."""
    command = [sys.executable, str(Path(__file__).with_name(program))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()

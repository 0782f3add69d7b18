"""What strangers, other users and nonsense get at the doors of each kind, and that no secret leaves by them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import struct
import subprocess
import sys
import traceback
from pathlib import Path

import grpc
import pytest

from beep_jupyter import Beep
from beep_jupyter.backends import processes
from beep_jupyter.backends.backend import Backend
from beep_jupyter.errors import AuthenticationError
from beep_jupyter.home import Home

from . import raw_grpc, raw_http, raw_pipe
from .auth_census import token_of
from .conftest import Environments, Start
from .places import HOST

NESTED = b"[" * 3000 + b"]" * 3000
GARBAGE = {
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "http with a large body": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    + b"x" * 9999,
    "a huge header": struct.pack("<II", 1 << 30, 0) + b"x" * 100_000,
    "many buffers": struct.pack("<II", 2, 1 << 16) + b"{}" + struct.pack("<Q", 1 << 40) * 100,
    "a truncated frame": struct.pack("<II", 400, 0) + b'{"type": "hello"',
    "a nested frame": struct.pack("<II", len(NESTED), 0) + NESTED,
    "no UTF-8": struct.pack("<II", 4, 0) + b"\xff\xfe\x00\x00",
    "zeros": bytes(10_000),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 1000,
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\x55" * 500,
}
LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F")  # 127.0.0.1, and as a socket of IPv6 sees it
FEW_MIB = 12 << 20
OTHER_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c"]
IS_ROOT = os.getuid() == 0 and shutil.which("setpriv") and Path("/usr/bin/python3").exists()


def throw(address: str, data: bytes) -> None:
    """Sends bytes to an address, reads what is answered and hangs up."""
    is_unix = address.startswith("unix:")
    host, _, port = address.rpartition("/")[2].rpartition(":")
    with socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET) as client:
        client.settimeout(0.1)
        client.connect(address.removeprefix("unix:") if is_unix else (host, int(port)))
        try:
            client.sendall(data)
            while client.recv(65536):
                pass
        except OSError:
            pass


@pytest.mark.parametrize("name", GARBAGE)
def test_nonsense_ends_its_connection_and_harms_nobody(host_backend: Backend, name: str) -> None:
    assert host_backend.evaluate("x = 1\nx") == 1
    worker = host_backend.health().worker_pid
    throw(host_backend.address, GARBAGE[name])  # what is made once for all of them
    lines = len(list(host_backend.logs()))
    before = processes.memory_bytes([host_backend.pid])
    for _ in range(10):
        throw(host_backend.address, GARBAGE[name])
    assert processes.memory_bytes([host_backend.pid]) - before < FEW_MIB
    assert host_backend.evaluate("x") == 1
    assert host_backend.health().worker_pid == worker
    assert len(list(host_backend.logs())) - lines <= 10, "more than a line each"


@pytest.mark.parametrize("name", ["many buffers", "a nested frame", "no UTF-8", "zeros"])
def test_nonsense_behind_the_hello_ends_that_conversation_only(start: Start, name: str) -> None:
    with start("pipe") as backend:
        backend.evaluate("x = 1")
        worker = backend.health().worker_pid
        for plane in ("session", "control"):
            for _ in range(5):
                pipe = raw_pipe.Pipe(backend.address, token_of(backend), plane)
                pipe.socket.sendall(GARBAGE[name])
                pipe.socket.shutdown(socket.SHUT_WR)
                pipe.stream.read()
                pipe.stream.close()
                pipe.socket.close()
        assert backend.evaluate("x") == 1
        assert processes.memory_bytes([worker or 0]) < 64 << 20


def test_another_version_is_refused_naming_both(host_backend: Backend) -> None:
    told = refusal_of_version_99(host_backend)
    assert "protocol 1" in told
    assert "99" in told


def refusal_of_version_99(backend: Backend) -> str:
    token = token_of(backend)
    if backend.kind == "pipe":
        hello = {"type": "hello", "protocol": 99, "kind": "control", "token": token}
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(backend.address.removeprefix("unix:"))
            client.sendall(raw_pipe.frame(hello))
            return client.recv(65536).decode(errors="replace")
    if backend.kind == "http":
        http = raw_http.Backend(backend.address, token)
        status, _, body = http.send("GET", "/health", **{"Beep-Protocol": "99"})
        http.connection.close()
        assert status == 400
        return body.decode()
    with grpc.insecure_channel(backend.address) as channel:
        call = channel.unary_unary("/beep.v1.ControlService/GetHealth")
        with pytest.raises(grpc.RpcError) as caught:
            call(b"", metadata=[("authorization", f"Bearer {token}"), ("beep-protocol", "99")])
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        return str(caught.value.details())


def test_the_token_is_nowhere_but_in_the_connection_file(start: Start, beep: Beep, home: Home, kind: str) -> None:
    backend = start(kind)
    token = token_of(backend)
    backend.evaluate("import subprocess\nsubprocess.Popen(['sleep', '60'])")
    throw(backend.address, b"nonsense")
    pids = [backend.pid, *processes.descendants(backend.pid)]
    assert len(pids) >= 3
    for pid in pids:
        for what in ("cmdline", "environ"):
            assert token.encode() not in Path(f"/proc/{pid}/{what}").read_bytes()
    told = [repr(backend), repr(backend.health()), repr(vars(backend)), "\n".join(backend.logs()), backend.address]
    told.append(backend.evaluate("import os\nstr(dict(os.environ))"))
    with pytest.raises(AuthenticationError) as refused:
        Beep(home.root.parent / "nobody").connect(backend.address, token[:-1])
    told += traceback.format_exception(refused.value)
    assert token[:-1] not in "".join(told)
    files = [path for path in home.runtime_folder.iterdir() if path.is_file() and token in path.read_text()]
    assert files == [backend.connection_file]
    backend.stop()


def test_a_umask_of_zero_opens_nothing(environments: Environments, home: Home, kind: str) -> None:
    code = (
        "import os, sys; os.umask(0)\n"
        "from beep_jupyter import Beep\n"
        "with Beep().start(sys.argv[1], sys.argv[2], name='zero') as backend:\n"
        "    folder = backend.connection_file.parent\n"
        "    print([oct(path.stat().st_mode & 0o777) for path in (folder, *folder.glob('*'))])"
    )
    command = [sys.executable, "-c", code, kind, str(environments.of(HOST))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    folder, *files = json.loads(done.stdout.replace("'", '"'))
    assert folder == "0o700"
    assert len(files) >= 2
    assert set(files) == {"0o600"}


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user; setpriv and /usr/bin/python3 are needed")
def test_another_user_gets_nowhere(start: Start, kind: str) -> None:
    backend = start(kind)
    code = f"print(open({str(backend.connection_file)!r}).read())"
    done = subprocess.run([*OTHER_USER, code], capture_output=True, text=True, check=False)
    assert "PermissionError" in done.stderr
    if kind == "pipe":
        path = backend.address.removeprefix("unix:")
        code = f"import socket; socket.socket(socket.AF_UNIX).connect({path!r})"
        done = subprocess.run([*OTHER_USER, code], capture_output=True, text=True, check=False)
        assert "PermissionError" in done.stderr
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:80"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else str(value),
)
def test_what_a_foreign_page_could_send_is_refused(start: Start, headers: dict[str, str], status: int) -> None:
    with start("http") as backend:
        http = raw_http.Backend(backend.address, token_of(backend))
        answered, kind, body = http.send("POST", "/api/eval", {"code": "ran = True"}, **headers)
        assert (answered, kind) == (status, "application/problem+json")
        assert json.loads(body)["status"] == status
        http.connection.close()
        http.headers["Authorization"] = "Bearer wrong"  # a foreign page has no token: what it is told is the same
        if status == 403:
            assert http.send("POST", "/api/eval", {"code": "1"}, **headers)[0] == 403
        else:
            assert http.send("POST", "/api/eval", {"code": "1"}, **headers)[0] == 401
        http.connection.close()
        assert backend.evaluate("'ran' in globals()") is False


def test_a_server_is_on_the_loopback_only(start: Start, kind: str) -> None:
    if kind == "pipe":
        pytest.skip("a pipe is a file, not a port")
    backend = start(kind)
    port = int(backend.address.rpartition(":")[2])
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    heard = [line.split()[1] for line in listening.splitlines() if f":{port:04X} " in line and " 0A " in line]
    assert [address for address in heard if address.rpartition(":")[0] in LOOPBACK] == heard != []


def test_raw_grpc_is_refused_without_its_token(start: Start) -> None:
    backend = start("grpc")
    stranger = raw_grpc.Backend(backend.address, "0" * 64)
    with pytest.raises(grpc.RpcError) as caught:
        stranger.services()
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    stranger.close()

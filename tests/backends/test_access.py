"""The pipe's door: who gets in, and what strangers and nonsense get."""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.pipe import PipeTransport
from beep_jupyter.errors import AuthenticationError, ConnectionLostError, ProtocolError, UsageError
from beep_jupyter.worker.wire import PROTOCOL, pack


def knock(backend: Backend, data: bytes, wait_s: float = 3.0) -> bytes:
    """What the server answers to these bytes before it closes."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(wait_s)
        client.connect(backend.address.removeprefix("unix:"))
        try:
            client.sendall(data)
            answer = b""
            while chunk := client.recv(65536):
                answer += chunk
        except (BrokenPipeError, ConnectionResetError):
            pass
        return answer


def hello(**fields: object) -> bytes:
    return b"".join(pack({"type": "hello", "protocol": PROTOCOL, "kind": "control"} | fields))


def refusal(answer: bytes) -> dict[str, object]:
    size, _ = struct.unpack_from("<II", answer)
    content: dict[str, object] = json.loads(answer[8 : 8 + size])
    return content


@pytest.mark.parametrize("token", [None, "", "0" * 64, 5, "prefix", "ünïcode"])
def test_a_wrong_or_missing_token_is_refused_in_the_same_words(host_backend: Backend, token: object) -> None:
    own = json.loads(host_backend.connection_file.read_text())["token"]
    given = {"token": own[:-1] if token == "prefix" else token} if token is not None else {}
    for kind in ("control", "session"):
        answer = refusal(knock(host_backend, hello(kind=kind, **given)))
        assert answer == {"type": "refused", "code": "unauthenticated", "message": "wrong or missing token"}


def test_the_client_says_that_the_token_was_refused(host_backend: Backend) -> None:
    stranger = PipeTransport(host_backend.address, "0" * 64, "test")
    with pytest.raises(AuthenticationError, match=r"wrong or missing token.*Connect with the token"):
        stranger.control("health", {})
    with pytest.raises(AuthenticationError):
        stranger.call("eval", {"code": "1"})


def test_another_protocol_version_is_refused_naming_both(host_backend: Backend) -> None:
    token = json.loads(host_backend.connection_file.read_text())["token"]
    answer = refusal(knock(host_backend, hello(token=token, protocol=99)))
    assert answer["code"] == "protocol"
    assert "protocol 1" in str(answer["message"])
    assert "99" in str(answer["message"])


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        struct.pack("<II", 1 << 30, 0),
        struct.pack("<II", 4097, 0) + b" " * 4097,
        struct.pack("<II", 2, 1) + b"{}" + struct.pack("<Q", 8) + b"12345678",
        struct.pack("<II", 4, 0) + b"\xff\xfe\x00\x00",
        struct.pack("<II", 2, 0) + b"[]",
        struct.pack("<II", 3000, 0) + b"[" * 3000,
        b"\x00" * 8,
    ],
    ids=["http", "huge", "over 4 KiB", "with a buffer", "not utf-8", "no object", "nested", "empty"],
)
def test_nonsense_is_closed_with_one_log_line_and_others_go_on(host_backend: Backend, data: bytes) -> None:
    before = len(list(host_backend.logs()))
    knock(host_backend, data)
    lines = list(host_backend.logs())[before:]
    assert len(lines) == 1
    assert "refused a connection" in lines[0]
    assert host_backend.evaluate("1 + 1") == 2


def test_a_caller_that_says_nothing_is_closed_after_two_seconds(host_backend: Backend) -> None:
    begun = time.monotonic()
    knock(host_backend, b"\x10", wait_s=5)
    assert 1.5 < time.monotonic() - begun < 3


def test_silent_callers_do_not_keep_others_out(host_backend: Backend) -> None:
    path = host_backend.address.removeprefix("unix:")
    callers = [socket.socket(socket.AF_UNIX) for _ in range(30)]
    for caller in callers:
        caller.connect(path)
    assert host_backend.health().state == "idle"
    for caller in callers:
        caller.close()


def test_nonsense_on_an_open_session_ends_that_connection_only(host_backend: Backend) -> None:
    token = json.loads(host_backend.connection_file.read_text())["token"]
    knock(host_backend, hello(token=token, kind="session") + b"\xff" * 100)
    knock(host_backend, hello(token=token, kind="session") + b"".join(pack({"type": "nonsense"})))
    assert host_backend.evaluate("1 + 1") == 2


@pytest.mark.parametrize("request_id", [-1, 1 << 64, 1 << 70])
def test_a_request_with_an_id_beyond_64_bits_ends_that_connection_only(host_backend: Backend, request_id: int) -> None:
    token = json.loads(host_backend.connection_file.read_text())["token"]
    worker = host_backend.health().worker_pid
    request = {"type": "request", "id": request_id, "command": "eval", "fields": {"code": "1"}}
    answer = knock(host_backend, hello(token=token, kind="session") + b"".join(pack(request)))
    assert b"a request's id is from 0 to" in answer
    assert host_backend.health().worker_pid == worker


def test_a_request_sent_right_behind_the_hello_is_answered(host_backend: Backend) -> None:
    token = json.loads(host_backend.connection_file.read_text())["token"]
    request = {"type": "request", "id": 1, "command": "eval", "fields": {"code": "40 + 2"}}
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(3)
        client.connect(host_backend.address.removeprefix("unix:"))
        client.sendall(hello(token=token, kind="session") + b"".join(pack(request)))
        answer = b""
        while b'"reply"' not in answer:
            answer += client.recv(65536)
    assert b'"value":42' in answer


def test_an_unknown_command_is_an_error_of_the_protocol(host_backend: Backend) -> None:
    with pytest.raises(ProtocolError, match="has no command 'fly'"):
        host_backend._transport.control("fly", {})
    with pytest.raises(ProtocolError, match="has no command 'fly'"):
        host_backend._caller.call("fly", {})


def test_a_backend_that_is_gone_cannot_be_reached(host_backend: Backend) -> None:
    gone = PipeTransport("unix:/nowhere/x.sock", "0" * 64, "ghost")
    with pytest.raises(ConnectionLostError, match="Backend 'ghost' cannot be reached"):
        gone.control("health", {})


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv to be another user")
def test_another_user_cannot_connect(host_backend: Backend) -> None:
    path = host_backend.address.removeprefix("unix:")
    code = f"import socket; socket.socket(socket.AF_UNIX).connect({path!r})"
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "PermissionError" in done.stderr


def test_a_umask_of_zero_opens_nothing(tmp_path: Path, home: object) -> None:
    code = (
        "import os, sys; os.umask(0)\n"
        "from pathlib import Path; from beep_jupyter.home import Home; from beep_jupyter.config import Config\n"
        "from beep_jupyter.backends.registry import BackendRegistry\n"
        "b = BackendRegistry(Home(), Config(Home())).start('pipe', Path(sys.executable), 'bare', name='open', port=0,"
        " detach=False, idle_timeout_s=None, memory_limit_bytes=0)\n"
        "file = b.connection_file; paths = [file, Path(b.address[5:]), file.with_suffix('.log'), file.parent]\n"
        "print([oct(p.stat().st_mode & 0o777) for p in paths]); b.stop()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['0o600', '0o600', '0o600', '0o700']"


@pytest.mark.parametrize(
    ("command", "fields", "message"),
    [
        ("health", {"session": 5}, "field 'session' must be a text"),
        ("sessions", {"open": 5}, "field 'open' must be a text"),
        ("sessions", {"close": {"a": 1}}, "field 'close' must be a text"),
        ("obituary", {"incarnation": []}, "field 'incarnation' must be a text"),
        ("interrupt", {"connection": "1", "request": 1}, "field 'connection' must be a whole number"),
        ("interrupt", {"connection": 1, "request": [1]}, "field 'request' must be a whole number"),
        ("interrupt", {"kill": True}, "field 'kill' must be a text"),
    ],
)
def test_a_control_field_of_the_wrong_type_is_refused_and_harms_nothing(
    host_backend: Backend, command: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        host_backend._transport.control(command, fields)
    assert host_backend.health().sessions == ["default"]
    assert host_backend.evaluate("1 + 1") == 2


def test_a_hello_whose_session_is_no_text_is_refused(host_backend: Backend) -> None:
    token = json.loads(host_backend.connection_file.read_text())["token"]
    answer = refusal(knock(host_backend, hello(kind="session", session=[], token=token)))
    assert answer == {"type": "refused", "code": "bad_request", "message": "field 'session' must be a text"}

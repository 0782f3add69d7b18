"""What is the HTTP transport's own; what all transports do alike is in tests/contract."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.http_routes import SESSION_PLANE, control_ask, session_ask
from beep_jupyter.backends.http_transport import HttpTransport
from beep_jupyter.backends.registry import BackendRegistry
from beep_jupyter.config import Config
from beep_jupyter.errors import (
    AuthenticationError,
    ConnectionLostError,
    ExecutionError,
    ExecutionTimeoutError,
    ProtocolError,
    StartError,
    UsageError,
    WorkerDiedError,
)
from beep_jupyter.home import Home

Start = Callable[..., Backend]


def started(registry: BackendRegistry, name: str, port: int) -> Backend:
    options = {"port": port, "detach": False, "idle_timeout_s": None, "memory_limit_bytes": 0}
    return registry.start("http", Path(sys.executable), "bare", name=name, **options)  # type: ignore[arg-type]


@pytest.fixture
def start(home: Home) -> Iterator[Start]:
    registry = BackendRegistry(home, Config(home))

    yield lambda port=0: started(registry, "own", port)
    registry.stop_all()
    assert list(home.runtime_folder.iterdir()) == []


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    """One that the tests of this module share."""
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEEP_HOME", str(folder / "home"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "run"))
        with started(BackendRegistry(Home(), Config(Home())), "shared", 0) as running:
            yield running
        assert list(Home().runtime_folder.iterdir()) == []
    shutil.rmtree(folder)


def transport_of(backend: Backend) -> HttpTransport:
    assert isinstance(backend._transport, HttpTransport)
    return backend._transport


@pytest.fixture
def foreign() -> Iterator[Callable[[bytes], HttpTransport]]:
    """A transport to somebody else's server, which answers every connection with the same bytes."""
    listener = socket.create_server(("127.0.0.1", 0))
    answers = [b""]

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.recv(65536)
                client.sendall(answers[0])

    thread = threading.Thread(target=serve)
    thread.start()
    made: list[HttpTransport] = []

    def begin(answer: bytes) -> HttpTransport:
        answers[0] = answer
        made.append(HttpTransport(f"http://127.0.0.1:{listener.getsockname()[1]}", "t", "b"))
        return made[-1]

    yield begin
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)
    for transport in made:
        transport.close()


def test_nobody_at_the_port_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        transport = HttpTransport(f"http://127.0.0.1:{taken.getsockname()[1]}", "t", "b")
        for ask in (
            lambda: transport.call("eval", {"code": "1"}),
            lambda: transport.control("health", {}),
            lambda: list(transport.follow("logs", {})),
            transport.own,
        ):
            with pytest.raises(ConnectionLostError, match=r"Backend 'b' cannot be reached\. `beep status` shows"):
                ask()
        transport.close()


def test_a_wrong_token_is_said_in_a_sentence(backend: Backend) -> None:
    transport = HttpTransport(backend.address, "wrong", "b")
    for ask in (lambda: transport.control("health", {}), lambda: list(transport.follow("logs", {})), transport.own):
        with pytest.raises(AuthenticationError, match=r"Backend 'b': wrong or missing token\. Connect with the token"):
            ask()
    error = transport.call("eval", {"code": "1"}).error
    assert error is not None
    assert error["code"] == "unauthenticated"
    transport.close()


def test_the_token_shows_nowhere(backend: Backend) -> None:
    transport = transport_of(backend)
    token = transport._token
    with pytest.raises(ExecutionError) as caught:
        backend.evaluate("1 / 0")
    shown = [repr(transport), repr(transport._link), repr(backend), str(vars(caught.value))]
    assert not any(token in text for text in shown)


def test_a_taken_port_is_said_in_a_sentence(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} of 127.0.0.1 cannot be had: Address already in use"):
            start(port=port)


def test_the_port_that_was_asked_for_is_taken(start: Start) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with start(port=port) as backend:
        assert backend.address == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", ProtocolError, "sent what is no answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]", ProtocolError, "answer"),
        (b"HTTP/1.1 404 No\r\ncontent-length: 4\r\n\r\noops", ProtocolError, "sent what is no answer"),
        (b"HTTP/1.1 502 No\r\ncontent-length: 2\r\n\r\n{}", ProtocolError, "answered"),
        (b"SSH-2.0-OpenSSH\r\n", ConnectionLostError, "was lost"),
        (b"", ConnectionLostError, "was lost"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf", ConnectionLostError, "was lost"),
    ],
)
def test_what_another_server_answers_is_one_error_of_ours(
    foreign: Callable[[bytes], HttpTransport], answer: bytes, kind: type[Exception], text: str
) -> None:
    transport = foreign(answer)
    with pytest.raises(kind, match=text):
        transport.control("health", {})
    with pytest.raises(kind, match=text):
        transport.own()


def test_a_server_that_is_killed_is_a_stopped_one_to_who_knew_it_and_then_nobody(start: Start) -> None:
    backend = start()
    backend.evaluate("1")
    os.kill(backend.pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError, match="was stopped"):
        backend.evaluate("2")
    with pytest.raises(ConnectionLostError, match="cannot be reached"):
        backend.evaluate("3")


def test_sigint_interrupts_the_call_and_leaves_the_transport_usable(backend: Backend) -> None:
    backend.evaluate("kept = 1")
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    execution = backend.execute("import time; time.sleep(30)", check=False)
    assert execution.status == "interrupted"
    assert backend.evaluate("kept") == 1


def test_sigint_leaves_a_call_whose_backend_answers_nobody(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    backend.evaluate("1")
    monkeypatch.setattr("beep_jupyter.backends.http_call.INTERRUPT_S", 0.2)
    monkeypatch.setattr("beep_jupyter.backends.http_transport.CONTROL_S", 0.2)
    os.kill(backend.pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    begun = time.monotonic()
    try:
        with pytest.raises((ConnectionLostError, WorkerDiedError)):
            backend.evaluate("import time; time.sleep(30)")
        assert time.monotonic() - begun < 5
    finally:
        os.kill(backend.pid, signal.SIGCONT)


def test_calls_share_one_connection_whatever_they_answer(backend: Backend) -> None:
    before = sockets_of(backend)
    for _ in range(3):
        backend.evaluate("1")
        backend.evaluate("print('x')")
        backend.execute("print('y')\n1")
        backend.put(x=b"z" * 100_000)
        backend.get("x")
        backend.handles()
        with pytest.raises(ExecutionError):
            backend.evaluate("1 / 0")
    assert sockets_of(backend) - before <= 1


def sockets_of(backend: Backend) -> int:
    """How many connections its server has been given and not closed."""
    port = f"{int(backend.address.rpartition(':')[2]):04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(fields[1].endswith(f":{port}") and fields[3] == "01" for fields in lines)


def test_what_a_call_prints_comes_while_it_runs(backend: Backend, capsys: pytest.CaptureFixture[str]) -> None:
    came: list[float] = []
    begun = time.monotonic()
    transport_of(backend).call(
        "eval",
        {"code": "print('now', flush=True)\nimport time\ntime.sleep(1)"},
        on_output=lambda _: came.append(time.monotonic()),
    )
    assert came[0] - begun < 0.8
    with pytest.raises(ExecutionError):
        backend.evaluate("print('before'); {}['x']")
    assert capsys.readouterr().out == "before\n"


def test_endless_prints_are_not_gathered_by_the_server(backend: Backend, capsys: pytest.CaptureFixture[str]) -> None:
    backend.evaluate("for _ in range(100_000): print('x' * 200)")
    kib = int(Path(f"/proc/{backend.pid}/status").read_text().partition("VmHWM:")[2].split()[0])
    backend.evaluate("for _ in range(300_000): print('x' * 200)")  # 60 MB
    more = int(Path(f"/proc/{backend.pid}/status").read_text().partition("VmHWM:")[2].split()[0])
    assert more - kib < 30_000


def test_an_output_handler_that_raises_leaves_the_transport_usable(backend: Backend) -> None:
    def refuse(_: object) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        backend.execute("print(1)", on_output=refuse)
    assert backend.evaluate("1") == 1


def test_a_call_out_of_an_output_handler_is_refused(backend: Backend) -> None:
    with pytest.raises(UsageError, match="is at work for this thread"):
        backend.execute("print(1)", on_output=lambda _: backend.evaluate("2"))


def test_memory_goes_beside_the_json_both_ways(backend: Backend) -> None:
    data = bytes(range(256)) * 20_000
    backend.put(x=[data, {"deep": bytearray(data)}])
    assert backend.get("x") == [data, {"deep": bytearray(data)}]
    assert backend.evaluate("[len(part) for part in (y, z)]", locals={"y": data, "z": b""}) == [len(data), 0]
    numbers = backend.to_float_array(backend.wrap([float(number) for number in range(50_000)]))
    assert np.array_equal(numbers, np.arange(50_000.0))


def test_a_fork_speaks_over_a_connection_of_its_own(backend: Backend) -> None:
    backend.evaluate("x = 5")
    pid = os.fork()
    if pid == 0:
        os._exit(0 if backend.evaluate("x + 1") == 6 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert backend.evaluate("x") == 5


def test_a_client_that_was_closed_connects_again(backend: Backend) -> None:
    backend.evaluate("x = 1")
    backend._transport.close()
    assert backend.evaluate("x") == 1
    assert backend.health().state == "idle"


def test_no_proxy_of_the_environment_is_asked(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    transport = HttpTransport(backend.address, transport_of(backend)._token, "b")
    assert transport.call("eval", {"code": "1"}).fields == {"value": 1}
    transport.close()


@pytest.mark.parametrize("name", ["not_there", "a/b", "ü", "a?b=c#d", "", "\ud800", "%2F"])
def test_a_variable_of_any_name_is_asked_for_by_that_name(backend: Backend, name: str) -> None:
    error = transport_of(backend).call("get", {"name": name}).error
    assert error is not None
    assert error["code"] == "no_variable"
    if "\ud800" not in name:
        assert error["message"] == f"there is no variable '{name}'"


def test_a_time_limit_of_nothing_is_over_at_once(backend: Backend) -> None:
    with pytest.raises(ExecutionTimeoutError):
        backend.evaluate("import time; time.sleep(30)", timeout_s=0)
    with pytest.raises(UsageError, match="timeout_s"):
        backend.evaluate("1", timeout_s=-1)


def test_every_command_has_a_route() -> None:
    fields: dict[str, Any] = {"session": "s", "name": "x", "values": {"x": 1}}
    for command in (*SESSION_PLANE, "handles", "variables", "get", "put", "delete"):
        method, path, body = session_ask(command, fields, "s", 5.0)
        assert path.startswith("/api/")
        assert (body is None) == (method in ("GET", "DELETE"))
    for command in ("health", "ping", "interrupt", "restart", "sessions", "stop", "docs_link", "venv_list"):
        assert control_ask(command, fields)[1].startswith(("/api/", "/health", "/venv/"))


def test_importing_the_transport_starts_nothing() -> None:
    program = (
        "import sys, threading; import beep_jupyter.backends.http_transport; "
        "print(threading.active_count(), sorted({'fastapi', 'uvicorn', 'pydantic', 'grpc'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1 []"

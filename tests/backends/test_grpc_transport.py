"""What is the gRPC transport's own; what all transports do alike is in tests/contract."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.connection_file import read
from beep_jupyter.backends.exchange import Terms
from beep_jupyter.backends.grpc_call import _filled
from beep_jupyter.backends.grpc_messages import MalformedFieldError
from beep_jupyter.backends.grpc_transport import GrpcTransport
from beep_jupyter.backends.registry import BackendRegistry
from beep_jupyter.config import Config
from beep_jupyter.errors import (
    AuthenticationError,
    ConnectionLostError,
    ProtocolError,
    StartError,
    TransferError,
    WorkerDiedError,
)
from beep_jupyter.home import Home

Start = Callable[..., Backend]


@pytest.fixture
def start(home: Home) -> Iterator[Start]:
    registry = BackendRegistry(home, Config(home))

    def begin(name: str = "g", port: int = 0) -> Backend:
        options = {"port": port, "detach": False, "idle_timeout_s": None, "memory_limit_bytes": 0}
        return registry.start("grpc", Path(sys.executable), "bare", name=name, **options)  # type: ignore[arg-type]

    yield begin
    registry.stop_all()
    assert list(home.runtime_folder.iterdir()) == []


@pytest.fixture
def backend(start: Start) -> Iterator[Backend]:
    with start() as running:
        yield running


def test_nobody_at_the_port_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        transport = GrpcTransport(f"127.0.0.1:{taken.getsockname()[1]}", "t", "b")
        with pytest.raises(ConnectionLostError, match="Backend 'b' cannot be reached"):
            transport.call("eval", {"code": "1"})
        with pytest.raises(ConnectionLostError, match="Backend 'b' cannot be reached"):
            transport.control("health", {})
        transport.close()


def test_a_wrong_token_is_said_in_a_sentence(backend: Backend) -> None:
    transport = GrpcTransport(backend.address, "wrong", "b")
    with pytest.raises(AuthenticationError, match=r"Backend 'b': wrong or missing token\. Connect with the token"):
        transport.control("health", {})
    transport.close()


def test_a_taken_port_is_said_in_a_sentence(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} of 127.0.0.1 cannot be had: Address already in use"):
            start(port=port)


def test_a_server_that_is_killed_is_a_stopped_one_to_who_knew_it_and_then_nobody(start: Start) -> None:
    backend = start()
    backend.evaluate("1")
    os.kill(backend.pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError, match="was stopped"):
        backend.evaluate("2")
    with pytest.raises(ConnectionLostError, match="cannot be reached"):
        backend.evaluate("3")


def test_sigint_interrupts_the_call_and_leaves_the_channel_usable(backend: Backend) -> None:
    backend.evaluate("kept = 1")
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    execution = backend.execute("import time; time.sleep(30)", check=False)
    assert execution.status == "interrupted"
    assert backend.evaluate("kept") == 1


def test_a_client_that_was_closed_connects_again(backend: Backend) -> None:
    backend.evaluate("x = 1")
    backend._transport.close()
    assert backend.evaluate("x") == 1
    assert backend.health().state == "idle"


def test_an_output_handler_that_raises_leaves_the_transport_usable(backend: Backend) -> None:
    def refuse(_: object) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        backend.execute("print(1)", on_output=refuse)
    assert backend.evaluate("1") == 1


def test_memory_that_no_message_holds_is_sent_to_put(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beep_jupyter.backends.grpc_call.MESSAGE_BYTES", 2 << 20)
    backend = Backend(read(backend.connection_file), terms=Terms(shared_memory_bytes=0))
    with pytest.raises(TransferError, match=r"at most 2097152 bytes of memory\. Send it with `put`"):
        backend.evaluate("1", locals={"x": bytes(3 << 20)})
    backend.put(x=bytes(3 << 20))
    assert backend.evaluate("len(x)") == 3 << 20
    assert len(backend.get("x")) == 3 << 20


def test_what_a_call_printed_before_it_raised_is_shown(backend: Backend, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception, match="KeyError"):
        backend.evaluate("print('before'); {}['x']")
    assert capsys.readouterr().out == "before\n"


@pytest.mark.parametrize(
    ("sizes", "pieces"), [([3], [b"ab"]), ([3], [b"ab", b"cd"]), ([], [b"a"]), ([1, 2], [b"abcd"]), ([0, 1], [])]
)
def test_a_stream_that_does_not_make_up_its_buffers_is_an_error(sizes: list[int], pieces: list[bytes]) -> None:
    with pytest.raises(MalformedFieldError, match="memory"):
        _filled(sizes, iter(pieces))


def test_pieces_fill_buffers_across_their_borders() -> None:
    assert _filled([2, 0, 3], iter([b"a", b"bcd", b"e"])) == [b"ab", b"", b"cde"]


def test_what_another_server_answers_is_an_error_of_the_protocol() -> None:
    program = (
        "import grpc; from concurrent.futures import ThreadPoolExecutor\n"
        "server = grpc.server(ThreadPoolExecutor(1))\n"
        "print(server.add_insecure_port('127.0.0.1:0'), flush=True); server.start(); server.wait_for_termination()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        transport = GrpcTransport(f"127.0.0.1:{other.stdout.readline().strip()}", "t", "b")
        with pytest.raises(ProtocolError, match="Backend 'b' does not know the call"):
            transport.call("eval", {"code": "1"})
        transport.close()
        other.kill()


def test_a_worker_has_nothing_of_grpc_from_its_server(backend: Backend) -> None:
    backend.restart()  # the first was spawned before gRPC was there
    ours = {"GRPC_VERBOSITY", "GRPC_ENABLE_FORK_SUPPORT"} - os.environ.keys()
    assert ours & set(backend.evaluate("import os; list(os.environ)")) == set()
    links = backend.evaluate(
        "import glob; [os.readlink(path) for path in glob.glob('/proc/self/fd/*') if os.path.lexists(path)]"
    )
    assert len([link for link in links if "eventpoll" in link]) == 1, "its own, that looks into its pipes"
    assert not [link for link in links if "eventfd" in link]
    port = int(backend.address.rpartition(":")[2])
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    inodes = {fields[9] for fields in listening if fields[1].endswith(f":{port:04X}")}
    assert not [link for link in links if any(f"socket:[{inode}]" == link for inode in inodes)]

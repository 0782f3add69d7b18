"""Backends from start to end: how they are found, who owns them, what is left of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from beep_jupyter import Beep
from beep_jupyter.errors import (
    AuthenticationError,
    BackendExistsError,
    BackendNotFoundError,
    BeepError,
    ConnectionLostError,
    WorkerDiedError,
)
from beep_jupyter.home import Home

from . import problem_child
from .conftest import Environments, Start
from .leaks import nothing_left, processes_of
from .places import HOST
from .waiting import begun, wait_until

OWNER = """
import sys
from beep_jupyter import Beep
kind, environment, code = sys.argv[1:]
backend = Beep().start(kind, environment, name=f"theirs-{kind}")
print(backend.evaluate(code), backend.health().pid, flush=True)
backend.execute("print(1, flush=True); import time; time.sleep(60)", on_output=lambda _: print("busy", flush=True))
"""
ADOPTER = """
import sys
from beep_jupyter import Beep
backend = Beep().connect(sys.argv[1])
backend.adopt()
print(backend.health().owner, flush=True)
sys.stdin.readline()
"""


def test_it_says_what_it_is_and_keeps_its_token_to_itself(start: Start, kind: str, home: Home) -> None:
    with start(kind) as backend:
        content = json.loads(backend.connection_file.read_text())
        assert set(content) == {"name", "kind", "address", "token", "pid", "environment", "protocol"}
        assert (backend.kind, backend.address, backend.pid) == (kind, content["address"], content["pid"])
        health = backend.health()
        assert (health.name, health.kind, health.state, health.owner) == (backend.name, kind, "idle", os.getpid())
        assert health.worker_pid == backend.evaluate("import os\nos.getpid()")
        assert health.python == backend.evaluate("import platform\nplatform.python_version()")
        assert health.memory_bytes > 1 << 20
        assert health.uptime_s > 0
        assert health.address == backend.address
        forms = {"pipe": "unix:/", "http": "http://127.0.0.1:", "grpc": "127.0.0.1:"}
        assert backend.address.startswith(forms[kind])
        assert content["token"] not in repr(backend) + repr(health)


def test_a_stopped_one_leaves_nothing(start: Start, kind: str, home: Home) -> None:
    def cycle() -> None:
        backend = start(kind)
        backend.session("second").evaluate("1")
        backend.evaluate(problem_child.ESCAPE)
        backend.wrap([1])
        backend.stop()

    cycle()  # what a transport's library keeps for this process's life it keeps once
    with nothing_left(home):
        cycle()


def test_stop_says_what_it_swept(start: Start, kind: str) -> None:
    backend = start(kind)
    child = backend.evaluate(problem_child.ESCAPE)
    assert backend.stop() == [child]
    assert not Path(f"/proc/{child}").exists()


def test_it_is_found_by_name_file_and_address_with_token(start: Start, beep: Beep, kind: str) -> None:
    with start(kind) as backend:
        backend.evaluate("x = 5")
        token = json.loads(backend.connection_file.read_text())["token"]
        targets = [(backend.name, None), (backend.connection_file, None), (backend.address, token)]
        for target, given in targets:
            with beep.connect(target, given) as found:
                assert found.evaluate("x") == 5
                assert (found.kind, found.name) == (kind, backend.name)
        assert backend.name in [health.name for health in beep.backends()]


def test_an_address_alone_opens_nothing_to_strangers(start: Start, kind: str, tmp_path: Path) -> None:
    with start(kind) as backend:
        strange = Beep(tmp_path / "other")  # a home in which this backend is not known
        with pytest.raises(AuthenticationError, match="needs a token"):
            strange.connect(backend.address)
        with pytest.raises(AuthenticationError, match="token"):
            strange.connect(backend.address, "0" * 64)


def test_a_live_name_is_taken_and_a_dead_one_is_free(start: Start, kind: str) -> None:
    first = start(kind, name="one")
    with pytest.raises(BackendExistsError, match="'one' runs already"):
        start(kind, name="one")
    first.stop()
    start(kind, name="one").stop()


def test_one_that_is_gone_is_told_so(start: Start, beep: Beep, kind: str) -> None:
    backend = start(kind)
    backend.evaluate("1")
    other = beep.connect(backend.connection_file)
    other.evaluate("1")
    backend.stop()
    with pytest.raises(BeepError) as caught:
        other.evaluate("1")
    assert isinstance(caught.value, ConnectionLostError | WorkerDiedError)
    with pytest.raises(ConnectionLostError):
        other.health()
    with pytest.raises(BackendNotFoundError):
        beep.connect(backend.name)
    other.close()


def test_stop_ends_a_busy_one_and_its_call_learns_why(start: Start, kind: str) -> None:
    backend = start(kind)
    cell = begun(backend, problem_child.IGNORE_TERMINATE + problem_child.IGNORE_INTERRUPT)
    asked = time.monotonic()
    backend.stop()
    error = cell.join().error
    assert time.monotonic() - asked < 5
    assert isinstance(error, WorkerDiedError)
    assert error.reason == "stop"


def test_the_servers_death_takes_the_worker_with_it(start: Start, beep: Beep, kind: str, home: Home) -> None:
    backend = start(kind)
    worker, child = backend.health().worker_pid, backend.evaluate(problem_child.ESCAPE)
    cell = begun(backend, problem_child.hold_the_gil(30))
    os.kill(backend.pid, signal.SIGKILL)
    assert wait_until(lambda: not Path(f"/proc/{worker}/exe").exists(), 1)
    assert isinstance(cell.join().error, ConnectionLostError | WorkerDiedError)
    assert backend.name not in [health.name for health in beep.backends()]  # who looks sweeps
    assert wait_until(lambda: not Path(f"/proc/{child}/exe").exists(), 1)
    assert not backend.connection_file.exists()


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.campaign)])
def test_an_owner_that_is_killed_takes_everything_with_it_within_two_seconds(
    environments: Environments, home: Home, kind: str, times: int
) -> None:
    before = set(processes_of(home))
    for _ in range(times):
        arguments = [kind, str(environments.of(HOST)), problem_child.ESCAPE]
        with subprocess.Popen([sys.executable, "-c", OWNER, *arguments], stdout=subprocess.PIPE, text=True) as owner:
            assert owner.stdout is not None
            child, server = map(int, owner.stdout.readline().split())
            assert owner.stdout.readline() == "busy\n"
            owner.kill()
            alive = [child, server]
            assert wait_until(lambda: not [pid for pid in alive if Path(f"/proc/{pid}/exe").exists()], 2)  # noqa: B023
            assert wait_until(lambda: not set(processes_of(home)) - before, 0.5)


def test_a_detached_one_belongs_to_nobody_and_ends_when_idle_for_long_enough(start: Start, kind: str) -> None:
    backend = start(kind, detach=True, idle_timeout_s=0.5)
    assert backend.health().owner is None
    backend.evaluate("import time; time.sleep(1.2)")  # busy is not idle
    assert backend.evaluate("1") == 1
    assert wait_until(lambda: not backend.connection_file.exists(), 4)


def test_a_detached_one_is_adopted_by_another_process_and_ends_with_it(start: Start, kind: str) -> None:
    backend = start(kind, detach=True, idle_timeout_s=600)
    command = [sys.executable, "-c", ADOPTER, backend.name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as adopter:
        assert adopter.stdout is not None
        assert int(adopter.stdout.readline()) == adopter.pid
        assert backend.health().owner == adopter.pid
        adopter.kill()
    assert wait_until(lambda: not backend.connection_file.exists(), 2)


def test_an_owner_that_shares_does_not_end_it_alone(start: Start, kind: str) -> None:
    backend = start(kind)
    command = [sys.executable, "-c", ADOPTER, backend.name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as adopter:
        assert adopter.stdout is not None
        adopter.stdout.readline()
        adopter.communicate("\n")
    time.sleep(0.3)
    assert backend.evaluate("1 + 1") == 2


def test_logs_tell_what_happened_and_can_be_followed_to_the_end(start: Start, kind: str) -> None:
    backend = start(kind)
    lines: list[str] = []
    follower = threading.Thread(target=lambda: lines.extend(backend.logs(follow=True)))
    follower.start()
    backend.restart()
    assert wait_until(lambda: any("restart" in line for line in backend.logs()))
    backend.stop()
    follower.join(5)
    assert not follower.is_alive()
    assert "ready: worker" in lines[0]
    assert any("restart" in line for line in lines)


def test_health_answers_at_once_while_the_gil_is_held(start: Start, kind: str) -> None:
    with start(kind) as backend:
        backend.health()
        cell = begun(backend, problem_child.hold_the_gil(1.5))
        asked = time.monotonic()
        assert backend.health().state == "busy"
        assert time.monotonic() - asked < 0.3
        cell.join()


def test_memory_beyond_the_limit_ends_the_worker_and_is_named(start: Start, kind: str) -> None:
    with start(kind, memory_limit_bytes=100 << 20) as backend:
        with pytest.raises(WorkerDiedError, match=r"ran out of memory \(it used [0-9]+ MiB\)") as caught:
            backend.evaluate(problem_child.hoard(150 << 20))
        assert caught.value.reason == "memory"
        assert (caught.value.memory_peak_bytes or 0) > 100 << 20
        assert backend.evaluate("1") == 1


def test_a_client_in_a_fork_has_a_connection_of_its_own(start: Start, kind: str) -> None:
    code = (
        "import os, sys; from beep_jupyter import Beep\n"
        "b = Beep().connect(sys.argv[1]); b.evaluate('x = 1')\n"
        "child = os.fork()\n"
        "os.write(1, b'%d\\n' % b.evaluate('x' if child else 'x + 1'))\n"
        "child and os.waitpid(child, 0)\n"
        "os._exit(0)"
    )
    with start(kind) as backend:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, backend.connection_file],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert sorted(done.stdout.split()) == ["1", "2"], done.stderr


def test_two_backends_of_one_environment_know_nothing_of_one_another(start: Start, kind: str) -> None:
    with start(kind) as one, start(kind) as other:
        one.evaluate("x = 1")
        assert other.evaluate("'x' in globals()") is False
        assert one.address != other.address


def test_a_second_server_on_the_same_port_is_refused(start: Start, kind: str) -> None:
    if kind == "pipe":
        pytest.skip("a pipe backend has no port; its path bears a fresh random id")
    with start(kind) as backend:
        port = int(backend.address.rpartition(":")[2])
        with pytest.raises(BeepError, match=rf"{port}.*in use|in use"):
            start(kind, port=port)
        assert backend.evaluate("1") == 1

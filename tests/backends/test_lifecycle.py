"""Backends from start to stop: names, owners, files, listings, sessions."""

from __future__ import annotations

import gc
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.names import label
from beep_jupyter.backends.registry import BackendRegistry
from beep_jupyter.config import Config
from beep_jupyter.errors import (
    BackendExistsError,
    BackendNotFoundError,
    ConfigurationError,
    UsageError,
)
from beep_jupyter.home import Home

from .conftest import Start, wait_until


def test_the_connection_file_holds_what_opens_the_backend_and_is_private(host_backend: Backend, home: Home) -> None:
    content = json.loads(host_backend.connection_file.read_text())
    assert set(content) == {"name", "kind", "address", "token", "pid", "environment", "protocol"}
    assert len(content["token"]) == 64
    assert stat.S_IMODE(host_backend.connection_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(host_backend.address.removeprefix("unix:")).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.runtime_folder.stat().st_mode) == 0o700


def test_health_tells_of_idle_and_busy(host_backend: Backend) -> None:
    health = host_backend.health()
    assert (health.state, health.name, health.kind, health.environment) == ("idle", "test", "pipe", "bare")
    assert health.owner == os.getpid()
    assert health.memory_bytes > 1 << 20
    thread = threading.Thread(target=host_backend.evaluate, args=("import time; time.sleep(0.5)",))
    thread.start()
    assert wait_until(lambda: host_backend.health().state == "busy", 0.4)
    thread.join()
    assert host_backend.health().state == "idle"


def test_health_answers_while_the_gil_is_held(host_backend: Backend) -> None:
    code = "import ctypes\nctypes.PyDLL(None).sleep(2)"
    thread = threading.Thread(target=host_backend.evaluate, args=(code,))
    thread.start()
    time.sleep(0.3)
    begun = time.monotonic()
    assert host_backend.health().state == "busy"
    assert time.monotonic() - begun < 0.5
    thread.join()


def test_a_live_name_is_taken_and_a_dead_one_is_free(start: Start) -> None:
    first = start(name="one")
    with pytest.raises(BackendExistsError, match="A backend called 'one' runs already, in bare") as caught:
        start(name="one")
    assert "beep stop one" in caught.value.cure
    first.stop()
    start(name="one").stop()


@pytest.mark.parametrize("name", ["../x", "a" * 80, "<img>", "Big", ""])
def test_a_name_outside_the_pattern_is_refused(start: Start, name: str) -> None:
    if name:
        with pytest.raises(UsageError, match="cannot name a backend"):
            start(name=name)


def test_a_kind_that_there_is_not_is_refused(registry: BackendRegistry) -> None:
    settings = {"name": None, "port": 0, "detach": False, "idle_timeout_s": None, "memory_limit_bytes": 0}
    with pytest.raises(UsageError, match="There is no kind of backend called 'smoke'"):
        registry.start("smoke", Path(sys.executable), "bare", **settings)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="A pipe backend has no port"):
        registry.start("Pipe", Path(sys.executable), "bare", **settings | {"port": 8000})  # type: ignore[arg-type]


def test_a_backend_is_found_by_name_file_and_address(start: Start, registry: BackendRegistry) -> None:
    with start(name="one") as backend:
        backend.evaluate("x = 5")
        token = json.loads(backend.connection_file.read_text())["token"]
        for target in ("one", str(backend.connection_file), backend.address):
            with registry.connect(target, token) as found:
                assert found.evaluate("x") == 5
        assert registry.find("one") is not None
        assert registry.find("two") is None


def test_unknown_names_and_files_say_what_there_is(start: Start, registry: BackendRegistry, tmp_path: Path) -> None:
    with start(name="legacy"):
        with pytest.raises(BackendNotFoundError, match="Did you mean 'legacy'"):
            registry.connect("legcy", None)
        with pytest.raises(BackendNotFoundError):
            registry.stop("legcy")
    wrong = tmp_path / "x.json"
    wrong.write_text("{}")
    with pytest.raises(ConfigurationError, match="is no connection file"):
        registry.connect(wrong, None)


def test_anothers_backend_is_listed_with_its_owner_and_reached_by_connect_only(
    start: Start, home: Home, registry: BackendRegistry
) -> None:
    code = (
        "import sys; from beep_jupyter.home import Home; from beep_jupyter.config import Config\n"
        "from beep_jupyter.backends.registry import BackendRegistry; from pathlib import Path\n"
        "r = BackendRegistry(Home(), Config(Home()))\n"
        "b = r.start('pipe', Path(sys.executable), 'bare', name='theirs', port=0, detach=False,"
        " idle_timeout_s=None, memory_limit_bytes=0)\n"
        "print('ready', flush=True); sys.stdin.readline(); b.stop()"
    )
    start(name="mine")
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        listed = {label(health) for health in registry.healths()}
        assert listed == {"mine", f"theirs@{other.pid}"}
        assert registry.find("theirs") is None
        assert f"Another process owns theirs@{other.pid}" in str(registry.not_found("theirs"))
        with registry.connect(f"theirs@{other.pid}", None) as theirs:
            assert theirs.evaluate("1 + 1") == 2
        own = start(name="theirs")  # the name is free to this process
        own.stop()
        other.communicate("\n")


def test_a_detached_backend_outlives_its_starter_and_is_shared(
    home: Home, registry: BackendRegistry, start: Start
) -> None:
    code = (
        "import sys; from beep_jupyter.home import Home; from beep_jupyter.config import Config\n"
        "from beep_jupyter.backends.registry import BackendRegistry; from pathlib import Path\n"
        "b = BackendRegistry(Home(), Config(Home())).start('pipe', Path(sys.executable), 'bare', name='shared', port=0,"
        " detach=True, idle_timeout_s=600, memory_limit_bytes=0)\n"
        "b.evaluate('x = 7'); b.close()"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=30)
    found = registry.find("shared")
    assert found is not None
    assert found.evaluate("x") == 7
    assert found.health().owner is None
    with pytest.raises(BackendExistsError):
        start(name="shared")
    registry.stop("shared")
    assert registry.healths() == []


def test_a_detached_backend_ends_when_it_is_idle_for_long_enough(start: Start, registry: BackendRegistry) -> None:
    backend = start(name="brief", detach=True, idle_timeout_s=0.4)
    backend.evaluate("import time; time.sleep(1)")  # busy is not idle
    assert [health.name for health in registry.healths()] == ["brief"]
    assert wait_until(lambda: not backend.connection_file.exists(), 3)


def test_adopting_makes_the_backend_end_with_its_adopter(start: Start, home: Home, registry: BackendRegistry) -> None:
    backend = start(name="orphan", detach=True, idle_timeout_s=600)
    code = (
        "import sys; from beep_jupyter.home import Home; from beep_jupyter.config import Config\n"
        "from beep_jupyter.backends.registry import BackendRegistry\n"
        "b = BackendRegistry(Home(), Config(Home())).connect('orphan', None)\n"
        "b.adopt(); print(b.health().owner, flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as adopter:
        assert adopter.stdout is not None
        assert int(adopter.stdout.readline()) == adopter.pid
        adopter.kill()
        assert wait_until(lambda: not backend.connection_file.exists(), 2)


def test_sessions_are_namespaces_of_their_own(host_backend: Backend) -> None:
    alice = host_backend.session("alice")
    host_backend.evaluate("x = 'default'")
    alice.evaluate("x = 'alice'")
    assert (host_backend.evaluate("x"), alice.evaluate("x")) == ("default", "alice")
    assert alice.evaluate("import os\nos.getpid()") != host_backend.evaluate("import os\nos.getpid()")
    assert host_backend.health().sessions == ["alice", "default"]
    alice.restart()
    assert host_backend.evaluate("x") == "default"
    assert alice.evaluate("'x' in globals()") is False


@pytest.mark.parametrize("name", ["../x", "A", "a" * 80])
def test_a_session_name_outside_the_pattern_is_refused(host_backend: Backend, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a session"):
        host_backend.session(name)
    with pytest.raises(UsageError, match="cannot name a session"):
        host_backend._transport.control("sessions", {"open": name})
    assert host_backend.health().sessions == ["default"]


def test_a_stop_takes_all_sessions(start: Start) -> None:
    backend = start()
    pids = [backend.session(name).evaluate("import os\nos.getpid()") for name in ("a", "b")]
    backend.stop()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_logs_tell_what_happened_and_no_secret(host_backend: Backend) -> None:
    token = json.loads(host_backend.connection_file.read_text())["token"]
    host_backend.restart()
    assert wait_until(lambda: any("restart" in line for line in host_backend.logs()))
    lines = list(host_backend.logs())
    assert "ready: worker" in lines[0]
    assert token not in "\n".join(lines)


def test_logs_can_be_followed_until_the_end(start: Start) -> None:
    backend = start()
    lines: list[str] = []
    follower = threading.Thread(target=lambda: lines.extend(backend.logs(follow=True)))
    follower.start()
    assert wait_until(lambda: bool(lines) or True)
    backend.restart()
    backend.stop()
    follower.join(5)
    assert not follower.is_alive()
    assert any("restart" in line for line in lines)


def test_the_token_is_nowhere_but_in_the_connection_file(host_backend: Backend) -> None:
    token = json.loads(host_backend.connection_file.read_text())["token"]
    health = host_backend.health()
    for pid in (health.pid, health.worker_pid):
        for what in ("cmdline", "environ"):
            assert token.encode() not in Path(f"/proc/{pid}/{what}").read_bytes()
    assert token not in repr(host_backend) + repr(host_backend._file) + repr(health)


def test_threads_share_a_backend_and_their_calls_queue(host_backend: Backend) -> None:
    results: dict[int, list[int]] = {}

    def work(number: int) -> None:
        results[number] = [host_backend.evaluate(f"{number} * {i}") for i in range(50)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: [number * i for i in range(50)] for number in range(8)}


def test_two_starts_of_one_shared_name_make_one(home: Home, registry: BackendRegistry, start: Start) -> None:
    code = (
        "import sys; from beep_jupyter.home import Home; from beep_jupyter.config import Config\n"
        "from beep_jupyter.backends.registry import BackendRegistry; from pathlib import Path\n"
        "from beep_jupyter.errors import BackendExistsError\n"
        "try: BackendRegistry(Home(), Config(Home())).start('pipe', Path(sys.executable), 'bare', name='one', port=0,"
        " detach=True, idle_timeout_s=600, memory_limit_bytes=0); print('started')\n"
        "except BackendExistsError: print('exists')"
    )
    many = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], stdout=-1, text=True) for _ in range(4)]
    answers = sorted(process.communicate()[0].strip() for process in many)
    assert answers == ["exists", "exists", "exists", "started"]
    registry.stop("one")


def test_a_backend_outlives_the_objects_that_started_it(home: Home) -> None:
    settings = {"name": "kept", "port": 0, "detach": False, "idle_timeout_s": None, "memory_limit_bytes": 0}
    BackendRegistry(home, Config(home)).start("pipe", Path(sys.executable), "bare", **settings)  # type: ignore[arg-type]
    gc.collect()
    time.sleep(0.3)
    again = BackendRegistry(home, Config(home))
    found = again.find("kept")
    assert found is not None
    assert found.evaluate("1 + 1") == 2
    again.stop_all()


def test_a_home_of_its_own_sees_no_other_homes_backends(start: Start, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    with start(name="here"):
        assert BackendRegistry(other, Config(other)).healths() == []

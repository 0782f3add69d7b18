"""`start`, `status`, `logs`, `stop` and their kin, in real backends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from beep_jupyter import Beep

pytestmark = [pytest.mark.usefixtures("legacy"), pytest.mark.filterwarnings("ignore::ResourceWarning")]
BEEP = [sys.executable, "-m", "beep_jupyter"]


@pytest.fixture
def shared(beep) -> str:
    """A detached backend called `shared`."""
    assert beep("start", "--venv", "legacy", "--name", "shared", "--detach").status == 0
    return "shared"


def wait_until(is_so: Callable[[], bool], limit_s: float = 10.0) -> None:
    end = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def names() -> list[str]:
    return [health.name for health in Beep().backends()]


def start_in_foreground(*arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([*BEEP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first, process.stderr.read() if process.stderr else ""
    return process


def test_a_detached_start_returns_when_ready_and_prints_the_address(beep) -> None:
    done = beep("start", "--venv", "legacy", "--name", "one", "--detach")
    health = Beep().backends()[0]
    assert done.out == f"Backend 'one' (pipe) is ready at {health.address}.\n"
    assert health.owner is None


def test_the_default_runtime_is_chosen_once_and_said_once(beep) -> None:
    first = beep("start", "--detach", "--name", "one").out.splitlines()
    assert first[0].endswith(" is the default runtime from now on; `beep init VERSION --default` changes that.")
    assert len(beep("start", "--detach", "--name", "two").out.splitlines()) == 1


def test_a_start_in_the_foreground_shows_the_log_and_ends_with_ctrl_c() -> None:
    process = start_in_foreground("start", "--venv", "legacy", "--name", "front")
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "Press Ctrl-C to stop it.\n"
        assert "ready" in process.stdout.readline()
        assert names() == ["front"]
    finally:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert out.endswith("Backend 'front' is stopped.\n")
    assert names() == []


def test_a_start_in_the_foreground_ends_when_the_backend_is_stopped_elsewhere(beep) -> None:
    process = start_in_foreground("start", "--venv", "legacy", "--name", "front")
    done = beep("stop", f"front@{process.pid}")
    assert (done.status, done.err) == (0, "")
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out.endswith("Backend 'front' has ended.\n")


def test_killing_the_foreground_command_ends_its_backend() -> None:
    process = start_in_foreground("start", "--venv", "legacy", "--name", "front")
    process.kill()
    process.communicate()
    wait_until(lambda: names() == [])


def test_adopting_makes_the_command_the_owner(shared) -> None:
    process = start_in_foreground("adopt", "shared")
    assert Beep().backends()[0].owner == process.pid
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out.endswith("Backend 'shared' is stopped.\n")


def test_status_lists_what_runs_and_who_owns_it(beep, shared) -> None:
    manager = Beep()
    manager.start("pipe", "legacy", name="mine")
    lines = beep("status").out.splitlines()
    columns = "name kind environment state memory sessions uptime owner address"
    assert lines[0].split() == columns.split()
    assert [line.split()[:4] for line in lines[1:]] == [
        ["mine", "pipe", "legacy", "idle"],
        ["shared", "pipe", "legacy", "idle"],
    ]
    assert "this process" in lines[1]
    assert "detached" in lines[2]


def test_another_process_s_backend_is_listed_with_its_process(beep) -> None:
    process = start_in_foreground("start", "--venv", "legacy", "--name", "front")
    label = f"front@{process.pid}"
    assert beep("status").out.splitlines()[1].startswith(label)
    assert json.loads(beep("status", label, "--json").out)[0]["name"] == label
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def test_status_of_one_shows_all_about_it(beep, shared) -> None:
    facts = dict(line.split(maxsplit=1) for line in beep("status", "shared").out.splitlines()[1:])
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["owner"] == "detached"
    assert facts["worker"].startswith("process ")


def test_status_json_is_an_array_with_the_fields_of_health(beep, shared) -> None:
    (found,) = json.loads(beep("status", "--json").out)
    assert set(found) == {
        *("state", "pid", "worker_pid", "python", "protocol", "uptime_s", "memory_bytes", "sessions"),
        *("name", "kind", "environment", "address", "owner"),
    }


def test_status_of_nothing_says_how_to_begin(beep) -> None:
    assert beep("status").out == "No backend is running; `beep start` starts one.\n"
    assert beep("status", "--json").out == "[]\n"


@pytest.mark.parametrize("command", ["status", "logs", "restart", "interrupt", "adopt", "stop"])
def test_a_backend_that_is_not_there_is_1_with_the_nearest(beep, shared, command: str) -> None:
    done = beep(command, "shard")
    assert done.status == 1
    assert done.err == (
        "Error: No backend or environment is called 'shard'.\nHint: Did you mean 'shared'? `beep status` shows all.\n"
    )


def test_an_environment_s_name_starts_nothing_where_a_running_backend_is_meant(beep) -> None:
    assert beep("interrupt", "legacy").status == 1
    assert names() == []


def test_logs_show_what_the_server_wrote(beep, shared) -> None:
    assert "ready" in beep("logs", "shared").out


def test_logs_follow_until_the_backend_ends(beep, shared) -> None:
    process = start_in_foreground("logs", "shared", "--follow")
    beep("stop", "shared")
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_restart_gives_a_fresh_worker(beep, shared) -> None:
    beep("eval", "shared", "x = 1")
    done = beep("restart", "shared")
    assert done.out == "Backend 'shared' has a fresh worker; its variables are gone.\n"
    assert "NameError" in beep("eval", "shared", "x").err


def test_interrupt_ends_what_runs_and_keeps_the_variables(beep, shared) -> None:
    beep("eval", "shared", "x = 1")
    code = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    process = start_in_foreground("eval", "shared", code)
    assert beep("interrupt", "shared").out == "Backend 'shared' is interrupted.\n"
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert beep("eval", "shared", "x").out == "1\n"


def test_an_interrupt_of_an_idle_backend_says_that_nothing_ran(beep, shared) -> None:
    assert beep("interrupt", "shared").out == "Backend 'shared' runs nothing now.\n"


def test_stop_takes_several_names(beep, shared) -> None:
    beep("start", "--venv", "legacy", "--name", "other", "--detach")
    done = beep("stop", "shared", "other")
    assert done.out == "Backend 'shared' is stopped.\nBackend 'other' is stopped.\n"
    assert names() == []


def test_stop_leaves_no_process_of_the_code_behind(beep, shared) -> None:
    code = "import subprocess; p = subprocess.Popen(['sleep', '60'], start_new_session=True); p.pid"
    pid = int(beep("eval", "shared", code).out)
    assert beep("stop", "shared").status == 0
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


def test_stop_says_what_was_swept(beep, monkeypatch) -> None:
    monkeypatch.setattr(Beep, "stop", lambda self, name: "2 processes that its code had left behind were ended.")
    assert beep("stop", "a").out == "Backend 'a' is stopped. 2 processes that its code had left behind were ended.\n"


def test_stop_all_stops_all_of_this_home(beep, shared) -> None:
    manager = Beep()
    manager.start("pipe", "legacy", name="mine")
    assert beep("stop", "--all").out == "Stopped: mine, shared.\n"
    assert beep("stop", "--all").out == "No backend was running.\n"


def test_a_taken_name_is_refused(beep, shared) -> None:
    done = beep("start", "--venv", "legacy", "--name", "shared", "--detach")
    assert done.status == 1
    assert done.err.startswith("Error: A backend called 'shared' runs already, in legacy.\n")


def test_a_memory_limit_is_given_as_a_size(beep) -> None:
    assert beep("start", "--venv", "legacy", "--memory-limit", "2GiB", "--detach").status == 0
    done = beep("start", "--venv", "legacy", "--name", "b", "--memory-limit", "much", "--detach")
    assert (done.status, done.err) == (
        2,
        "Error: 'much' is not a size.\nHint: Write it as 512M, 2GiB or a number of bytes.\n",
    )


def test_a_backend_runs_in_any_environment_by_its_path(beep, home) -> None:
    path = str(Beep().environments.get("legacy").path)
    assert beep("start", "--venv", path, "--name", "foreign", "--detach").status == 0
    assert beep("eval", "foreign", "import sys; sys.prefix").out == f"{path!r}\n"
    assert os.path.isdir(path)

"""What a worker's end means to those who use it: told at once, state lost said once, nothing run twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import uv

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.registry import BackendRegistry
from beep_jupyter.errors import ConnectionLostError, StartError, WorkerDiedError
from beep_jupyter.home import Home

from .conftest import Start, beep_processes, wait_until

ENDINGS = {
    "import os; os._exit(3)": (3, None, "exit"),
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": (None, signal.SIGKILL, "crash"),
    "import ctypes; ctypes.string_at(0)": (None, signal.SIGSEGV, "crash"),
    "import os; os.abort()": (None, signal.SIGABRT, "crash"),
}


@pytest.mark.parametrize("code", ENDINGS)
def test_a_death_ends_the_call_at_once_with_its_reason(backend: Backend, code: str) -> None:
    exit_code, number, reason = ENDINGS[code]
    begun = time.monotonic()
    with pytest.raises(WorkerDiedError) as caught:
        backend.evaluate(code)
    assert time.monotonic() - begun < 0.5
    assert (caught.value.exit_code, caught.value.signal, caught.value.reason) == (exit_code, number, reason)
    assert "variables are lost" in str(caught.value)
    assert backend.evaluate("1 + 1") == 2


def test_a_crash_in_c_says_where_in_its_last_words(host_backend: Backend) -> None:
    with pytest.raises(WorkerDiedError, match="last words: Fatal Python error: Segmentation fault") as caught:
        host_backend.evaluate("import ctypes\nctypes.string_at(0)")
    assert 'File "<cell 1>", line 2' in caught.value.stderr_tail
    assert "beep_jupyter" not in caught.value.stderr_tail


def test_what_was_printed_before_a_death_arrives(host_backend: Backend) -> None:
    seen: list[str] = []
    with pytest.raises(WorkerDiedError):
        host_backend.execute(
            "import os\nprint('text', flush=True)\nos.write(1, b'bytes\\n')\nos._exit(1)",
            on_output=lambda output: seen.append(output["text"]),
        )
    assert "".join(seen) == "text\nbytes\n"


def test_state_lost_is_said_once_and_before_anything_is_sent(host_backend: Backend, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    host_backend.evaluate("x = 1")
    worker = host_backend.health().worker_pid
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    assert wait_until(lambda: host_backend.health().state == "dead")
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        host_backend.evaluate(f"open({str(mark)!r}, 'a').write('x')")
    assert not mark.exists()
    host_backend.evaluate(f"open({str(mark)!r}, 'a').write('x')")
    assert mark.read_text() == "x"


def test_another_client_learns_of_a_restart_it_did_not_ask_for(
    host_backend: Backend, registry: BackendRegistry
) -> None:
    other = registry.connect(host_backend.connection_file, None)
    other.evaluate("x = 1")
    host_backend.restart()
    assert host_backend.evaluate("'x' in globals()") is False
    with pytest.raises(WorkerDiedError, match="was restarted"):
        other.evaluate("x")
    assert other.evaluate("'x' in globals()") is False
    other.close()


def test_a_restart_ends_a_cell_that_runs(host_backend: Backend) -> None:
    problems: list[BaseException] = []

    def run() -> None:
        try:
            host_backend.evaluate("import time; time.sleep(60)")
        except WorkerDiedError as error:
            problems.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert wait_until(lambda: host_backend.health().state == "busy")
    host_backend.restart()
    thread.join(5)
    assert [getattr(problem, "reason", None) for problem in problems] == ["restart"]


def test_children_of_a_dead_worker_are_swept(host_backend: Backend) -> None:
    code = "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True).pid"
    child = host_backend.evaluate(code)
    with pytest.raises(WorkerDiedError):
        host_backend.evaluate("import os; os._exit(1)")
    assert wait_until(lambda: not Path(f"/proc/{child}").exists())


@pytest.mark.parametrize("variables", ["None", "{}"], ids=["marked", "unmarked"])
def test_stop_ends_what_the_code_left_behind_and_says_so(start: Start, variables: str) -> None:
    backend = start()
    code = f"""
import os, subprocess
child = subprocess.Popen(["sleep", "600"], start_new_session=True, env={variables})
child.pid
"""
    child = backend.evaluate(code)
    assert backend.stop() == [child]
    assert not Path(f"/proc/{child}").exists()


def test_a_worker_that_ignores_terminate_is_killed_at_stop(start: Start) -> None:
    backend = start()
    backend.evaluate("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass"
    thread = threading.Thread(target=_swallow, args=(backend, stubborn))
    thread.start()
    assert wait_until(lambda: backend.health().state == "busy")
    time.sleep(0.2)  # it is busy from the moment that it compiles; an interrupt there would end the call
    begun = time.monotonic()
    backend.stop()
    thread.join(5)
    assert time.monotonic() - begun < 5


def test_a_memory_limit_ends_the_worker_and_is_named(start: Start) -> None:
    with start(memory_limit_bytes=200 << 20) as backend:
        with pytest.raises(WorkerDiedError, match="ran out of memory") as caught:
            backend.evaluate("import time\nhoard = bytearray(b'x' * (400 << 20))\ntime.sleep(30)")
        assert caught.value.reason == "memory"
        assert backend.evaluate("1") == 1


def test_the_servers_death_takes_the_worker_with_it_even_under_the_gil(start: Start, home: Home) -> None:
    backend = start()
    worker = backend.health().worker_pid or 0
    hold_the_gil = "import ctypes\nctypes.PyDLL(None).sleep(30)"
    thread = threading.Thread(target=_swallow, args=(backend, hold_the_gil))
    thread.start()
    assert wait_until(lambda: backend.health().state == "busy")
    time.sleep(0.1)
    os.kill(backend.pid, signal.SIGKILL)
    assert wait_until(lambda: not _is_alive(worker), 0.5)
    thread.join(5)


def test_what_a_killed_server_left_is_swept_by_whoever_looks_next(
    start: Start, registry: BackendRegistry, home: Home
) -> None:
    backend = start()
    child = backend.evaluate("import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True).pid")
    os.kill(backend.pid, signal.SIGKILL)
    assert wait_until(lambda: not _is_alive(backend.pid))
    with pytest.raises((ConnectionLostError, WorkerDiedError)):
        backend.evaluate("1")
    assert registry.healths() == []
    assert not _is_alive(child)
    assert list(home.runtime_folder.iterdir()) == []


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


OWNER = """
import multiprocessing, os, sys, time
from pathlib import Path
from beep_jupyter.backends.registry import BackendRegistry
from beep_jupyter.config import Config
from beep_jupyter.home import Home

home = Home()
backend = BackendRegistry(home, Config(home)).start(
    "pipe", Path(sys.argv[1]), "bare", name="owned", port=0, detach=False, idle_timeout_s=None, memory_limit_bytes=0
)
pool = multiprocessing.get_context("fork").Pool(2)  # its processes hold the pipe that tells of the owner's end
grandchild = backend.evaluate(
    "import subprocess\\n"
    "subprocess.Popen(['sleep', '600'], start_new_session=True).pid"
)
print(backend.pid, backend.health().worker_pid, grandchild, flush=True)
backend.evaluate("import time; time.sleep(600)")
"""


def kill_an_owner(python: Path, home: Home, tmp_path: Path) -> float:
    """Kills a process that owns a backend during a cell; seconds until nothing of it was alive."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(python)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    assert len(pids) == 3
    assert all(_is_alive(pid) for pid in pids)
    pool = _children(owner.pid)
    owner.kill()
    begun = time.monotonic()
    gone = wait_until(lambda: not any(_is_alive(pid) for pid in pids), 10)
    took = time.monotonic() - begun
    for pid in pool:  # the owner's own children, which are not ours to end
        if _is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    assert gone, f"alive after 10 s: {[pid for pid in pids if _is_alive(pid)]}"
    assert wait_until(lambda: not beep_processes(home), 1)
    assert list(home.runtime_folder.iterdir()) == []
    return took


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found


def test_a_killed_owner_takes_everything_with_it(home: Home, python: Path, tmp_path: Path) -> None:
    assert kill_an_owner(python, home, tmp_path) < 2


@pytest.mark.campaign
@pytest.mark.timeout(300)
def test_twenty_killed_owners_leave_nobody(home: Home, tmp_path: Path) -> None:
    times = [kill_an_owner(Path(sys.executable), home, tmp_path) for _ in range(20)]
    print(f"20 of 20 gone; slowest {max(times):.2f} s")
    assert max(times) < 2


def test_a_start_that_fails_says_why_and_leaves_nothing(start: Start, tmp_path: Path, home: Home) -> None:
    python = _environment(tmp_path)
    site = next((tmp_path / "e").glob("lib/python*/site-packages"))
    (site / "sitecustomize.py").write_text("raise SystemExit('broken on purpose')")
    with pytest.raises(StartError, match=r"did not start in environment 'bare'.*broken on purpose") as caught:
        start(python)
    assert "broken on purpose" in caught.value.stderr_tail
    assert list(home.runtime_folder.iterdir()) == []


def test_an_interpreter_that_is_gone_is_a_start_error(start: Start, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="the interpreter cannot be started: No such file or directory"):
        start(tmp_path / "gone")


def test_a_crash_loop_ends_with_the_reason(start: Start, tmp_path: Path) -> None:
    python = _environment(tmp_path)
    with start(python) as backend:
        site = next((tmp_path / "e").glob("lib/python*/site-packages"))
        (site / "sitecustomize.py").write_text("import os; os.write(2, b'no way\\n'); os._exit(7)")
        with pytest.raises(WorkerDiedError):
            backend.evaluate("import os; os._exit(1)")
        for _ in range(5):
            with pytest.raises(StartError, match=r"the worker ended before it was ready.*no way"):
                backend.evaluate("1")
        with pytest.raises(StartError, match=r"the worker ended 5 times before it was ready.*no way"):
            backend.evaluate("1")


def _environment(folder: Path) -> Path:
    subprocess.run([uv.find_uv_bin(), "venv", "-q", "-p", sys.executable, str(folder / "e")], check=True)
    return folder / "e" / "bin" / "python"


def _swallow(backend: Backend, code: str) -> None:
    try:
        backend.evaluate(code)
    except (ConnectionLostError, WorkerDiedError):
        return


def test_a_fault_of_the_worker_itself_is_told_with_its_last_words(host_backend: Backend) -> None:
    code = "import gc\nfor item in gc.get_objects():\n    if type(item).__name__ == 'Loop': item._status = -1"
    with pytest.raises(WorkerDiedError) as caught:
        host_backend.evaluate(code)
    assert caught.value.exit_code == 1
    assert "OSError: [Errno 9] Bad file descriptor" in caught.value.stderr_tail
    assert host_backend.evaluate("1 + 1") == 2

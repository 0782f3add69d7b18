"""Forks leave the streams whole: in a cell, in pools, and of the notebook's own process."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from beep_jupyter.backends.backend import Backend

from .test_execution import text_of


def test_pool_children_that_print_much_leave_the_stream_whole(every_backend: Backend) -> None:
    code = """
import multiprocessing

def say(name):
    for number in range(30_000):
        print(name * 9)
    return name

pool = multiprocessing.get_context("fork").Pool(4)
names = pool.map(say, "abcd", chunksize=1)
pool.close()
pool.join()
names
"""
    execution = every_backend.execute(code)
    assert execution.result == list("abcd")
    text = text_of(execution)
    assert {name: text.count(name) for name in "abcd"} == dict.fromkeys("abcd", 270_000)
    assert text.count("\n") == 120_000


def test_a_child_that_exits_in_its_cell_prints_whole_and_once(backend: Backend) -> None:
    code = """
import os
print("before")
pid = os.fork()
if pid == 0:
    print("child")
    os._exit(0)
os.waitpid(pid, 0)
print("after")
"""
    assert text_of(backend.execute(code)) == "before\nchild\nafter\n"


def test_a_child_that_runs_off_the_end_of_its_cell_ends_there(backend: Backend) -> None:
    code = "import os\npid = os.fork()\nprint('parent' if pid else 'child')"
    texts = text_of(backend.execute(code))
    time.sleep(0.2)
    texts += text_of(backend.execute("_, status = os.waitpid(pid, 0)\nassert status == 0"))
    assert sorted(texts.split()) == ["child", "parent"]
    assert backend.evaluate("os.getpid()") == backend.health().worker_pid


def test_a_child_that_raises_says_so_and_exits_with_1(backend: Backend) -> None:
    code = "import os\npid = os.fork()\nif not pid:\n    1 / 0\nos.WEXITSTATUS(os.waitpid(pid, 0)[1])"
    execution = backend.execute(code)
    assert execution.result == 1
    assert "ZeroDivisionError" in text_of(execution, "stderr")


def test_a_child_of_sys_exit_has_that_status(backend: Backend) -> None:
    code = "import os, sys\npid = os.fork()\nif not pid:\n    sys.exit(5)\nos.WEXITSTATUS(os.waitpid(pid, 0)[1])"
    assert backend.evaluate(code) == 5


def test_a_childs_exit_status_is_not_taken_by_the_worker(backend: Backend) -> None:
    assert backend.evaluate("import subprocess\nsubprocess.run(['sh', '-c', 'exit 7']).returncode") == 7


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # said from 3.12 on
def test_a_forked_client_leaves_the_parents_connection_whole(host_backend: Backend) -> None:
    host_backend.evaluate("x = 1")
    pid = os.fork()
    if pid == 0:
        value = host_backend.evaluate("x + 1")  # over a connection of its own
        os._exit(0 if value == 2 else 1)
    for number in range(200):
        assert host_backend.evaluate(f"{number}") == number
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # said from 3.12 on
def test_a_client_forked_during_another_threads_call_is_not_stuck(host_backend: Backend) -> None:
    thread = threading.Thread(target=host_backend.evaluate, args=("import time; time.sleep(1)",))
    thread.start()
    time.sleep(0.2)
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        os._exit(0 if host_backend.evaluate("1 + 1") == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    thread.join()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_pools_of_either_kind_work_in_cells(backend: Backend, method: str) -> None:
    backend.evaluate(f"import multiprocessing, math\npool = multiprocessing.get_context({method!r}).Pool(2)")
    assert backend.evaluate("pool.map(math.sqrt, [1, 4, 9])") == [1.0, 2.0, 3.0]
    backend.evaluate("pool.close(); pool.join()")


def test_a_childs_own_child_finds_its_files_open_and_whole(backend: Backend) -> None:
    code = """
import os
pid = os.fork()
if pid == 0:
    reading, writing = os.pipe()
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]  # they get the numbers that were the worker's
    os.write(writing, b"mine")
    grandchild = os.fork()
    if grandchild == 0:
        for descriptor in (reading, writing, *files):
            os.fstat(descriptor)
        print("open")
        os._exit(0)
    os.waitpid(grandchild, 0)
    print(os.read(reading, 4).decode())
    os._exit(0)
os.waitpid(pid, 0)
"""
    assert text_of(backend.execute(code)) == "open\nmine\n"

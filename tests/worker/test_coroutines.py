"""Tasks that cells leave go on between cells, as in a notebook's own kernel, and disturb nobody."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.errors import ExecutionError
from tests.backends.conftest import wait_until
from tests.backends.test_execution import text_of
from tests.backends.test_interrupts import in_background

TICKER = """
import asyncio
ticks = []
async def tick():
    while True:
        ticks.append(len(ticks))
        await asyncio.sleep(0.01)
task = asyncio.create_task(tick())
"""


def ticks(backend: Backend) -> int:
    return int(backend.evaluate("len(ticks)"))  # type: ignore[arg-type]


def test_a_task_goes_on_between_cells_and_not_while_another_cell_runs(every_backend: Backend) -> None:
    every_backend.execute(TICKER)
    assert wait_until(lambda: ticks(every_backend) > 3)
    paused = every_backend.evaluate("import time; before = len(ticks); time.sleep(0.2); len(ticks) - before")
    assert paused == 0
    count = ticks(every_backend)
    time.sleep(0.3)
    assert ticks(every_backend) > count + 5
    every_backend.execute("task.cancel()")
    assert every_backend.evaluate("task.cancelled()") is True


def test_a_task_goes_on_however_close_requests_come(host_backend: Backend) -> None:
    host_backend.execute("import asyncio\nasync def count():\n    for n in range(50):\n        await asyncio.sleep(0)")
    host_backend.execute("task = asyncio.create_task(count())")
    assert any(host_backend.evaluate("task.done()") for _ in range(1000))


def test_what_a_task_prints_between_cells_comes_with_the_next(host_backend: Backend) -> None:
    code = "import asyncio\nasync def say():\n    await asyncio.sleep(0.05)\n    print('from a task')\n"
    host_backend.execute(code + "task = asyncio.create_task(say())")
    time.sleep(0.3)
    assert text_of(host_backend.execute("print('from the cell')")) == "from a task\nfrom the cell\n"


def test_timers_servers_and_threads_of_the_loop_go_on_too(backend: Backend) -> None:
    backend.execute("import asyncio\nloop = asyncio.get_running_loop()\nseen = []\n")
    backend.execute("handle = loop.call_later(0.05, seen.append, 'timer')")
    backend.execute("async def ask():\n    seen.append(await loop.run_in_executor(None, lambda: 'thread'))")
    backend.execute("task = asyncio.ensure_future(ask())")
    backend.execute("""
async def answer(reader, writer):
    writer.write(b"hello")
    await writer.drain()
    writer.close()
server = await asyncio.start_server(answer, "127.0.0.1", 0)
port = server.sockets[0].getsockname()[1]
""")
    assert wait_until(lambda: set(backend.evaluate("seen")) == {"timer", "thread"})  # type: ignore[arg-type]
    with socket.create_connection(("127.0.0.1", backend.evaluate("port")), 5) as client:  # type: ignore[arg-type]
        assert client.recv(5) == b"hello"
    backend.execute("server.close()")


def test_an_exception_that_nobody_takes_is_told_with_the_next_cell(backend: Backend) -> None:
    code = "import asyncio\nasync def fail():\n    await asyncio.sleep(0.01)\n    raise ValueError('in the task')\n"
    backend.execute(code + "task = asyncio.create_task(fail())")
    time.sleep(0.2)
    told = text_of(backend.execute("import gc\ndel task\ngc.collect()"), "stderr")
    assert "Task exception was never retrieved" in told
    assert "ValueError: in the task" in told
    assert "beep_jupyter" not in told


@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt"])
def test_a_task_that_wants_the_interpreter_to_end_does_not_end_the_worker(backend: Backend, error: str) -> None:
    code = f"import asyncio\nasync def leave():\n    await asyncio.sleep(0.02)\n    raise {error}\n"
    backend.execute(code + "task = asyncio.create_task(leave())")
    backend.execute(TICKER.replace("task =", "ticker ="))
    time.sleep(0.1)
    told = text_of(backend.execute("pass"), "stderr")
    assert error.partition("(")[0] in told
    assert "beep_jupyter" not in told
    assert wait_until(lambda: ticks(backend) > 3)


def test_between_cells_a_task_has_no_input(backend: Backend) -> None:
    code = "import asyncio\nasync def ask():\n    await asyncio.sleep(0.01)\n    return input()\n"
    backend.execute(code + "task = asyncio.create_task(ask())", stdin=lambda prompt, is_password: "x")
    assert wait_until(lambda: bool(backend.evaluate("task.done()")))
    with pytest.raises(ExecutionError, match="EOFError: a routed cell has no standard input"):
        backend.execute("task.result()", stdin=lambda prompt, is_password: "x")


def test_an_interrupt_between_cells_hits_no_task(backend: Backend) -> None:
    backend.execute(TICKER)
    worker = backend.health().worker_pid
    assert worker is not None
    for _ in range(50):
        os.kill(worker, signal.SIGINT)
        backend.interrupt()
        time.sleep(0.002)
    count = ticks(backend)
    assert wait_until(lambda: ticks(backend) > count)
    assert text_of(backend.execute("pass"), "stderr") == ""


@pytest.mark.parametrize("waiting", ["await asyncio.sleep(60)", "await asyncio.gather(asyncio.sleep(60), block())"])
def test_an_interrupt_ends_a_cell_that_awaits_and_none_of_the_tasks_of_others(backend: Backend, waiting: str) -> None:
    busy = TICKER.replace("asyncio.sleep(0.01)", "asyncio.sleep(0)").replace(
        "ticks.append", "sum(range(3000))\n        ticks.append"
    )
    backend.execute(busy + "async def block():\n    time.sleep(60)\nimport time")
    for _ in range(10):
        thread, results = in_background(lambda: backend.execute(waiting, check=False))
        time.sleep(0.03)
        assert wait_until(backend.interrupt)
        thread.join(5)
        assert getattr(results[0], "status", results[0]) == "interrupted"
        assert results[0].error["ename"] == "KeyboardInterrupt"  # type: ignore[attr-defined]
        assert "await asyncio" in "".join(results[0].error["traceback"])  # type: ignore[attr-defined]
    count = ticks(backend)
    assert wait_until(lambda: ticks(backend) > count)


def test_health_answers_while_a_task_blocks_and_the_call_waits_for_it(host_backend: Backend) -> None:
    code = "import asyncio, time\nasync def block():\n    await asyncio.sleep(0.05)\n    time.sleep(1)\n"
    host_backend.execute(code + "task = asyncio.create_task(block())")
    time.sleep(0.2)
    begun = time.monotonic()
    assert host_backend.health().worker_pid
    assert time.monotonic() - begun < 0.5
    assert host_backend.evaluate("task.done()") is True
    assert time.monotonic() - begun > 0.5


def test_a_child_that_a_task_forks_ends_with_its_step(backend: Backend) -> None:
    backend.execute(TICKER.replace("task =", "ticker ="))
    backend.execute("""
import os
async def fork():
    global child
    await asyncio.sleep(0.02)
    child = os.fork()
    if not child:
        print('in the child')
        raise SystemExit(7)
task = asyncio.create_task(fork())
""")
    assert wait_until(lambda: bool(backend.evaluate("task.done()")))
    assert backend.evaluate("os.waitpid(child, 0)[1] >> 8") == 7
    backend.execute("async def fork():\n    global child\n    child = os.fork()\ntask = asyncio.create_task(fork())")
    assert backend.evaluate("os.waitpid(child, 0)[1]") == 0
    assert wait_until(lambda: ticks(backend) > 3)


def test_a_loop_that_code_closes_or_stops_is_no_end_of_async(backend: Backend) -> None:
    backend.execute("import asyncio\nloop = asyncio.get_running_loop()")
    backend.execute("loop.stop()")
    backend.execute("await asyncio.sleep(0)")
    backend.execute("loop.close()")
    time.sleep(0.1)
    backend.execute(TICKER)
    assert wait_until(lambda: ticks(backend) > 3)


def test_a_magic_may_await_alone_and_says_so_elsewhere(cell) -> None:
    cell("import asyncio")
    assert cell("%time await asyncio.sleep(0, 'slept')").result == "slept"
    assert cell("%%time\nawait asyncio.sleep(0, 'slept')").result == "slept"
    execution = cell("await asyncio.sleep(0)\n%time await asyncio.sleep(0)")
    assert execution.error["evalue"].startswith("code that awaits cannot run inside of a cell that awaits; put")
    assert text_of(execution, "stderr") + text_of(cell("import gc\ngc.collect()"), "stderr") == ""
    assert cell("await asyncio.sleep(0)\nx = %time asyncio.isfuture(1)\nx").result is False


def test_code_that_runs_a_loop_of_its_own_does_not_end_the_sessions(backend: Backend) -> None:
    backend.execute(TICKER)
    backend.execute("run, sleep = asyncio.run, asyncio.sleep")
    backend.execute("run(sleep(0.01))")  # no word that says that the cell needs the loop
    count = ticks(backend)
    assert wait_until(lambda: ticks(backend) > count)


def test_a_session_that_leaves_tasks_ends_at_once(backend: Backend) -> None:
    session = backend.session("other")
    session.execute(TICKER + "\nnever_begun = asyncio.create_task(tick())")
    begun = time.monotonic()
    session.restart()
    assert session.evaluate("1") == 1
    assert time.monotonic() - begun < 2


def test_a_call_behind_a_task_that_blocks_can_be_given_up(host_backend: Backend) -> None:
    code = "import asyncio, time\nasync def block():\n    await asyncio.sleep(0.05)\n    time.sleep(1.5)\n"
    host_backend.execute(code + "kept = 1\ntask = asyncio.create_task(block())")
    time.sleep(0.2)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    presses = [threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGINT)) for delay_s in (0.2, 0.4)]
    for press in presses:
        press.start()
    begun = time.monotonic()
    try:
        with pytest.raises(ExecutionError, match="KeyboardInterrupt"):
            host_backend.execute("ran = True")
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - begun < 1
    assert host_backend.evaluate("'ran' in globals(), kept, task.exception()") == (False, 1, None)

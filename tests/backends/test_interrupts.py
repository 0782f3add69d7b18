"""An interrupt hits the request it is addressed to, and nothing else; the streams stay whole."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.connection_file import read
from beep_jupyter.errors import ExecutionError, WorkerDiedError
from beep_jupyter.models import Execution

from .conftest import Start, wait_until
from .raw import RawClient


def in_background(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Runs work on a thread; what it returned or raised is in the list afterwards."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(work())
        except (ExecutionError, WorkerDiedError) as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(60)",
        "while True:\n    pass",
        "import os\nos.system('sleep 60')",
        "import subprocess\nsubprocess.run(['sleep', '60'])",
        "import threading\nthreading.Event().wait()",
        "import asyncio\nawait asyncio.sleep(60)",
    ],
)
def test_an_interrupt_ends_the_cell_and_keeps_the_state(backend: Backend, code: str) -> None:
    backend.evaluate("kept = 1")
    thread, results = in_background(lambda: backend.execute(code, check=False))
    assert wait_until(lambda: backend.health().state == "busy")
    time.sleep(0.2)
    begun = time.monotonic()
    assert backend.interrupt() is True
    thread.join(5)
    assert time.monotonic() - begun < 1
    if "os.system" in code:  # the shell's child got the signal, as in a terminal; system() returned
        assert isinstance(results[0], Execution)
    else:
        assert isinstance(results[0], Execution)
        assert results[0].status == "interrupted"
        assert "beep_jupyter" not in str(results[0].outputs[-1])
    assert backend.evaluate("kept") == 1


def test_interrupted_code_raises_keyboard_interrupt_with_its_execution(host_backend: Backend) -> None:
    thread, results = in_background(lambda: host_backend.execute("print('so far')\nimport time\ntime.sleep(60)"))
    assert wait_until(lambda: host_backend.health().state == "busy")
    time.sleep(0.1)
    host_backend.interrupt()
    thread.join(5)
    error = results[0]
    assert isinstance(error, ExecutionError)
    assert error.ename == "KeyboardInterrupt"
    assert error.execution is not None
    assert error.execution.status == "interrupted"
    assert error.execution.outputs[0]["text"] == "so far\n"


def test_the_second_interrupt_of_a_call_kills(host_backend: Backend) -> None:
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
    thread, results = in_background(lambda: host_backend.evaluate(stubborn))
    assert wait_until(lambda: host_backend.health().state == "busy")
    time.sleep(0.1)
    host_backend.interrupt()
    time.sleep(0.2)
    assert thread.is_alive()
    host_backend.interrupt()
    thread.join(5)
    assert isinstance(results[0], WorkerDiedError)
    assert results[0].reason == "interrupt"
    assert "second interrupt" in str(results[0])
    assert host_backend.evaluate("1") == 1


def test_an_interrupt_of_an_idle_session_does_nothing(host_backend: Backend) -> None:
    host_backend.evaluate("x = 1")
    assert host_backend.interrupt() is False
    assert host_backend.evaluate("x") == 1


def test_a_stray_sigint_is_ignored(host_backend: Backend) -> None:
    worker = host_backend.health().worker_pid
    assert worker is not None
    os.kill(worker, signal.SIGINT)
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nsum(range(1000))"
    assert host_backend.evaluate(code) == 499500


def test_signals_while_it_waits_keep_no_client_waiting(host_backend: Backend) -> None:
    worker, is_over = host_backend.health().worker_pid, threading.Event()
    assert worker is not None

    def signal_on() -> None:
        while not is_over.wait(0.0002):
            os.kill(worker, signal.SIGINT)

    thread = threading.Thread(target=signal_on)
    thread.start()
    try:
        for number in range(300):
            with RawClient(host_backend) as client:
                assert client.fields("eval", code=f"{number}") == {"value": number}
    finally:
        is_over.set()
        thread.join()


def sleeping(backend: Backend) -> tuple[threading.Thread, list[object]]:
    """A cell that sleeps for two seconds, and does so by now."""
    is_begun = threading.Event()
    code = "import time\nprint('begun', flush=True)\ntime.sleep(2)\n'whole'"
    thread, results = in_background(lambda: backend.execute(code, on_output=lambda _: is_begun.set()))
    assert is_begun.wait(10)
    return thread, results


def test_sigint_ends_the_wait_of_a_client_that_is_not_let_in_yet(host_backend: Backend) -> None:
    thread, results = sleeping(host_backend)
    with Backend(read(host_backend.connection_file)) as late:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        execution = late.execute("began = True", check=False)
        assert (execution.status, thread.is_alive()) == ("interrupted", True)
        assert "it waited for other code of its session" in execution.error["evalue"]  # type: ignore[index]
        thread.join()
        assert results[0].result == "whole"  # type: ignore[attr-defined]


def test_a_client_that_came_while_the_interrupted_code_ran_is_served_after_it(host_backend: Backend) -> None:
    thread, results = in_background(lambda: host_backend.execute("import time\ntime.sleep(60)", check=False))
    assert wait_until(lambda: host_backend.health().state == "busy")
    other, answers = in_background(lambda: RawClient(host_backend))
    time.sleep(0.3)
    assert host_backend.interrupt()
    other.join(5)
    thread.join(5)
    assert getattr(results[0], "status", results[0]) == "interrupted"
    with answers[0] as client:  # type: ignore[attr-defined]
        assert client.fields("eval", code="1 + 1") == {"value": 2}


def test_an_interrupt_for_a_request_that_has_not_begun_is_remembered(host_backend: Backend) -> None:
    transport = host_backend._transport
    host_backend.evaluate("ran = False")
    connection = transport._connection.ready["connection"]  # type: ignore[attr-defined]
    coming = next(transport._requests) + 1  # type: ignore[attr-defined]
    transport.control("interrupt", {"connection": connection, "request": coming})
    with pytest.raises(ExecutionError, match="KeyboardInterrupt"):
        host_backend.evaluate("ran = True")
    assert host_backend.evaluate("ran") is False


def test_pressing_ctrl_c_interrupts_the_cell_and_does_not_break_the_client(host_backend: Backend) -> None:
    before = signal.getsignal(signal.SIGINT)
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(ExecutionError, match="KeyboardInterrupt"):
        host_backend.execute("import time\nfor _ in range(600):\n    print('.', end='')\n    time.sleep(0.01)")
    assert signal.getsignal(signal.SIGINT) is before
    assert host_backend.evaluate("'alive'") == "alive"


def interrupt_at_random(backend: Backend, rounds: int, seed: int) -> None:
    """Interrupts numbered cells at random moments: each ends as itself, whole, or interrupted; none hits another."""
    moments = random.Random(seed)
    backend.evaluate("done = []")
    interrupted = 0
    for number in range(rounds):
        timer = threading.Timer(moments.uniform(0, 0.02), os.kill, (os.getpid(), signal.SIGINT))
        code = f"print('begin {number}')\nfor _ in range(5000):\n    print('x' * 50)\ndone.append({number})"
        timer.start()
        try:
            execution = backend.execute(code, check=False)
            text = "".join(output.get("text", "") for output in execution.outputs)
            lines = text.splitlines()
            assert not lines or lines[0] == f"begin {number}"
            assert set(lines[1:-1]) <= {"x" * 50}
            if execution.status == "ok":
                assert len(lines) == 5001
            interrupted += execution.status == "interrupted"
        finally:
            timer.join()
        assert backend.evaluate(f"{number} + 0") == number
    done = backend.evaluate("done")
    assert rounds - interrupted <= len(done) <= rounds
    assert done == sorted(set(done))
    print(f"seed {seed}: {rounds} interrupts, {interrupted} ended their own cell, none another")


def test_interrupts_at_random_moments_hit_no_wrong_cell_and_lose_no_frame(start: Start) -> None:
    with start() as backend:
        _without_ctrl_c_here(lambda: interrupt_at_random(backend, 40, seed=random.randrange(1 << 30)))


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_two_hundred_interrupts_at_random_moments(backend: Backend) -> None:
    _without_ctrl_c_here(lambda: interrupt_at_random(backend, 200, seed=2026))


def _without_ctrl_c_here(work: Callable[[], None]) -> None:
    """SIGINT between calls is nothing to these tests; during a call the client's own handler is in place."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        work()
    finally:
        signal.signal(signal.SIGINT, before)

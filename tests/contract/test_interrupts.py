"""An interrupt ends the call it is meant for within a second, keeps the state, and hits nothing else."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from functools import partial

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import ExecutionError, ExecutionTimeoutError, WorkerDiedError

from . import problem_child
from .conftest import Pool, close_session
from .places import HOST, KINDS, Place
from .waiting import Background, begun, wait_until

LOOPS = [
    "import time\ntime.sleep(60)",
    "while True:\n    pass",
    "import threading\nthreading.Event().wait()",
    "import subprocess\nsubprocess.run(['sleep', '60'])",
    "await __import__('asyncio').sleep(60)",
]
SETTLE_S = 0.15  # what a cell is given to get from its first print into its loop


@pytest.mark.parametrize("code", LOOPS)
def test_an_interrupt_ends_the_cell_and_keeps_the_state(session: Session, code: str) -> None:
    session.evaluate("kept = 1")
    cell = begun(session, code)
    time.sleep(SETTLE_S)
    asked = time.monotonic()
    assert session.interrupt() is True
    cell.join()
    assert cell.ended_at - asked < 1
    assert cell.result.status == "interrupted"
    assert cell.result.error["ename"] == "KeyboardInterrupt"
    assert session.evaluate("kept") == 1


def test_with_check_an_interrupted_cell_raises_with_what_it_did(host_session: Session) -> None:
    cell = Background(lambda: host_session.execute("print('so far', flush=True)\nimport time\ntime.sleep(60)"))
    assert wait_until(host_session.interrupt)
    error = cell.join().error
    assert isinstance(error, ExecutionError)
    assert error.ename == "KeyboardInterrupt"
    assert error.execution is not None
    assert error.execution.status == "interrupted"


def test_nothing_to_interrupt_is_said_and_harms_nothing(host_session: Session) -> None:
    assert host_session.interrupt() is False
    assert host_session.evaluate("sum(range(1000))") == 499500


def test_the_second_interrupt_of_a_call_kills_and_says_so(host_session: Session) -> None:
    cell = begun(host_session, problem_child.IGNORE_INTERRUPT)
    time.sleep(SETTLE_S)
    assert host_session.interrupt() is True
    time.sleep(SETTLE_S)
    assert cell.is_running
    assert host_session.interrupt() is True
    error = cell.join().error
    assert isinstance(error, WorkerDiedError)
    assert error.reason == "interrupt"
    assert "was killed by the second interrupt" in str(error)
    assert host_session.evaluate("1 + 1") == 2


def test_a_time_limit_interrupts_and_the_state_is_kept(session: Session) -> None:
    session.evaluate("kept = 1")
    asked = time.monotonic()
    with pytest.raises(ExecutionTimeoutError) as caught:
        session.execute("print('so far')\nimport time\ntime.sleep(60)", timeout_s=0.3)
    assert 0.25 < time.monotonic() - asked < 1.3
    assert caught.value.execution is not None
    assert caught.value.execution.outputs[0]["text"] == "so far\n"
    assert session.evaluate("kept") == 1


def test_a_time_limit_that_is_not_reached_changes_nothing(session: Session) -> None:
    assert session.evaluate("1 + 1", timeout_s=30) == 2


def test_calls_that_ignore_their_time_limit_are_killed_five_seconds_later(pool: Pool) -> None:
    backends = [pool.backend(Place(kind, HOST)) for kind in KINDS]  # all at once: most of it is waiting
    sessions = [backend.session("deaf") for backend in backends]
    asked = time.monotonic()
    calls = [Background(partial(one.evaluate, problem_child.IGNORE_INTERRUPT, timeout_s=0.2)) for one in sessions]
    for call in calls:
        error = call.join().error
        assert isinstance(error, WorkerDiedError)
        assert error.reason == "timeout"
        assert 5 < call.ended_at - asked < 7
    for backend, session in zip(backends, sessions, strict=True):
        session.close()
        close_session(backend, "deaf")


def test_the_keyboards_interrupt_ends_the_call_of_the_main_thread(host_session: Session) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer = threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        execution = host_session.execute("import time\ntime.sleep(60)", check=False)
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert execution.status == "interrupted"
    assert host_session.evaluate("1 + 1") == 2


def test_interrupting_one_session_leaves_the_others_alone(host_backend: Backend, fresh_session: Session) -> None:
    slow = begun(fresh_session, "import time\ntime.sleep(1)\nfinished = True")
    assert host_backend.interrupt() is False
    assert slow.join().result.status == "ok"


@pytest.mark.parametrize("count", [50, pytest.param(200, marks=pytest.mark.campaign)])
def test_interrupts_at_random_moments_hit_no_other_cell(fresh_session: Session, count: int) -> None:
    session, chance = fresh_session, random.Random(7)
    session.evaluate("import time\ncount = 0")
    for number in range(count):
        cell = Background(lambda: session.execute("time.sleep(60)", check=False))
        time.sleep(chance.uniform(0, 0.05))
        asked = time.monotonic()
        assert wait_until(session.interrupt, 2)
        cell.join()
        assert cell.ended_at - asked < 1
        assert cell.result.status == "interrupted"
        assert session.evaluate("count += 1\ncount") == number + 1

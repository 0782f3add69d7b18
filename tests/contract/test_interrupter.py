"""Who waits for another client of the session can be interrupted, and that goes on; so can the calls of any thread."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.interrupting import Interrupter
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import ExecutionTimeoutError, WorkerDiedError
from beep_jupyter.models import Execution

from . import problem_child
from .conftest import close_session
from .waiting import Background, begun, wait_until

SLEEP = "import time\ntime.sleep(60)"
MARK = "marked = True"  # so that a test can tell whether it was begun


_serial = itertools.count(1)


@pytest.fixture
def name() -> str:
    return f"shared-{next(_serial)}"


@pytest.fixture
def mine(host_backend: Backend, name: str) -> Iterator[Session]:
    """A fresh session."""
    session = host_backend.session(name)
    yield session
    session.close()
    close_session(host_backend, name)


@pytest.fixture
def another(beep: Beep, host_backend: Backend, mine: Session, name: str) -> Iterator[Session]:
    """Another client of the same session."""
    with beep.connect(host_backend.name) as backend:
        yield backend.session(name)


class Held:
    """A cell that is run inside an interrupter."""

    def __init__(self, session: Session, code: str) -> None:
        self.interrupter = Interrupter()
        self._code, self._session = code, session
        self._is_seen = False
        self.work = Background(self._run)

    def _run(self) -> Execution:
        with self.interrupter:
            return self._session.execute(self._code, check=False, on_output=self._see)

    def _see(self, _: object) -> None:
        self._is_seen = True

    def is_begun(self) -> bool:
        return self._is_seen


def slept(session: Session) -> Held:
    """A cell that sleeps by now."""
    held = Held(session, f"print('begun', flush=True)\n{SLEEP}")
    assert wait_until(held.is_begun, 30)
    return held


def has_marked(session: Session) -> bool:
    return bool(session.evaluate("'marked' in globals()"))


def test_it_interrupts_the_call_of_its_thread_and_keeps_the_state(mine: Session) -> None:
    mine.evaluate("kept = 1")
    held = slept(mine)
    held.interrupter.press()
    assert held.work.join().result.status == "interrupted"
    assert mine.evaluate("kept") == 1


def test_the_second_press_kills(mine: Session) -> None:
    held = Held(mine, f"print('begun', flush=True)\n{problem_child.IGNORE_INTERRUPT}")
    assert wait_until(held.is_begun, 30)
    time.sleep(0.15)
    held.interrupter.press()
    time.sleep(0.15)
    assert held.work.is_running
    held.interrupter.press()
    error = held.work.join().error
    assert isinstance(error, WorkerDiedError)
    assert error.reason == "interrupt"


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "not let in"])
def test_a_call_that_waits_for_another_clients_ends_at_once_and_that_goes_on(
    mine: Session, another: Session, is_known: bool
) -> None:
    if is_known:
        mine.evaluate("known = 1")
    other = begun(another, "import time\ntime.sleep(1.5)\n'whole'")
    held = Held(mine, MARK)
    time.sleep(0.3)
    held.interrupter.press()
    assert held.work.join().result.status == "interrupted"
    assert other.is_running
    assert other.join().result.result == "whole"
    assert not has_marked(another)
    assert mine.evaluate("1") == 1


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "not let in"])
def test_a_time_limit_ends_the_wait_for_another_clients_code(mine: Session, another: Session, is_known: bool) -> None:
    if is_known:
        mine.evaluate("known = 1")
    other = begun(another, "import time\ntime.sleep(1.5)\n'whole'")
    with pytest.raises(ExecutionTimeoutError):
        mine.execute(MARK, timeout_s=0.3)
    assert other.is_running
    assert other.join().result.result == "whole"
    assert not has_marked(another)


def test_a_call_that_begins_after_the_press_is_interrupted_as_it_begins(mine: Session) -> None:
    interrupter = Interrupter()
    interrupter.press()

    def work() -> Execution:
        with interrupter:
            return mine.execute(MARK, check=False)

    assert Background(work).join().result.status == "interrupted"
    assert not has_marked(mine)


def test_a_press_after_the_end_reaches_nobody(mine: Session) -> None:
    held = Held(mine, "1")
    assert held.work.join().result.status == "ok"
    cell = begun(mine, "import time\ntime.sleep(0.5)\n2")
    held.interrupter.press()
    assert cell.join().result.result == 2


@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.campaign)])
def test_presses_at_random_moments_end_their_own_call_or_none(mine: Session, another: Session, count: int) -> None:
    chance = random.Random(5)
    for _ in range(count):
        other = Background(lambda: another.execute("time = __import__('time')\ntime.sleep(0.01)\n'whole'"))
        held = Held(mine, "1")
        time.sleep(chance.uniform(0, 0.02))
        held.interrupter.press()
        assert held.work.join().error is None
        assert held.work.result.status in ("ok", "interrupted")
        assert other.join().result.result == "whole"

"""Sessions: namespaces of their own, in processes of their own, that live and die alone."""

from __future__ import annotations

import os
import signal
import time

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import UsageError, WorkerDiedError

from . import problem_child
from .conftest import close_session, opened
from .waiting import begun, wait_until

PID = "import os\nos.getpid()"


def test_each_has_a_namespace_and_a_process_of_its_own(host_backend: Backend, fresh_session: Session) -> None:
    host_backend.evaluate("x = 'default'")
    fresh_session.evaluate("x = 'fresh'")
    assert (host_backend.evaluate("x"), fresh_session.evaluate("x")) == ("default", "fresh")
    assert host_backend.evaluate(PID) != fresh_session.evaluate(PID)


def test_the_same_name_is_the_same_session_for_every_client(beep: Beep, host_backend: Backend) -> None:
    host_backend.session("shared").evaluate("x = 5")
    with beep.connect(host_backend.connection_file) as other:
        assert other.session("shared").evaluate("x") == 5
    assert "shared" in host_backend.health().sessions
    close_session(host_backend, "shared")
    assert "shared" not in host_backend.health().sessions


def test_one_that_dies_takes_no_other_with_it(host_backend: Backend, fresh_session: Session) -> None:
    host_backend.evaluate("kept = 1")
    with pytest.raises(WorkerDiedError):
        fresh_session.evaluate(problem_child.CRASHES["SEGV"])
    assert host_backend.evaluate("kept") == 1


def test_one_that_is_busy_keeps_no_other_waiting(host_backend: Backend, fresh_session: Session) -> None:
    host_backend.evaluate("1")
    cell = begun(fresh_session, problem_child.hold_the_gil(1.5))
    started = time.monotonic()
    assert host_backend.evaluate("1 + 1") == 2
    assert host_backend.health().state == "idle"
    assert cell.is_running
    assert time.monotonic() - started < 0.5
    cell.join()


def test_a_restart_is_of_one_session(host_backend: Backend, fresh_session: Session) -> None:
    host_backend.evaluate("kept = 2")
    fresh_session.evaluate("lost = 1")
    fresh_session.restart()
    assert fresh_session.evaluate("'lost' in globals()") is False
    assert host_backend.evaluate("kept") == 2


def test_a_restart_by_somebody_else_is_told_once_and_nothing_runs_before(beep: Beep, host_backend: Backend) -> None:
    with beep.connect(host_backend.connection_file) as other:
        session, others = host_backend.session("two"), other.session("two")
        others.evaluate("x = 1")
        session.restart()
        session.evaluate("ran = False")
        with pytest.raises(WorkerDiedError) as caught:
            others.evaluate("ran = True")
        assert caught.value.reason == "restart"
        assert others.evaluate("ran") is False
    close_session(host_backend, "two")


def test_state_lost_between_calls_is_told_once_and_nothing_runs_before(
    host_backend: Backend, fresh_session: Session, tmp_path: os.PathLike[str]
) -> None:
    pid = fresh_session.evaluate(PID)
    mark = f"open({os.fspath(tmp_path) + '/ran'!r}, 'w')"
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        fresh_session.evaluate(mark)
    assert os.listdir(tmp_path) == []
    fresh_session.evaluate(mark)
    assert os.listdir(tmp_path) == ["ran"]


def test_closing_a_session_ends_its_worker_and_what_that_started(host_backend: Backend) -> None:
    session = host_backend.session("brief")
    pids = [session.evaluate(PID), session.evaluate(problem_child.ESCAPE)]
    close_session(host_backend, "brief")
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}/exe")]
    session.close()


@pytest.mark.parametrize("name", ["../x", "A", "a" * 80, "-x"])
def test_a_name_outside_the_pattern_is_refused(host_backend: Backend, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a session"):
        host_backend.session(name)


def test_a_session_that_was_closed_is_not_found(host_backend: Backend) -> None:
    session = host_backend.session("gone")
    assert session.evaluate("1") == 1
    close_session(host_backend, "gone")
    with pytest.raises((UsageError, WorkerDiedError)):
        session.evaluate("1")
    with pytest.raises(UsageError, match="no session 'gone'"):
        session.evaluate("1")
    with pytest.raises(UsageError, match="no session 'gone'"):
        session.interrupt()
    with pytest.raises(UsageError, match="cannot be closed, only restarted"):
        close_session(host_backend, "default")
    session.close()


def test_many_sessions_side_by_side(host_backend: Backend) -> None:
    openings = [opened(host_backend) for _ in range(4)]
    sessions = [next(opening) for opening in openings]
    for number, session in enumerate(sessions):
        session.evaluate(f"x = {number}")
    assert [session.evaluate("x") for session in sessions] == [0, 1, 2, 3]
    for opening in openings:
        next(opening, None)

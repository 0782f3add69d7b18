"""Many times over: kills, starts and stops, cells in flight. Nothing is left behind, nothing is answered twice.

The campaign runs each as often as is promised; by default it is about a quarter of that, and a twentieth of the starts
of kinds that take long to start.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import ConnectionLostError, WorkerDiedError
from beep_jupyter.home import Home

from . import problem_child
from .conftest import Start
from .leaks import nothing_left
from .places import KINDS
from .waiting import Background, begun

SEED = 20261121
PID = "import os\nos.getpid()"
NOTICED_S = 0.5
ANSWERED_S = 0.1
STARTS = {"pipe": 6, "http": 2, "grpc": 2}


@pytest.mark.parametrize("cycles", [3, pytest.param(20, marks=pytest.mark.campaign)])
def test_kills_and_restarts_leave_nothing(start: Start, home: Home, kind: str, cycles: int) -> None:
    with start(kind) as backend:

        def cycle() -> None:
            backend.evaluate(problem_child.ESCAPE)
            handle = backend.wrap([1])
            os.kill(backend.evaluate(PID), signal.SIGKILL)
            with pytest.raises(WorkerDiedError):
                backend.evaluate("1")
            assert backend.evaluate("'os' in globals()") is False
            backend.restart()
            assert backend.evaluate("1 + 1") == 2
            del handle

        cycle()
        descriptors = len(os.listdir(f"/proc/{backend.pid}/fd"))
        with nothing_left(home):
            for _ in range(cycles):
                cycle()
        assert len(os.listdir(f"/proc/{backend.pid}/fd")) <= descriptors + 1


@pytest.mark.parametrize(
    "is_whole", [False, pytest.param(True, marks=[pytest.mark.campaign, pytest.mark.timeout(900)])]
)
def test_starts_and_stops_close_to_one_another_leave_nothing(
    start: Start, home: Home, beep: Beep, kind: str, is_whole: bool
) -> None:
    """At times a second client stops it too; whoever comes late is told that it is gone."""
    chance = random.Random(SEED)
    start(kind).stop()
    with nothing_left(home):
        for _ in range(100 if is_whole else STARTS[kind]):
            backend = start(kind)
            second = beep.connect(backend.connection_file) if chance.random() < 0.3 else None
            time.sleep(chance.uniform(0, 0.05))
            stops = [Background(one.stop) for one in (backend, second) if one is not None]
            for stop in stops:
                assert stop.join().error is None or isinstance(stop.error, ConnectionLostError)
            backend.close()


def test_a_death_is_noticed_at_once(fresh_session: Session) -> None:
    pid = fresh_session.evaluate(PID)
    for code in ("import time\ntime.sleep(60)", "import os, time\nos.fork() or time.sleep(60)\ntime.sleep(60)"):
        cell = begun(fresh_session, code)
        time.sleep(0.1)
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        error = cell.join().error
        assert isinstance(error, WorkerDiedError)
        assert cell.ended_at - killed < NOTICED_S
        pid = fresh_session.evaluate(PID)


@pytest.mark.parametrize("seconds", [2.5, pytest.param(10, marks=pytest.mark.campaign)])
def test_a_held_gil_keeps_nobody_else_waiting(host_backend: Backend, fresh_session: Session, seconds: float) -> None:
    host_backend.evaluate("1")
    cell = begun(fresh_session, problem_child.hold_the_gil(seconds))
    held_until, waits = time.monotonic() + seconds - 0.3, []
    while time.monotonic() < held_until:
        asked = time.monotonic()
        assert host_backend.evaluate("1 + 1") == 2
        assert host_backend.health().state == "idle"
        waits.append(time.monotonic() - asked)
        time.sleep(0.02)
    assert cell.is_running
    cell.join()
    late = [wait for wait in waits if wait > 2 * ANSWERED_S]
    assert len(late) <= len(waits) // 50, f"{len(late)} of {len(waits)} took {max(waits):.3f} s"


def test_cells_in_flight_of_several_backends_are_each_answered_once(start: Start, beep: Beep) -> None:
    backends = [start(kind) for kind in (*KINDS, "pipe")]
    answers: Counter[tuple[str, int]] = Counter()

    def ask(backend: Backend, number: int) -> None:
        with beep.connect(backend.connection_file) as client:
            answers[backend.name, client.evaluate(f"ran = globals().get('ran', []) + [{number}]\n{number}")] += 1

    threads = [threading.Thread(target=ask, args=(backend, number)) for backend in backends for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {(backend.name, number): 1 for backend in backends for number in range(20)}
    for backend in backends:
        assert sorted(backend.evaluate("ran")) == list(range(20))

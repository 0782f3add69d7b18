"""Every cell of the crash matrix, over every kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.handle import Handle
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import ExecutionError, StartError, TransferError, WorkerDiedError
from beep_jupyter.home import Home

from . import moments
from .conftest import Environments, Start, opened
from .crash_matrix import CELLS, FACTS, MEMORY_LIMIT_BYTES, Cell
from .leaks import nothing_left, processes_of
from .places import HOST, KINDS
from .waiting import wait_until

PID = "import os\nos.getpid()"


def cells(*chosen: str) -> list[object]:
    return [pytest.param(cell, id=f"{cell.way}-{cell.moment}") for cell in CELLS if cell.moment in chosen]


def cells_in_turn(moment: str) -> list[object]:
    """Each cell of a moment that takes a whole life with the kinds in turn; the campaign takes all with all."""
    return [
        pytest.param(cell, kind, id=f"{cell.way}-{kind}", marks=() if (row - column) % 3 == 0 else pytest.mark.campaign)
        for row, cell in enumerate(cell for cell in CELLS if cell.moment == moment)
        for column, kind in enumerate(KINDS)
    ]


@pytest.fixture(scope="module")
def limited_backend(beep: Beep, environments: Environments, kind: str) -> Iterator[Backend]:
    """A backend whose workers have a memory limit; the cells use one session of it each."""
    name = f"matrix-{kind}"
    with beep.start(kind, environments.of(HOST), name=name, memory_limit_bytes=MEMORY_LIMIT_BYTES) as backend:
        yield backend


@pytest.fixture
def session(limited_backend: Backend) -> Iterator[Session]:
    yield from opened(limited_backend)


@pytest.fixture(scope="module")
def doomed(environments: Environments, home: Home) -> Path:
    """An environment whose interpreter does at its start what the test says."""
    path = home.root.parent / "doomed"
    environments.make(HOST, path)
    return path


@pytest.mark.parametrize(("cell", "kind"), cells_in_turn("start"))
def test_at_start(cell: Cell, beep: Beep, doomed: Path, home: Home, kind: str, tmp_path: Path) -> None:
    is_reached = tmp_path / "reached"
    moments.arrange_start(doomed, f"open({str(is_reached)!r}, 'w').close(); {cell.statements}")
    before = set(processes_of(home)), set(home.runtime_folder.iterdir())
    with pytest.raises(StartError, match="'doomed' did not start") as caught:
        beep.start(kind, doomed, name="doomed", memory_limit_bytes=MEMORY_LIMIT_BYTES)
    assert is_reached.exists()
    if cell.way == "raise":
        assert "KeyError: 'on purpose'" in caught.value.stderr_tail
    assert wait_until(lambda: (set(processes_of(home)), set(home.runtime_folder.iterdir())) == before, 2)


@pytest.mark.parametrize("cell", cells("decode", "run", "encode", "half-sent"))
def test_in_a_call(cell: Cell, session: Session) -> None:
    pid = session.evaluate("kept = 1\n" + PID)
    OUTCOMES[cell.outcome](cell, lambda: moments.IN_A_CALL[cell.moment](session, cell.statements))
    if cell.outcome == "died":
        assert session.evaluate("'kept' in globals()") is False
    else:
        assert session.evaluate(f"kept, {PID.splitlines()[1]}") == (1, pid)


@pytest.mark.parametrize("cell", cells("idle"))
def test_while_idle(cell: Cell, session: Session) -> None:
    pid = session.evaluate("kept = 1\n" + PID)
    moments.at_idle(session, cell.statements)
    if cell.outcome == "nothing":
        time.sleep(2 * moments.IDLE_DELAY_S)
        assert session.evaluate(f"kept, {PID.splitlines()[1]}") == (1, pid)
        return
    assert wait_until(lambda: not Path(f"/proc/{pid}/exe").exists())
    expect_death(cell, lambda: session.evaluate("ran = True"))
    assert session.evaluate("[name for name in globals() if name in ('kept', 'ran')]") == []


@pytest.mark.parametrize(("cell", "kind"), cells_in_turn("stop"))
def test_at_stop(cell: Cell, start: Start, home: Home, kind: str) -> None:
    with nothing_left(home):
        backend = start(kind, memory_limit_bytes=MEMORY_LIMIT_BYTES)
        moments.arrange_stop(backend, cell.statements)
        asked = time.monotonic()
        assert backend.stop() == []
        assert time.monotonic() - asked < 5


def expect_code_error(cell: Cell, call: Callable[[], object]) -> None:
    with pytest.raises(ExecutionError) as caught:
        call()
    assert caught.value.ename == {"raise": "KeyError", "SystemExit": "SystemExit"}[cell.way]


def expect_transfer_error(cell: Cell, call: Callable[[], object]) -> None:
    with pytest.raises(TransferError):
        call()


def expect_handle(cell: Cell, call: Callable[[], object]) -> None:
    try:
        answer = call()
    except TransferError:
        return
    assert isinstance(answer, Handle)


def expect_nothing(cell: Cell, call: Callable[[], object]) -> None:
    call()


def expect_death(cell: Cell, call: Callable[[], object]) -> None:
    with pytest.raises(WorkerDiedError) as caught:
        call()
    assert {name: getattr(caught.value, name) for name in FACTS[cell.way]} == FACTS[cell.way]


OUTCOMES: dict[str, Callable[[Cell, Callable[[], object]], None]] = {
    "code": expect_code_error,
    "transfer": expect_transfer_error,
    "handle": expect_handle,
    "nothing": expect_nothing,
    "died": expect_death,
}

"""Large values: lent where both sides can, else in frames, refused above what is allowed; nothing is left of them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.handle import Handle
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import TransferError, WorkerDiedError
from beep_jupyter.home import Home
from beep_jupyter.models import Execution

from . import transfer_client
from .conftest import Start
from .leaks import nothing_left, processes_of
from .waiting import wait_until

MIB = 1 << 20
ROOT = Path(__file__).parents[2]
SEED = 20261121
WORKER_PID = transfer_client.PID
SAMPLED = {"pipe": 20, "http": 15, "grpc": 15}
SETTLED_BYTES = 20 * MIB


def pattern(size: int) -> bytearray:
    return bytearray(random.Random(SEED).randbytes(1 << 16) * (size >> 16))


def test_large_memory_arrives_equal_both_ways_again_and_again(session: Session) -> None:
    for size in (MIB - 1, MIB, 3 * MIB + 7, 8 * MIB):
        data = pattern(1 << 24)[:size]
        for _ in range(3):
            (receipt,) = session.put(large=data)
            assert (receipt.codec, receipt.size_bytes) == ("bytes", size)
            assert session.get("large") == data
    assert session.evaluate("type(large).__name__, len(large)") == ("bytearray", 8 * MIB)


def test_large_memory_is_lent_on_one_machine(start: Start, kind: str) -> None:
    with start(kind) as backend:
        worker = backend.evaluate(WORKER_PID)
        backend.put(large=pattern(8 * MIB))
        assert _lent_by(os.getpid()) >= 8 * MIB
        assert _lent_by(worker) < 8 * MIB
        backend.get("large")
        assert _lent_by(worker) >= 8 * MIB


@pytest.mark.parametrize("end", ["kill", "restart"])
def test_a_fresh_worker_is_lent_memory_and_lends_it_too(start: Start, kind: str, end: str) -> None:
    with start(kind) as backend:
        backend.put(large=pattern(2 * MIB))
        if end == "kill":
            os.kill(backend.evaluate(WORKER_PID), signal.SIGKILL)
            with pytest.raises(WorkerDiedError):
                backend.evaluate("1")
        else:
            backend.restart()
        backend.put(large=pattern(8 * MIB))
        assert backend.get("large") == pattern(8 * MIB)
        assert _lent_by(backend.evaluate(WORKER_PID)) >= 8 * MIB


def _lent_by(pid: int) -> int:
    """How much memory a process holds to lend it."""
    found = 0
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        addresses, flags = line.split()[:2]
        if "memfd:beep" in line and flags.endswith("s"):
            first, last = addresses.split("-")
            found += int(last, 16) - int(first, 16)
    return found


def test_where_nothing_may_be_lent_frames_carry_it(
    start: Start, beep: Beep, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEP_TRANSFER_SHARED_MEMORY_BYTES", "0")
    with start(kind) as backend:
        data = pattern(8 * MIB)
        for _ in range(2):
            backend.put(large=data)
            assert backend.get("large") == data
        assert not _lent_by(backend.evaluate(WORKER_PID))


def test_a_value_above_the_limit_is_refused_inward_and_stays_outward(
    start: Start, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEP_TRANSFER_MAX_BYTES", str(2 * MIB))
    with start(kind) as backend:
        with pytest.raises(TransferError, match=r"more than 2 MiB.*transfer\.max_bytes"):
            backend.put(large=pattern(3 * MIB))
        with pytest.raises(TransferError, match="more than 2 MiB"):
            backend.put(large=[pattern(MIB), pattern(MIB), b"x"])
        kept = backend.evaluate(f"large = bytearray({3 * MIB})\nlarge")
        assert isinstance(kept, Handle)
        assert "more than 2 MiB" in kept.reason
        assert "transfer.max_bytes" in kept.cure
        assert backend.evaluate("len(large)") == 3 * MIB
        monkeypatch.setenv("BEEP_TRANSFER_MAX_BYTES", str(4 * MIB))
        again = Beep().connect(backend.connection_file)
        assert again.get("large") == bytearray(3 * MIB)
        again.close()


@pytest.mark.campaign
def test_json_that_no_frame_holds_is_refused_and_the_session_lives_on(host_session: Session) -> None:
    with pytest.raises(TransferError, match=r"larger than.*in parts|too large.*in parts"):
        host_session.put(text="x" * (257 * MIB))
    with pytest.raises(TransferError, match=r"too large.*in parts"):
        host_session.evaluate(f"text = 'x' * {257 * MIB}\ntext")
    assert host_session.evaluate("len(text)") == 257 * MIB
    host_session.delete("text")


def test_pickles_travel_when_asked_for_and_only_then(session: Session) -> None:
    value = range  # a class: there is no codec for those
    with pytest.raises(TransferError, match=r"no codec is known.*as plain values"):
        session.execute("", inputs={"kind": value})
    brought = session.execute("made = kind(3), kind", inputs={"kind": value}, outputs=["made"], pickle=True)
    assert brought.values["made"] == (range(3), range)
    assert [receipt.codec for receipt in brought.receipts] == ["pickle", "pickle"]
    kept: Execution = session.execute("", outputs=["made"])
    assert isinstance(kept.values["made"], Handle)


def test_what_cannot_be_pickled_is_refused_with_the_reason(session: Session) -> None:
    with pytest.raises(TransferError, match="cannot be pickled"):
        session.execute("", inputs={"made": lambda: None}, pickle=True)
    kept = session.execute("made = lambda: None", outputs=["made"], pickle=True).values["made"]
    assert isinstance(kept, Handle)
    assert "cannot be pickled" in kept.reason


class Client:
    """The client of another process, which the test kills."""

    def __init__(self, backend: Backend, seed: int) -> None:
        command = [sys.executable, "-m", transfer_client.__name__, str(backend.connection_file), str(seed)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=ROOT
        )

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("next\n")

    def answer(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def clients(backend: Backend) -> Iterator[list[Client]]:
    """One that runs; a test that kills it puts another in its place."""
    running = [Client(backend, SEED)]
    try:
        yield running
    finally:
        running[0].kill()


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("transfers", [None, pytest.param(1000, marks=pytest.mark.campaign)])
def test_random_kills_of_either_side_leave_no_segment_and_no_wrong_value(
    start: Start, home: Home, kind: str, transfers: int | None
) -> None:
    transfers = transfers or SAMPLED[kind]
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    settled, lending = 0, _lenders(home)
    with nothing_left(home), start(kind) as backend, clients(backend) as running:
        for number in range(transfers):
            running[0].begin()
            side = chance.choices(["none", "client", "worker"], [8, 1, 1])[0]
            if side != "none":
                os.sched_yield()
                wait_until(lambda: False, chance.uniform(0, 0.05))
            if side == "worker":
                _kill_worker(backend)
            if side == "client":
                running[0].kill()
                running[0] = Client(backend, SEED + number)
                running[0].begin()
            said = running[0].answer()
            assert said[0] in ("done", "lost"), said
            if number == min(100, transfers // 2):
                settled = _calm(running, backend)
        assert _calm(running, backend) <= settled + SETTLED_BYTES
    assert _lenders(home) <= lending


def _lenders(home: Home) -> set[int]:
    """The processes of our backends that hold memory to lend it; other tests' are among them."""
    return {pid for pid in processes_of(home) if _lent_by(pid)}


def _kill_worker(backend: Backend) -> None:
    """Kills the worker, if there is one now, and nothing but a child of this test's backend."""
    pid = backend.health().worker_pid
    if pid is not None:
        assert Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1] == str(backend.pid)
        os.kill(pid, signal.SIGKILL)


def _calm(running: list[Client], backend: Backend) -> int:
    """The memory of all three processes after some transfers that nothing disturbs; what two share counts once.

    Client and worker are fresh, so that how the last kill left their heaps does not matter: what is looked for is what
    stays for good.
    """
    running[0].kill()
    backend.restart()
    client = running[0] = Client(backend, SEED)
    said: list[str] = []
    for _ in range(6):
        client.begin()
        said = client.answer()
    assert said[0] == "done"
    return sum(map(_memory_of, (client.process.pid, backend.pid, said[1])))


def _memory_of(pid: int | str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)

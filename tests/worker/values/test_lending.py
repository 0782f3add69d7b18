"""Lent memory: arrives without a copy, is the receiver's own, comes back by itself, and never holds another's data."""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter.worker.values import segments
from beep_jupyter.worker.values.mapping import mapped
from beep_jupyter.worker.values.pool import Pool, most_bytes
from beep_jupyter.worker.values.registry import MalformedValue, Unreceivable

MIB = 1 << 20

_RECEIVER = """
import sys
sys.path.insert(0, sys.argv[1])
from beep_jupyter.worker.values.mapping import mapped
memory = mapped(eval(sys.argv[2]))
print(bytes(memory[:4]).decode(), flush=True)
sys.stdin.readline()
"""
ROOT = Path(__file__).parents[3]


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(16 * MIB)
    yield made
    made.close()
    assert not [name for name in os.listdir("/dev/shm") if "beep" in name]


def lent(pool: Pool, data: bytes | bytearray) -> tuple[segments.Segment, dict[str, Any]]:
    found = pool.lend(memoryview(data))
    assert found is not None
    return found


def filled(letter: bytes, size: int = MIB) -> bytes:
    return letter * size


def receiver(reference: dict[str, Any]) -> subprocess.Popen[str]:
    """A process that has the memory mapped until it is told to end."""
    command = [sys.executable, "-c", _RECEIVER, str(ROOT), repr(reference)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "aaaa\n"
    return process


def test_memory_arrives_and_neither_side_sees_the_others_writes(pool: Pool) -> None:
    source = bytearray(filled(b"a"))
    _, reference = lent(pool, source)
    memory = mapped(reference)
    source[0] = ord("x")
    memory[1] = ord("y")
    assert bytes(memory[:3]) == b"aya"
    assert bytes(mapped(reference)[:3]) == b"aaa"


def test_memory_below_a_mebibyte_is_not_lent(pool: Pool) -> None:
    assert pool.lend(memoryview(filled(b"a", MIB - 1))) is None


def test_a_segment_is_lent_again_when_the_last_mapping_is_gone(pool: Pool) -> None:
    _, first = lent(pool, filled(b"a"))
    memory = mapped(first)
    _, second = lent(pool, filled(b"b"))
    assert second["inode"] != first["inode"]
    part = memory[10:20]
    del memory
    assert lent(pool, filled(b"c"))[1]["inode"] not in (first["inode"], second["inode"])
    assert bytes(part) == b"a" * 10
    del part
    gc.collect()
    assert lent(pool, filled(b"d"))[1]["inode"] == first["inode"]


def test_who_has_not_taken_it_yet_is_waited_for(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    segment, reference = lent(pool, filled(b"a"))
    assert lent(pool, filled(b"b"))[1]["inode"] != reference["inode"]
    monkeypatch.setattr(segments, "PATIENCE_S", -1.0)
    assert segment.claim()
    monkeypatch.undo()
    with pytest.raises(Unreceivable, match="it was taken back"):
        mapped(reference)


def test_a_request_that_is_over_gives_back_what_nobody_took(pool: Pool) -> None:
    segment, reference = lent(pool, filled(b"a"))
    segment.is_over = True
    assert lent(pool, filled(b"b"))[1]["inode"] == reference["inode"]
    with pytest.raises(Unreceivable, match="taken back"):
        mapped(reference)


@pytest.mark.parametrize("end", [subprocess.Popen.terminate, subprocess.Popen.kill])
def test_the_death_of_a_receiver_gives_the_memory_back(
    pool: Pool, end: Callable[[subprocess.Popen[str]], None]
) -> None:
    segment, reference = lent(pool, filled(b"a"))
    with receiver(reference) as process:
        assert not segment.claim()
        end(process)
        process.wait(10)
    assert segment.claim()


def test_a_fork_of_the_receiver_keeps_the_memory_as_it_was(pool: Pool) -> None:
    segment, reference = lent(pool, filled(b"a"))
    memory = mapped(reference)
    asked, answered = multiprocessing.Pipe()
    child = os.fork()
    if not child:
        asked.close()
        answered.recv()
        answered.send(bytes(memory[-4:]))
        os._exit(0)
    answered.close()
    del memory
    assert not segment.claim()
    lent(pool, filled(b"b"))
    asked.send("now")
    assert asked.recv() == b"aaaa"
    os.waitpid(child, 0)
    asked.close()
    assert segment.claim()


def test_a_fork_of_the_lender_lends_memory_of_its_own(pool: Pool) -> None:
    segment, reference = lent(pool, filled(b"a"))
    segment.is_over = True
    child = os.fork()
    if not child:
        os._exit(lent(pool, filled(b"b"))[1]["inode"] == reference["inode"])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert bytes(mapped(reference)[:4]) == b"aaaa"


def test_beyond_the_limit_nothing_is_lent_until_something_comes_back(pool: Pool) -> None:
    kept = [mapped(lent(pool, filled(b"a", 4 * MIB))[1]) for _ in range(4)]
    assert pool.lend(memoryview(filled(b"b"))) is None
    kept.pop()
    gc.collect()
    assert lent(pool, filled(b"c", 2 * MIB))
    assert pool.size_bytes <= 16 * MIB


def test_a_pool_of_nothing_lends_nothing() -> None:
    assert Pool(0).lend(memoryview(filled(b"a"))) is None
    assert Pool(0).proof() is None
    assert MIB < most_bytes() < 1 << 50


def test_what_is_not_needed_is_let_go(pool: Pool) -> None:
    memory = mapped(lent(pool, filled(b"a"))[1])
    segment, _ = lent(pool, filled(b"b"))
    segment.is_over = True
    assert pool.trim(0.0)
    assert pool.size_bytes == MIB
    del memory
    gc.collect()
    assert not pool.trim(0.0)


def test_a_lender_that_dies_takes_nothing_away() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from beep_jupyter.worker.values.pool import Pool\n"
        "print(Pool(1 << 24).lend(memoryview(b'a' * (1 << 20)))[1], flush=True); sys.stdin.readline()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as lender:
        assert lender.stdout is not None
        reference = eval(lender.stdout.readline())
        memory = mapped(reference)
        lender.kill()
    assert bytes(memory) == filled(b"a")
    with pytest.raises(Unreceivable, match="cannot be opened"):
        mapped(reference)


def _changed(reference: dict[str, Any], change: dict[str, Any]) -> Any:
    return {key: value for key, value in {**reference, **change}.items() if value is not None}


@pytest.mark.parametrize(
    "change",
    [{"pid": None}, {"more": 1}, {"pid": "1"}, {"size": -1}, {"size": 0}, {"size": 1 << 60}, {"fd": 1 << 40}],
    ids=str,
)
def test_what_is_no_reference_is_malformed(pool: Pool, change: dict[str, Any]) -> None:
    _, reference = lent(pool, filled(b"a"))
    with pytest.raises(MalformedValue) as caught:
        mapped(_changed(reference, change))
    assert not isinstance(caught.value, Unreceivable)


@pytest.mark.parametrize(
    "change",
    [{"pid": 1}, {"fd": 1}, {"fd": 999}, {"inode": 1}, {"device": 77}, {"nonce": "00"}, {"size": 8 * MIB}],
    ids=str,
)
def test_a_reference_to_something_else_is_refused(pool: Pool, change: dict[str, Any]) -> None:
    _, reference = lent(pool, filled(b"a"))
    with pytest.raises(Unreceivable) as caught:
        mapped(_changed(reference, change))
    assert caught.value.cure

"""Looking before waiting: it ends by itself, and rests where the core is needed."""

from __future__ import annotations

import pytest

from beep_jupyter.worker import looks
from beep_jupyter.worker.looks import RESTS, Looks


def test_looks_are_few_and_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "NEEDED_S", 10.0)  # a busy machine must not make this fail
    found = Looks(5)
    assert [len(list(found)) for _ in range(3)] == [5, 5, 5]
    assert list(Looks(0)) == []


def test_after_a_yield_that_gave_the_core_away_it_waits_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "NEEDED_S", -1.0)  # every yield takes longer
    found = Looks(5)
    counts = [len(list(found)) for _ in range(RESTS + 2)]
    assert counts == [1, *[0] * RESTS, 1]

"""A routed cell is hard to tell from a local one: the same cells give the same outputs in a kernel and in a backend."""

from __future__ import annotations

import pprint
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter.home import Home
from tests.parity.comparing import comparable
from tests.parity.expected import EXPECTED_DIFFERENCES
from tests.parity.normalising import Normalising
from tests.parity.running import natively, routed, run_beside
from tests.parity.topics import all_topics, cells_of

CELLS_AT_LEAST = 300
EQUAL_AT_LEAST = 0.98


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the cells work."""
    with tempfile.TemporaryDirectory(prefix="parity-") as path:
        yield Path(path)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("topic", all_topics())
def test_cells_show_the_same_in_a_backend(
    topic: str, home: Home, folder: Path, with_ipython: Path, without_ipython: Path
) -> None:
    cells = cells_of(topic)
    environments = (with_ipython, without_ipython, with_ipython)
    ways = [natively(with_ipython), routed(without_ipython), routed(with_ipython)]
    runs = run_beside(ways, [cell.source for cell in cells], folder)
    readers = [
        Normalising(
            [(folder / f"way{number}", "FOLDER"), (environment, "ENVIRONMENT"), (Path(sys.prefix), "ENVIRONMENT")]
        )
        for number, environment in enumerate(environments)
    ]
    found = {}
    for cell, *outputs in zip(cells, *runs, strict=True):
        native, bare, full = (comparable(each, read) for each, read in zip(outputs, readers, strict=True))
        unequal = {"without IPython": bare, "with IPython": full}
        unequal = {name: routed for name, routed in unequal.items() if routed != native}
        if unequal:
            found[cell.place] = {"natively": native, **unequal}
    unexpected = {place: shown for place, shown in found.items() if place not in EXPECTED_DIFFERENCES}
    assert not unexpected, pprint.pformat(unexpected, width=160)
    listed = {cell.place for cell in cells} & EXPECTED_DIFFERENCES.keys()
    assert sorted(listed - found.keys()) == [], "these are equal now: strike them from the list"


def test_there_are_cells_enough_and_nearly_all_are_equal() -> None:
    places = [cell.place for topic in all_topics() for cell in cells_of(topic)]
    assert len(places) == len(set(places)) >= CELLS_AT_LEAST
    assert set(EXPECTED_DIFFERENCES) <= set(places)
    assert 1 - len(EXPECTED_DIFFERENCES) / len(places) >= EQUAL_AT_LEAST

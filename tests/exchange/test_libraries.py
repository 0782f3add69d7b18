"""Which libraries a value brings in: those of its own type where it arrives, and none where it is sent from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .environments import PLACES, build
from .peers import Peer

pytestmark = pytest.mark.timeout(600)  # the first test of a run waits for the environments

ALL = ["numpy", "pandas", "polars", "pyarrow"]


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Peer]]:
    """Starts processes, in which nothing is imported yet, in the environment that has every library."""
    pythons = build([place for place in PLACES if place.name == "new"], folder)
    if not pythons:
        pytest.skip("no Python for the environment with all libraries is found here")
    started: list[Peer] = []

    def start_one() -> Peer:
        started.append(Peer("new", pythons["new"]))
        return started[-1]

    yield start_one
    for peer in started:
        peer.close()


def imported_by(peer: Peer, module: str) -> list[str]:
    """What a library imports of the others by itself."""
    return peer.ask(make=f"__import__({module!r}).__name__")["imported"]


@pytest.mark.parametrize(
    ("recipe", "library"),
    [
        ("[1, {'a': (b'b', 2.5)}]", ""),
        ("np.arange(40000.)", "numpy"),
        ("[np.float32(1), np.arange(3)]", "numpy"),
        ("pd.DataFrame({'a': [1, 2], 'b': ['x', None]})", "pandas"),
        ("pd.Timestamp(0)", "pandas"),
        ("pl.DataFrame({'a': [1, None], 'b': ['x', None]})", "polars"),
        ("pa.table({'a': [1, None], 'b': ['x', None]})", "pyarrow"),
    ],
)
def test_value_brings_in_its_own_library_only(start: Callable[[], Peer], recipe: str, library: str) -> None:
    sender, receiver = start(), start()
    needed = imported_by(start(), library) if library else []
    made = start().ask(make=recipe, describe=False)
    sent = sender.ask(make=recipe, to=ALL, describe=False)
    assert sent["imported"] == made["imported"]
    arrived = receiver.ask(tree=sent["tree"], buffers=sent["buffers"], to=ALL, describe=False)
    assert "tree" in arrived, arrived
    assert arrived["imported"] == needed

"""What these tests found once: each a value that was lost, changed or killed its receiver, between all environments."""

from __future__ import annotations

from typing import Any

import pytest

from .journeys import Journey, travel
from .peers import Peer
from .recipes.recipe import Recipe, lines
from .test_common_values import LIBRARIES

pytestmark = pytest.mark.timeout(600)  # the first test of a run waits for the environments

RECIPES = lines(r"""
    structured(np.dtype([('a', np.dtype([], align=True), (0,))], align=True), 1, 9)
    structured(np.dtype([('a', 'S3'), ('b', np.dtype([], align=True))], align=True), 5, 31)
    np.arange(60000).reshape(200, 300)[:, ::2]
    np.arange(2, dtype='i1')[::-1]
    pd.Timestamp(1792891800000000000, tz='Europe/Berlin')
    pd.date_range('2026-10-24', periods=3, freq=pd.offsets.CustomBusinessDay(holidays=['2026-12-24']))
    pd.Index(np.array([0x7FA00000], 'u4').view('f4'))
    pa.array([86400001, None], pa.date64())
    pa.array([10 ** 6, -1], pa.time32('s'))
    pa.array([decimal.Decimal('1.1'), None], pa.decimal32(5, 2)) if hasattr(pa, 'Decimal32Array') else pa.array([1])
    pa.chunked_array([pa.array([1], pa.decimal32(5))]) if hasattr(pa, 'Decimal32Array') else pa.array([1])
    pl.DataFrame([pl.Series('c', ['a', 'b'], dtype=pl.Categorical), pl.Series('n', ['x' * 200, 'y'])])
    pl.DataFrame([pl.Series('c', ['a', 'b'], dtype=pl.Enum(['b', 'a'])), pl.Series('n', ['x' * 200, 'y'])])
""")
_EMPTY_FIELD = {"base": {"fields": [], "itemsize": 0, "aligned": True, "record": False}, "shape": [2]}
_NO_ITEMS = {"shape": [0], "order": "C", "data": ""}
_EMPTY_INDEX = {"kind": "range", "range": [0, 0, 1], "name": None}
TREES: list[Any] = [
    {
        "$type": "numpy_scalar",
        "value": [{"fields": [["b", _EMPTY_FIELD, 0]], "itemsize": 0, "aligned": True, "record": False}, ""],
    },
    {
        "$type": "MaskedArray",
        "value": {
            "data": {"dtype": "<m8[M]", **_NO_ITEMS},
            "mask": {"dtype": "|b1", **_NO_ITEMS},
            "fill": {"dtype": "|b1", **_NO_ITEMS},
            "hard": True,
        },
    },
    {
        "$type": "Series",
        "value": {
            "values": {"kind": "arrow", "array": {}},
            "index": _EMPTY_INDEX,
            "name": None,
            "attrs": None,
            "unique": False,
        },
    },
]


def check_recipe(text: str, peers: list[Peer]) -> None:
    recipe = Recipe(text, {library: (0,) for name, library in LIBRARIES.items() if name in text})
    able = [peer for peer in peers if recipe.is_for(peer.versions)]
    journeys = [Journey(recipe, sender, receiver) for sender in able for receiver in able]
    travel(journeys)
    wrong = [str(journey) for journey in journeys if journey.has_failed or journey.outcome == "unmade"]
    assert not wrong, "\n\n".join(wrong[:3])


@pytest.mark.parametrize("text", RECIPES)
def test_value_travels_now(peers: list[Peer], text: str) -> None:
    check_recipe(text, peers)


@pytest.mark.campaign
@pytest.mark.parametrize("text", RECIPES)
def test_value_travels_everywhere_now(all_peers: list[Peer], text: str) -> None:
    check_recipe(text, all_peers)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree["$type"])
def test_changed_value_is_refused_now(peers: list[Peer], tree: Any) -> None:
    for peer in peers:
        answer = peer.ask(tree=tree)
        assert "failure" not in answer, (peer.name, answer)

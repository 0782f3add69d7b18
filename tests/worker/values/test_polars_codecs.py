"""polars' values in one process, and through another Python with polars 1.8; `tests/exchange` has the many pairs."""

from __future__ import annotations

import decimal
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import carry
from test_across_pythons import ask

from beep_jupyter.worker.values import polars_dtypes
from beep_jupyter.worker.values.coding import decode, encode
from beep_jupyter.worker.values.receiver import Receiver
from beep_jupyter.worker.values.registry import MalformedValue, Unreceivable, Untransferable
from tests.exchange.environments import PLACES, build
from tests.exchange.peers import Peer

CHECKOUT = Path(__file__).parents[3]
TABLE = CHECKOUT / "docs" / "reference" / "values.md"


def is_same(sent: Any, arrived: Any) -> bool:
    """Whether two frames or series are the same, names and dtypes included."""
    if type(sent) is not type(arrived):
        return False
    if isinstance(sent, pl.DataFrame):
        same_shape = sent.shape == arrived.shape and sent.schema == arrived.schema
        return same_shape and sent.columns == arrived.columns and sent.equals(arrived, null_equal=True)
    same_kind = sent.name == arrived.name and sent.dtype == arrived.dtype
    return same_kind and sent.equals(arrived, check_dtypes=True, null_equal=True)


def series(items: Any, kind: Any = None) -> pl.Series:
    return pl.Series("name", items, dtype=kind)


LEVELS = pl.Enum(["low", "high"])
SERIES: dict[str, Callable[[], pl.Series]] = {
    "integers": lambda: series([1, None, -3]),
    "none": lambda: series([], pl.Int8),
    "uint64": lambda: series([2**64 - 1, None], pl.UInt64),
    "int128": lambda: series([2**100, None], pl.Int128),
    "floats": lambda: series([0.5, -0.0, float("nan"), None]),
    "float16": lambda: series([0.5, None], pl.Float16),
    "booleans": lambda: series([True, None, False] * 5).slice(3, 7),
    "texts": lambda: series(["a" * 99, None, "ä", ""]).slice(1),
    "bytes": lambda: series([b"a", None]),
    "nulls": lambda: series([None, None]),
    "decimals": lambda: series([decimal.Decimal("1.10"), None], pl.Decimal(10, 2)),
    "moments": lambda: series([1, None], pl.Datetime("ns", "Europe/Berlin")),
    "local moments": lambda: series([1, None], pl.Datetime("ms")),
    "durations": lambda: series([-1, None], pl.Duration("us")),
    "times": lambda: series([1, None], pl.Time),
    "dates": lambda: series([1, None], pl.Date),
    "categories": lambda: series(["b", "a", None, "b"], pl.Categorical),
    "enums": lambda: series(["low", None, "high"], LEVELS),
    "lists": lambda: series([[1, None], None, []]),
    "lists of enums": lambda: series([["low"], None], pl.List(LEVELS)),
    "lists of categories": lambda: series([["a"], None], pl.List(pl.Categorical)),
    "arrays": lambda: series([[[1, 2]], None], pl.Array(pl.Int16, (1, 2))),
    "structures": lambda: series([{"a": 1, "b": {"c": "x"}}, None]),
    "structures of enums": lambda: series([{"a": "low"}, None], pl.Struct({"a": LEVELS})),
    "named categories": lambda: series(["a", None], pl.Categorical(pl.Categories("animals", "zoo", pl.UInt8))),
}


@pytest.mark.parametrize("name", SERIES)
def test_series_and_frames_of_them_arrive(name: str) -> None:
    one = SERIES[name]()
    frame = pl.DataFrame([one.alias(""), one.alias("ä")])
    for value in (one, one.slice(1), frame, pl.concat([frame, frame], rechunk=False)):
        assert is_same(value, carry(value))


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(),
        pl.DataFrame({"a": []}),
        pl.DataFrame({"a": [1]}).clear(),
        pl.DataFrame({"a": [1, 2], "b": ["x", None]}).sort("b"),
        pl.concat([pl.DataFrame({"a": series([text], pl.Categorical)}) for text in "aba"], rechunk=False),
    ],
)
def test_corner_cases_arrive(frame: pl.DataFrame) -> None:
    assert is_same(frame, carry(frame))


columns = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(-9, 9)), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), st.floats(), st.just(-0.0)), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), st.lists(st.datetimes(), max_size=2)), min_size=3, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=3), columns, max_size=4))
def test_frames_arrive(parts: dict[str, Any]) -> None:
    frame = pl.DataFrame(parts)
    assert is_same(frame, carry(frame))


def test_trees_are_as_the_reference_writes_them() -> None:
    documented = '{"stream": 0, "schema": [["a", "Int64"]], "height": 2, "polars": "2.1.0"}'
    assert documented in TABLE.read_text(encoding="utf-8")
    expected = {**json.loads(documented), "polars": pl.__version__}
    assert encode(pl.DataFrame({"a": [1, None]}))[0] == {"$type": "polars_frame", "value": expected}


def test_examples_of_the_reference_are_true() -> None:
    rows = re.findall(r"\| `(\w+)` \| `(polars\..+?)` \|", TABLE.read_text(encoding="utf-8"))
    assert len(rows) == 2
    for name, source in rows:
        value = eval(source, {"polars": pl})
        assert encode(value)[0]["$type"] == name
        assert is_same(value, carry(value))


@pytest.mark.parametrize("name", SERIES)
def test_dtypes_are_described_so_that_they_can_be_made_again(name: str) -> None:
    kind = SERIES[name]().dtype
    assert polars_dtypes.restore(json.loads(json.dumps(polars_dtypes.describe(kind)))) == kind


@pytest.mark.parametrize(
    ("value", "sentence", "cure"),
    [
        (pl.LazyFrame({"a": [1]}), "LazyFrame' cannot travel: it is a plan, and not data.", "Call `.collect()` first"),
        (pl.Series([object()], dtype=pl.Object), "polars does not write and read values of this dtype", "Convert that"),
        (pl.Series([[]], dtype=pl.Array(pl.Int8, 0)), "'polars.Array' cannot travel: polars does not", "Convert that"),
        (pl.col("a"), "no codec is known for it", "Send its parts"),
    ],
    ids=["plan", "objects", "arrays of nothing", "expression"],
)
def test_what_polars_cannot_write_or_read_is_refused(value: Any, sentence: str, cure: str) -> None:
    with pytest.raises(Untransferable) as caught:
        encode([value])
    assert sentence in str(caught.value)
    assert caught.value.cure.startswith(cure)


def test_a_receiver_without_polars_gets_none() -> None:
    with pytest.raises(Untransferable) as caught:
        encode(pl.Series([1]), to=Receiver("environment 'bare'", ["pyarrow"]))
    assert caught.value.reason == "environment 'bare' has no polars"


def test_where_polars_is_missing_the_value_is_refused() -> None:
    _, answer = ask(Path(sys.executable), [encode(pl.Series([1]))])
    assert answer["text"] == "A value of type 'polars.DataFrame' cannot travel: its receiver has no polars."


def test_pyarrow_is_not_needed() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); sys.modules['pyarrow'] = None; import polars as pl;"
        "from beep_jupyter.worker.values.coding import decode, encode; frame = pl.DataFrame({'a': ['x', None]});"
        "tree, buffers = encode(frame); assert decode(tree, list(map(bytearray, buffers))).equals(frame)"
    )
    subprocess.run([sys.executable, "-I", "-c", program], check=True, timeout=60)


def frame_tree(**parts: Any) -> tuple[Any, list[bytearray]]:
    tree, buffers = encode(pl.DataFrame({"a": [1, None]}))
    return {**tree, "value": {**tree["value"], **parts}}, [bytearray(data) for data in buffers]


MALFORMED: list[dict[str, Any]] = [
    {"more": 1},
    {"stream": "AAAA"},
    {"stream": 1},
    {"height": 3},
    {"height": "2"},
    {"schema": 1},
    {"schema": []},
    {"schema": [["b", "Int64"]]},
    {"schema": [["a", "Int64", 1]]},
    {"schema": [["a", "Object"]]},
    {"schema": [["a", "DataFrame"]]},
    {"schema": [["a", "String"]]},
    {"schema": [["a", []]]},
    {"schema": [["a", ["Enum", [1]]]]},
    {"schema": [["a", ["Enum", ["x", "x"]]]]},
    {"schema": [["a", ["Decimal", "x", []]]]},
    {"schema": [["a", ["List"]]]},
    {"schema": [["a", ["Datetime", "us"]]]},
    {"schema": [["a", ["Datetime", "us", 5]]]},
    {"schema": [["a", ["Categorical", "a", "b", "c"]]]},
    {"polars": 2},
]


@pytest.mark.parametrize("parts", MALFORMED, ids=json.dumps)
def test_malformed_trees_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(MalformedValue) as caught:
        decode(*frame_tree(**parts))
    assert not isinstance(caught.value, Unreceivable)


def test_series_of_two_columns_are_malformed() -> None:
    tree, buffers = encode(pl.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(MalformedValue, match="A series of polars is a frame of one column"):
        decode({**tree, "$type": "polars_series"}, buffers)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_spoilt_streams_are_refused_or_mean_another_frame(data: Any) -> None:
    tree, buffers = encode(pl.DataFrame([SERIES[name]().head(2).alias(name) for name in ("texts", "lists", "dates")]))
    stream = bytearray(buffers[0])
    for _ in range(data.draw(st.integers(1, 3))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    try:
        frame = decode(tree, [stream])
    except MalformedValue:
        return
    assert str(frame)


@pytest.fixture(scope="module")
def old(pytestconfig: pytest.Config) -> Iterator[Peer]:
    """A Python 3.8 with polars 1.8; it is built once for this test and those of tests/exchange."""
    place = next(place for place in PLACES if place.name == "3.8")
    if place.interpreter is None:
        pytest.skip("no Python 3.8 is found here")
    peer = Peer(place.name, build([place], pytestconfig.cache.mkdir("environments"))[place.name])
    yield peer
    peer.close()


NEAREST = {
    "float16": "polars Float16 → Float32",
    "lists of categories": "polars Categorical in lexical order → Categorical in physical order",
    "named categories": "polars Categorical of Categories 'animals' → Categorical in lexical order",
}


def test_values_pass_through_another_python_with_another_polars(old: Peer) -> None:
    for name, make in SERIES.items():
        one = make()
        tree, buffers = encode(one)
        answer = old.ask(tree=tree, buffers=buffers, to=["polars"], describe=False)
        if name == "int128":
            assert answer["refusal"]["text"] == (
                "A value of type 'polars.Int128' cannot travel: its receiver's polars 1.8.2 has no such dtype."
            )
            continue
        assert "tree" in answer, (name, answer)
        assert answer["notes"] == ([NEAREST[name]] if name in NEAREST else [])
        arrived = decode(answer["tree"], [bytearray(data) for data in answer["buffers"]])
        assert arrived.to_list() == one.to_list() or name == "floats"
        assert name in NEAREST or is_same(one, arrived)


def test_categories_in_physical_order_are_said_to_lose_it(old: Peer) -> None:
    answer = old.ask(make="pl.Series('a', ['b', 'a'], dtype=pl.Categorical)", to=["polars"], describe=False)
    notes: list[str] = []
    arrived = decode(answer["tree"], [bytearray(data) for data in answer["buffers"]], notes)
    assert is_same(arrived, pl.Series("a", ["b", "a"], dtype=pl.Categorical))
    assert notes == ["polars Categorical in physical order → Categorical in lexical order"]

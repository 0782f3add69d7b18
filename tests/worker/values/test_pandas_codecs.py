"""pandas' values in one process, with the pandas of the tests; `tests/exchange` has the many pairs of versions."""

from __future__ import annotations

import copy
import datetime
import random
import re
import sys
import types
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dateutil.tz
import journeys
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_pandas import (
    BERLIN,
    COLUMNS,
    DAYS,
    FRAMES,
    INDEXES,
    MANY,
    NAN,
    OFFSETS,
    SCALARS,
    UNIQUE,
    assert_same,
    having,
)

from beep_jupyter.worker.values import (
    pandas_codecs,
    pandas_columns,
    pandas_indexes,
    pandas_moments,
    pandas_scalars,
    pandas_strings,
)
from beep_jupyter.worker.values.coding import decode, encode
from beep_jupyter.worker.values.receiver import Receiver
from beep_jupyter.worker.values.registry import MalformedValue, Unreceivable, Untransferable

TABLE = Path(__file__).parents[3] / "docs" / "reference" / "values.md"
WITH_ARROW = Receiver(libraries=["numpy", "pandas", "pyarrow"])
WITHOUT_ARROW = Receiver(libraries=["numpy", "pandas"])


def carry(value: Any, to: Receiver = WITH_ARROW, notes: list[str] | None = None) -> Any:
    """The value after a journey."""
    return journeys.carry(value, notes=notes, to=to)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_arrive_as_they_were(name: str) -> None:
    array = COLUMNS[name]
    kind = array.dtype
    for value in (
        pd.Series(array, dtype=kind, name=name),
        pd.DataFrame({0: pd.Series(array, dtype=kind), "x": 1.5, 1: pd.Series(array, dtype=kind)}),
        pd.Series(array, dtype=kind).array,
    ):
        assert_same(value, carry(value))


@pytest.mark.parametrize("name", sorted(COLUMNS.keys() - {"numpy e"}))  # of which pandas has no index
def test_indexes_of_every_dtype_arrive_as_they_were(name: str) -> None:
    array = COLUMNS[name]
    index = pd.Index(array, dtype=array.dtype, name=name, tupleize_cols=False)
    assert_same(index, carry(index))


@pytest.mark.parametrize("name", INDEXES)
def test_indexes_arrive_as_they_were(name: str) -> None:
    index = INDEXES[name]
    assert_same(index, carry(index))
    series = pd.Series(range(len(index)), index=index)
    assert_same(series, carry(series))
    frame = pd.DataFrame(np.zeros((2, len(index))), columns=index)
    assert_same(frame, carry(frame))


@pytest.mark.parametrize("name", FRAMES)
def test_frames_arrive_as_they_were(name: str) -> None:
    assert_same(FRAMES[name], carry(FRAMES[name]))


@pytest.mark.parametrize("value", SCALARS, ids=lambda value: f"{type(value).__name__} {str(value)[:20]}")
def test_scalars_and_dtypes_arrive_as_they_were(value: Any) -> None:
    assert_same(value, carry(value))


def test_zones_keep_their_library_and_offsets_their_name() -> None:
    for zone in (
        zoneinfo.ZoneInfo("Asia/Kathmandu"),
        datetime.UTC,
        datetime.timezone(datetime.timedelta(minutes=90), "here"),
    ):
        index = pd.DatetimeIndex(["2026-10-25 01:30"]).tz_localize(zone)
        arrived = carry(index)
        assert_same(index, arrived)
        assert repr(arrived.tz) == repr(zone)


def test_zone_of_pytz_arrives_as_what_is_there() -> None:
    value = [["ns", 0, ["pytz", name], 0] for name in ("Europe/Berlin", 90)]
    named, fixed = (decode({"$type": "Timestamp", "value": part}) for part in value)
    assert str(named) == "1970-01-01 01:00:00+01:00"
    assert str(named.tz) == "Europe/Berlin"
    assert str(fixed) == "1970-01-01 01:30:00+01:30"


def test_instant_goes_before_the_fold() -> None:
    """pandas 1 says 0 of moments in the second of two equal hours, if they were made of numbers."""
    second = BERLIN[2]
    assert second.fold == 1
    tree, _ = encode(second)
    tree["value"][3] = 0
    assert_same(second, decode(tree))


@st.composite
def _frames(draw: st.DrawFn) -> pd.DataFrame:
    """Of a few columns of the table above, cut and repeated to one length."""
    count = draw(st.integers(0, 6))
    known = sorted(COLUMNS.keys() - {"big-endian"})  # of which pandas cannot take rows
    names = draw(st.lists(st.sampled_from(known), max_size=5))
    arrays = [_fitted(COLUMNS[name], count) for name in names]
    frame = pd.DataFrame({number: pd.Series(array, dtype=array.dtype) for number, array in enumerate(arrays)})
    frame = frame if arrays else pd.DataFrame(index=range(count))
    labels = st.one_of(
        st.none(), st.text(max_size=3), st.integers(), st.booleans(), st.tuples(st.floats(allow_nan=False))
    )
    frame.columns = pd.Index(
        draw(st.lists(labels, min_size=len(names), max_size=len(names))), dtype=object, tupleize_cols=False
    )
    index = draw(st.sampled_from([*INDEXES.values(), None]))
    if index is not None and len(index):
        frame.index = index.take(np.arange(count) % len(index))
    order = draw(st.permutations(range(len(names))))
    return frame.iloc[:: draw(st.sampled_from([1, 1, -1, 2])), list(order)]


def _fitted(array: Any, count: int) -> Any:
    if not len(array):
        array = COLUMNS["strings"]
    return array.take(np.arange(count) % len(array))


@settings(max_examples=100, deadline=None)
@given(_frames())
def test_any_frame_arrives_as_it_was(frame: pd.DataFrame) -> None:
    assert_same(frame, carry(frame))


def test_columns_of_one_dtype_are_one_piece_of_memory_and_not_copied() -> None:
    for order in ("C", "F"):
        frame = pd.DataFrame(np.array(np.arange(20_000.0).reshape(200, 100), order=order), copy=False)
        _, (memory,) = encode(frame)
        assert np.shares_memory(np.frombuffer(memory), frame.to_numpy())
        arrived = carry(frame)
        assert_same(frame, arrived)
        assert arrived.to_numpy().strides == frame.to_numpy().strides


def test_what_arrives_looks_into_the_memory_that_came_and_may_be_written_to() -> None:
    frame = pd.DataFrame({"a": np.arange(9), "b": DAYS.repeat(3), "c": pd.array(range(9))}, index=np.arange(9) / 2)
    tree, buffers = encode(frame)
    own = [bytearray(data) for data in buffers]
    arrived = decode(tree, own)
    arrived.loc[0.0, "a"] = 7
    arrived.loc[0.0, "b"] = DAYS[2]
    assert arrived.loc[0.0].tolist() == [7, DAYS[2], 0]
    assert frame.loc[0.0].tolist() == [0, DAYS[0], 0]
    for column in ("a", "b", "c"):
        data = arrived[column].array
        data = getattr(data, "_data", data)
        assert any(np.shares_memory(np.asarray(data), np.frombuffer(each, "u1")) for each in own), column


def test_very_many_pieces_are_joined() -> None:
    parts = [pd.Series(np.arange(3) + number, name=number) for number in range(100)]
    frame = pd.concat([*parts, pd.Series(list("abc"), name="x"), pd.Series([0.5, 1, 2], name=0)], axis=1)
    assert len(frame._mgr.blocks) > 64
    tree, buffers = encode(frame)
    assert len(buffers) == 2  # integers and floats
    assert_same(frame, decode(tree, [bytearray(data) for data in buffers]))


def test_equal_strings_travel_once_and_arrive_shared() -> None:
    arrived = carry(pd.Series(MANY, dtype=object))
    assert len({id(item) for item in arrived}) == 7
    _, buffers = encode(pd.Series(MANY, dtype=object))
    assert sum(map(len, buffers)) == 7 * 3 + len(MANY)


def test_strings_stored_by_arrow_travel_as_arrow_where_both_have_it() -> None:
    series = pd.Series(UNIQUE, dtype=pd.StringDtype("pyarrow"))
    assert "arrow" in encode(series, to=WITH_ARROW)[0]["value"]["values"]
    assert "items" in encode(series, to=WITHOUT_ARROW)[0]["value"]["values"]
    assert_same(series, carry(series, WITHOUT_ARROW))


def test_labels_of_accessors_are_no_attributes() -> None:
    series = pd.Series(["a", "b"])
    assert series.str.upper().tolist() == ["A", "B"]
    assert_same(series, carry(series))


class Hostile:
    """Whatever is asked of it is too much, but while pandas makes the value that it lies in."""

    def __getattribute__(self, name: str) -> Any:
        _refuse(name)
        return super().__getattribute__(name)

    def __hash__(self) -> int:
        _refuse("its hash")
        return 1

    def __eq__(self, other: object) -> bool:
        _refuse("equality")
        return self is other

    def __bool__(self) -> bool:
        _refuse("truth")
        return True

    def __repr__(self) -> str:
        _refuse("its look")
        return "Hostile"


def _refuse(what: str) -> None:
    if is_forbidden:
        raise AssertionError(f"it was asked for {what}")


is_forbidden = False


@pytest.mark.parametrize(
    "make",
    [
        lambda hostile: pd.Series([hostile], dtype=object),
        lambda hostile: pd.Series([*UNIQUE, hostile], dtype=object),
        lambda hostile: pd.DataFrame([[hostile, 1]], dtype=object),
        lambda hostile: pd.Series([1], name=hostile),
        lambda hostile: having(pd.Series([1]), attrs={"a": hostile}),
        lambda hostile: pd.Index([hostile], dtype=object),
        lambda hostile: pd.MultiIndex(levels=[[1]], codes=[[0]], names=[hostile]),
        lambda hostile: pd.CategoricalDtype(pd.Index([hostile], dtype=object)),
        lambda hostile: pd.Series(pd.Categorical.from_codes([0], pd.Index([hostile], dtype=object))),
    ],
)
def test_no_code_of_what_lies_in_it_runs(make: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    value = make(Hostile())
    monkeypatch.setattr("test_pandas_codecs.is_forbidden", True)
    with pytest.raises(Untransferable) as caught:
        encode(value)
    assert caught.value.type_name.endswith("Hostile")


class Subclass(pd.DataFrame):
    pass


class OwnDtype(pd.api.extensions.ExtensionDtype):
    name = "own"
    type = str

    @classmethod
    def construct_array_type(cls) -> Any:
        return OwnArray


class OwnArray(pd.arrays.NumpyExtensionArray):
    pass


BUSY = np.busdaycalendar("1000000")


@pytest.mark.parametrize(
    ("value", "type_name", "reason", "cure"),
    [
        (Subclass({"a": [1]}), "test_pandas_codecs.Subclass", "it is a subclass of 'pandas.DataFrame'", "Convert it"),
        (
            pd.Series(pd.date_range("2026", periods=1, tz=dateutil.tz.gettz("Europe/Berlin"))),
            "dateutil.tz._tzfile.tzfile",
            "only time zones of datetime, zoneinfo and pytz do",
            ".dt.tz_convert",
        ),
        (
            OFFSETS.CustomBusinessDay(calendar=BUSY),
            "CustomBusinessDay",
            "it has a calendar of its own",
            "`weekmask` and `holidays`",
        ),
        (pd.CategoricalDtype(), "pandas.CategoricalDtype", "it leaves open what it is of", "one that names it"),
        (pd.IntervalDtype(), "pandas.IntervalDtype", "it leaves open what it is of", "one that names it"),
        (
            pd.arrays.NumpyExtensionArray(np.array([1], "M8[D]")),
            "pandas.arrays.NumpyExtensionArray",
            "pandas keeps moments and durations in arrays of their own",
            "Send the array of NumPy itself.",
        ),
        (pd.Series([1]).groupby([1]), "pandas.api.typing.SeriesGroupBy", "no codec is known for it", "Send its parts"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_cannot_travel_is_refused_with_reason_and_cure(value: Any, type_name: str, reason: str, cure: str) -> None:
    with pytest.raises(Untransferable) as caught:
        encode(value)
    assert caught.value.type_name.endswith(type_name)
    assert caught.value.reason.startswith(reason)
    assert cure in caught.value.cure


def test_attributes_that_someone_set_are_refused() -> None:
    frame, index = pd.DataFrame({"a": [1]}), pd.Index([1])
    frame.title = index.title = "sales"
    for value in (frame, index):
        with pytest.raises(Untransferable, match="the attribute 'title' was set on it, which would be lost"):
            encode(value)
    assert_same(frame, carry(frame.copy()))


def test_arrays_of_other_packages_are_refused() -> None:
    array = OwnArray(np.array([1]))
    for value in (array, pd.DataFrame({"a": pd.Series(array)})):
        if type(value) is pd.DataFrame and type(value._mgr.blocks[0].values) is np.ndarray:
            continue  # pandas took the array out of it
        with pytest.raises(Untransferable, match="OwnArray"):
            encode(value)


def test_arrow_dtypes_need_pyarrow_on_both_sides() -> None:
    with pytest.raises(Untransferable, match=r"'pandas\.ArrowDtype' .* its receiver has no pyarrow") as caught:
        encode(pd.Series([1], dtype="int64[pyarrow]"), to=WITHOUT_ARROW)
    assert "pip install pyarrow" in caught.value.cure


def test_side_without_pandas_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Untransferable, match="its receiver has no pandas"):
        encode(pd.Timestamp(0), to=Receiver(libraries=["numpy"]))
    tree, _ = encode(pd.Timestamp(0))
    monkeypatch.delitem(sys.modules, "pandas")
    finder = types.SimpleNamespace(find_spec=lambda *_: None)
    monkeypatch.setattr(sys, "meta_path", [finder])  # as if it were not installed
    with pytest.raises(Unreceivable, match=r"'pandas\.Timestamp' cannot travel: its receiver has no pandas"):
        decode(tree)


@pytest.fixture
def only_nanoseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in pandas 1."""
    monkeypatch.setattr(pandas_moments, "has_units", lambda: False)
    monkeypatch.setattr(pandas_scalars, "has_units", lambda: False)


@pytest.mark.usefixtures("only_nanoseconds")
def test_other_units_become_nanoseconds_where_they_fit() -> None:
    notes: list[str] = []
    index = pd.DatetimeIndex(["1700-01-01", "NaT", "2262-01-01"]).tz_localize("UTC").as_unit("s")
    assert_same(index.as_unit("ns"), carry(index, notes=notes))
    durations = pd.Series(index - pd.Timestamp(0, tz="UTC").as_unit("s"))
    assert_same(durations.dt.as_unit("ns"), carry(durations, notes=notes))
    assert_same(index[0].as_unit("ns"), carry(index[0], notes=notes))
    assert notes == [
        "pandas datetime64[s] → datetime64[ns]",
        "pandas timedelta64[s] → timedelta64[ns]",
        "pandas Timestamp[s] → Timestamp[ns]",
    ]


@pytest.mark.usefixtures("only_nanoseconds")
def test_units_that_do_not_fit_nanoseconds_are_refused() -> None:
    far = pd.Timestamp("2262-04-11 23:47:17").as_unit("s")
    for value in (far, pd.Series([far, None]), far - pd.Timestamp("1700-01-01").as_unit("s")):
        with pytest.raises(Unreceivable, match="counts nanoseconds in 64 bits") as caught:
            carry(value)
        assert "pandas 2" in caught.value.cure


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
@pytest.mark.parametrize("to", [WITH_ARROW, WITHOUT_ARROW], ids=["arrow", "no arrow"])
def test_strings_become_objects_where_pandas_lacks_their_dtype(
    storage: Any, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pandas_strings, "_make_dtype", lambda storage, missing: None)
    notes: list[str] = []
    series = pd.Series(["a", None, *UNIQUE], dtype=pd.StringDtype(storage, na_value=NAN))
    assert_same(pd.Series(["a", NAN, *UNIQUE], dtype=object), carry(series, to, notes))
    assert notes == ["pandas str → object"]


def test_python_stores_strings_where_pyarrow_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    make = pandas_strings._make_dtype
    monkeypatch.setattr(
        pandas_strings, "_make_dtype", lambda storage, missing: None if storage == "pyarrow" else make(storage, missing)
    )
    for missing, name in ((pd.NA, "string"), (NAN, "str")):
        notes: list[str] = []
        series = pd.Series(["a", None, *UNIQUE], dtype=pd.StringDtype("pyarrow", na_value=missing))
        nearest = series.astype(pd.StringDtype("python", na_value=missing))
        assert_same(nearest, carry(series, WITH_ARROW, notes))
        assert_same(nearest, carry(series, WITHOUT_ARROW, notes))
        assert notes == [f"pandas {name}[pyarrow] → {name}[python]"] * 2


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [
        (pd.Index([1, 2], dtype="int8"), pd.Index([1, 2], dtype="int64")),
        (pd.Index([0.1], dtype="float32"), pd.Index(np.array([0.1], "f4").astype("f8"))),
        (pd.Index([1, None], dtype="Int64"), pd.Index([1, pd.NA], dtype=object)),
        (pd.Index([True, False]), pd.Index([True, False], dtype=object)),
        (pd.Index(np.array([1, 2j], "c8")), pd.Index([1 + 0j, 2j], dtype=object)),
        (pd.Index(pd.arrays.SparseArray([0, 1])), pd.Index([0, 1])),
    ],
    ids=lambda index: str(index.dtype),
)
def test_indexes_of_pandas_1_get_the_nearest_dtype(sent: Any, nearest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen by what `Index` of that version makes of arrays."""
    tree, buffers = encode(sent)
    real = pd.Index

    def make_as_pandas_1(data: Any, dtype: Any = None, **options: Any) -> Any:
        kind = {"i": "int64", "u": "uint64", "f": "float64"}.get(data.dtype.kind if dtype is None else "O", object)
        return real(data, dtype=object if not isinstance(data, np.ndarray) else kind, **options)

    monkeypatch.setattr(pandas_indexes, "has_units", lambda: False)
    monkeypatch.setattr(pd, "Index", make_as_pandas_1)
    notes: list[str] = []
    arrived = decode(tree, [bytearray(data) for data in buffers], notes)
    monkeypatch.undo()
    assert_same(nearest, arrived)
    assert notes == [f"pandas Index[{sent.dtype}] → Index[{nearest.dtype}]"]


def test_what_this_pandas_lacks_is_refused_with_a_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    offset, lists = encode(OFFSETS.MonthEnd())[0], encode(COLUMNS["arrow lists"], to=WITH_ARROW)
    monkeypatch.delattr(OFFSETS, "MonthEnd")
    monkeypatch.delattr(pd.arrays, "ArrowExtensionArray")
    for tree, buffers, cure in (
        (offset, [], "without it"),
        ({"$type": "Timestamp", "value": ["ns", 0, ["zoneinfo", "No/Where"], 0]}, [], "tzdata"),
        (*lists, "pandas 1.5"),
    ):
        with pytest.raises(Unreceivable) as caught:
            decode(tree, [bytearray(data) for data in buffers])
        assert cure in caught.value.cure


FRAME = {"index": {"kind": "range", "range": [0, 2, 1], "name": None}, "attrs": None, "unique": False}
ONE = {**FRAME, "columns": {"kind": "range", "range": [0, 1, 1], "name": None}}
OBJECTS = {"kind": "object", "rows": [[1, 2]]}
INTEGERS = {"dtype": "<i8", "shape": [2], "order": "C", "data": "AQAAAAAAAAACAAAAAAAAAA=="}


@pytest.mark.parametrize(
    ("name", "part", "sentence"),
    [
        ("DataFrame", {}, "A frame has exactly the keys"),
        ("DataFrame", {**ONE, "blocks": []}, "each of its columns once"),
        ("DataFrame", {**ONE, "blocks": [[0, OBJECTS], [0, OBJECTS]]}, "each of its columns once"),
        ("DataFrame", {**ONE, "blocks": [[1, OBJECTS]]}, "each of its columns once"),
        ("DataFrame", {**ONE, "blocks": [[[0, 1], OBJECTS]]}, "A block has columns, a place for each"),
        ("DataFrame", {**ONE, "blocks": [[0, {"kind": "object", "items": [1]}]]}, "as many rows as the index"),
        ("DataFrame", {**ONE, "blocks": [[[False], OBJECTS]]}, "Places of columns are integers"),
        ("DataFrame", {**ONE, "blocks": [[0, {"kind": "object", "rows": [[1, 2], [1]]}]]}, "one length"),
        ("Series", {**FRAME, "values": {"kind": "object", "items": [1]}, "name": None}, "malformed"),
        ("Series", {**FRAME, "values": {"kind": "x"}, "name": None}, "Columns of kind 'x' are not known"),
        ("Series", {**FRAME, "values": {"kind": "numpy"}, "name": None}, "kind 'numpy' has other keys"),
        ("Series", {**FRAME, "values": OBJECTS, "name": None}, "A column has one dimension"),
        (
            "Series",
            {**FRAME, "values": {"kind": "object", "items": [1, 2]}, "name": [1]},
            "must be a hashable type",
        ),
        ("Index", {"kind": "y"}, "An index is a 'range', 'multi' or 'values'"),
        ("Index", {"kind": "range", "range": [0, 1, 0], "name": None}, "Step must not be zero"),
        (
            "Index",
            {"kind": "values", "values": {"kind": "object", "items": []}, "freq": ["Day", 1, False, {}], "name": None},
            "Only moments and durations have a frequency",
        ),
        ("pandas_offset", ["type", 1, False, {}], "class 'type' are not known"),
        ("pandas_offset", ["Day", 1.5, False, {}], "int was expected"),
        ("pandas_offset", ["MonthEnd", 1, False, {"x": 1}], "unexpected keyword"),
        ("Timestamp", ["ns", 0, ["dateutil", "UTC"], 0], "Time zones of 'dateutil' are not known"),
        ("Timestamp", ["D", 0, None, 0], "A unit of pandas is one of s, ms, us, ns"),
        ("Timestamp", ["ns", 5, None, 7], "A fold is 0 or 1"),
        ("Timedelta", ["ns", {"$type": "int", "value": hex(2**63)}], "numbers of 64 bits"),
        ("Interval", [2, 1, "left"], "left side of interval must be <= right side"),
        ("NaT", 0, "NoneType was expected"),
        (
            "pandas_array",
            {"freq": None, "values": {"kind": "masked", "data": INTEGERS, "mask": INTEGERS}},
            "its mask is of booleans",
        ),
        (
            "pandas_array",
            {
                "freq": None,
                "values": {
                    "kind": "categorical",
                    "categories": FRAME["index"],
                    "ordered": False,
                    "codes": INTEGERS,
                },
            },
            "less than there are categories",
        ),
        (
            "pandas_array",
            {
                "freq": None,
                "values": {"kind": "sparse", "length": 9, "fill": 0, "values": OBJECTS, "at": INTEGERS},
            },
            "A column has one dimension",
        ),
        (
            "pandas_array",
            {"freq": None, "values": {"kind": "object", "items": {"text": "YQ==", "codes": None, "missing": None}}},
            "A zero is behind each string",
        ),
        (
            "pandas_array",
            {"freq": None, "values": {"kind": "object", "items": {"text": "YQA=", "codes": INTEGERS, "missing": None}}},
            "Codes are positions of strings",
        ),
        (
            "pandas_array",
            {"freq": None, "values": {"kind": "object", "items": {"text": "YQA=", "codes": None, "missing": "AAA="}}},
            "a byte from 0 to 4 for each item",
        ),
        (
            "pandas_array",
            {"freq": None, "values": {"kind": "string", "storage": "python", "missing": "NA", "items": [1]}},
            "holds something else",
        ),
        (
            "pandas_array",
            {"freq": None, "values": {"kind": "arrow", "array": []}},
            "A ChunkedArray of Arrow was expected",
        ),
    ],
)
def test_malformed_trees_are_refused_with_a_sentence(name: str, part: Any, sentence: str) -> None:
    with pytest.raises(MalformedValue, match=re.escape(sentence)):
        decode({"$type": name, "value": copy.deepcopy(part)})


TREES = [encode(value, to=WITH_ARROW) for value in (*FRAMES.values(), *INDEXES.values(), *SCALARS[:20])]
TREES += [encode(pd.Series(array, dtype=array.dtype), to=WITH_ARROW) for array in COLUMNS.values()]
JUNK: list[Any] = [None, True, -1, 3, 2**40, 1.5, "", "x", [], {}, [[]], [0, 1], {"$type": "NA", "value": None}]


def _parts(tree: Any) -> Any:
    """All places in a tree as (container, key)."""
    keys = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, part in keys:
        yield tree, key
        yield from _parts(part)


def _changed(source: random.Random) -> tuple[Any, list[bytearray]]:
    """A tree with one part exchanged for another or a byte of its memory for another."""
    tree, buffers = source.choice(TREES)
    tree, own = copy.deepcopy(tree), [bytearray(data) for data in buffers]
    if own and len(own[0]) and source.random() < 0.2:
        own[0][source.randrange(len(own[0]))] = source.randrange(256)
    container, key = source.choice(list(_parts(tree)))
    other, part = source.choice(list(_parts(source.choice(TREES)[0])))
    container[key] = source.choice([other[part], source.choice(JUNK)])
    return tree, own


def test_any_tree_decodes_or_is_malformed() -> None:
    source, arrived = random.Random(7), 0
    for _ in range(2500):
        tree, buffers = _changed(source)
        try:
            value = decode(tree, buffers)
        except MalformedValue:
            continue
        arrived += 1
        encode(value, to=WITH_ARROW)
    assert arrived > 100


def test_small_trees_cannot_fill_the_memory() -> None:
    huge = {"kind": "range", "range": [0, 10**12, 1], "name": None}
    none = {"kind": "range", "range": [0, 0, 1], "name": None}
    marks = {"attrs": None, "unique": False}
    places = _empty([0], "<i4")["array"]
    sparse = {"kind": "sparse", "length": 2**31 - 1, "fill": 0, "values": _empty([0]), "at": places}
    for name, part in (
        ("DataFrame", {"index": none, "columns": huge, "blocks": [[0, _empty([10**12, 0])]], **marks}),
        ("DataFrame", {"index": huge, "columns": none, "blocks": [[0, _empty([0, 10**12])]], **marks}),
        ("pandas_array", {"values": _empty([10**12], "|V0"), "freq": None}),
        ("Index", {"kind": "values", "values": sparse, "freq": None, "name": None}),
    ):
        with pytest.raises(MalformedValue):
            decode({"$type": name, "value": part})


def _empty(shape: list[int], dtype: str = "<i8") -> dict[str, Any]:
    return {"kind": "numpy", "array": {"dtype": dtype, "shape": shape, "order": "C", "data": ""}}


def test_reference_has_the_keys_of_every_column() -> None:
    rows = re.findall(r"^\| `(\{\"kind\": .*?\})` \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {kind: keys for kind, *keys in (re.findall(r'"(\w+)"(?=:|,|\})', row)[1:] for row in rows)}
    kinds = pandas_columns._kinds
    assert pandas_codecs.CODECS
    assert set(kinds) == set(told) - {"range", "multi", "values"}
    for name, kind in kinds.items():
        assert kind.keys[0] <= {"kind", *told[name]}, name

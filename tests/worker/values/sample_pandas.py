"""pandas' values of every kind that travels, for the tests of its codecs, and what it means that one arrived.

`look` is stricter than pandas' own comparisons: types at every depth, None beside nan, the sign of zero, frequencies.
"""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

OFFSETS = pd.offsets
NAN = float("nan")


def look(value: Any) -> Any:
    """All that anyone can see of a value, made of what `==` compares exactly."""
    kind = type(value)
    if kind is pd.DataFrame:
        columns = value.set_flags(allows_duplicate_labels=True).set_axis(range(value.shape[1]), axis=1)
        data = [look_of_array(columns[number].array) for number in columns]
        return [kind, look(value.index), look(value.columns), data, look_of_marks(value)]
    if kind is pd.Series:
        return [kind, look_of_array(value.array), look(value.index), look(value.name), look_of_marks(value)]
    if kind is pd.MultiIndex:
        codes = [(each.dtype, each.tolist()) for each in value.codes]
        return [kind, look(list(value.names)), [look(level) for level in value.levels], codes, value.sortorder]
    if kind is pd.RangeIndex:
        return [kind, value.start, value.stop, value.step, look(value.name)]
    if isinstance(value, pd.Index):
        return [kind, look_of_array(value.array), look(value.name), repr(getattr(value, "freq", None))]
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return [kind, look_of_array(value)]
    if isinstance(value, pd.api.extensions.ExtensionDtype):
        return [kind, look_of_dtype(value)]
    return [kind, look_of_scalar(value)]


def look_of_array(array: Any) -> Any:
    kind = look_of_dtype(array.dtype)
    if isinstance(array, pd.Categorical):
        return [kind, array.codes.dtype, array.codes.tolist()]
    if isinstance(array, pd.arrays.SparseArray):
        dense = np.asarray(array)
        return [kind, repr(array.sp_index), dense.dtype, [look(item) for item in dense.tolist()]]
    if isinstance(array.dtype, np.dtype) and array.dtype.kind not in "OmM":
        return [kind, np.asarray(array).tobytes()]
    return [kind, type(array), [look(item) for item in array]]


def look_of_dtype(kind: Any) -> Any:
    if isinstance(kind, pd.CategoricalDtype):
        return [type(kind), look(kind.categories), kind.ordered]
    if isinstance(kind, pd.SparseDtype):
        return [type(kind), kind.subtype, look(kind.fill_value)]
    if isinstance(kind, pd.StringDtype):
        return [type(kind), kind.storage, look(kind.na_value)]
    if isinstance(kind, pd.DatetimeTZDtype):
        return [type(kind), kind.unit, look(kind.tz)]
    return [type(kind), getattr(kind, "char", None), str(kind)]


def look_of_marks(value: Any) -> Any:
    return [look(value.attrs), value.flags.allows_duplicate_labels]


def look_of_scalar(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return list(map(look, value))
    if isinstance(value, dict):
        return [[look(key), look(item)] for key, item in value.items()]
    if isinstance(value, pd.Timestamp):
        return [value.isoformat(), value.unit, value.fold, look(value.tz)]
    if isinstance(value, pd.Timedelta):
        return [value.isoformat(), value.unit]
    if isinstance(value, pd.Interval):
        return [look(value.left), look(value.right), value.closed]
    if isinstance(value, np.ndarray):
        return [value.dtype, value.tolist()]
    return repr(value)  # tells 1 from 1.0 and True, -0.0 from 0.0, nan from nothing


def assert_same(sent: Any, arrived: Any) -> None:
    """The same by this module's eyes, and by those of pandas."""
    assert look(arrived) == look(sent)
    if type(sent) is pd.DataFrame:
        pd.testing.assert_frame_equal(sent, arrived, check_exact=True, check_freq=True, check_column_type=True)
    if type(sent) is pd.Series:
        pd.testing.assert_series_equal(sent, arrived, check_exact=True, check_freq=True, check_category_order=True)


def having(value: Any, **attributes: Any) -> Any:
    for name, item in attributes.items():
        setattr(value, name, item)
    return value


MANY = [f"s{number % 7}" for number in range(200)]
UNIQUE = [f"ä{number}" for number in range(200)]
MIXED = [None, NAN, pd.NA, pd.NaT, *UNIQUE]
DAYS = pd.date_range("2026-03-28", periods=3)
BERLIN = pd.date_range("2026-10-25 01:00", periods=4, freq="h", tz="Europe/Berlin")
COLUMNS: dict[str, Any] = {
    **{f"numpy {char}": np.array([0, 1, 1], char) for char in "?bBhHiIlLqQefdgFDG"},
    "nan": np.array([NAN, -0.0, float("inf")]),
    "big-endian": np.array([1, 2, 3], ">i4"),
    "objects": np.array([1, 1.0, True, None, NAN, pd.NA, pd.NaT, "x", b"y", (1,)][:10] + [[1], {"a": {2}}], object),
    "arrays in objects": pd.Series([np.arange(2), np.float32(0.5), pd.Series([1]), np.datetime64("2026")]).array,
    "dates and decimals": np.array([datetime.date(2026, 1, 1), decimal.Decimal("1.0"), 2**70, "\udc80"], object),
    "strings": np.array(UNIQUE, object),
    "equal strings": np.array(MANY, object),
    "strings and nothing": np.array(MIXED, object),
    "equal strings and nothing": np.array([None, *MANY, NAN], object),
    "strings with zeros": np.array([*UNIQUE, "a\0b", "\0"], object),
    "strings with surrogates": np.array([*UNIQUE, "\ud800", "\ud800\udc00"], object),
    "strings and numbers": np.array([*UNIQUE, 1.5, NAN], object),
    "string[python]": pd.array(["a", None, ""], dtype="string[python]"),
    "many string[python]": pd.array([*UNIQUE, None], dtype="string[python]"),
    "string[pyarrow]": pd.array(["a", None, "ä\0"], dtype="string[pyarrow]"),
    "str[python]": pd.array(["a", None, *UNIQUE], dtype=pd.StringDtype("python", na_value=NAN)),
    "str[pyarrow]": pd.array(["a", None, *MANY], dtype=pd.StringDtype("pyarrow", na_value=NAN)),
    "sliced str": pd.array(UNIQUE, dtype=pd.StringDtype("pyarrow", na_value=NAN))[3:9],
    **{name: pd.array([1, None, 0], dtype=name) for name in ("Int8", "UInt64", "Int64", "Float32", "boolean")},
    "Int64 limits": pd.array([2**63 - 1, -(2**63), None], dtype="Int64"),
    "UInt64 limits": pd.array([2**64 - 1, 2**53 + 1], dtype="UInt64"),
    "nan beside NA": pd.arrays.FloatingArray(np.array([NAN, 1.0]), np.array([False, True])),
    "nothing missing": pd.array([1, 2], dtype="Int16"),
    "datetime64[ns]": np.array(["1700-01-01", "NaT", "2200-01-01"], "M8[ns]"),
    "datetime64[s]": np.array(["0001-01-01", "NaT", "9999-01-01"], "M8[s]"),
    "Berlin": BERLIN.array,
    "fixed": pd.DatetimeIndex(DAYS).tz_localize(datetime.timezone(datetime.timedelta(hours=-3.5))).array,
    "UTC": pd.DatetimeIndex(DAYS).tz_localize("UTC").as_unit("ms").array,
    "durations": np.array([1, "NaT", -(2**63) + 1], "m8[ns]"),
    "durations[s]": np.array([1, "NaT", 2**55], "m8[s]"),
    "periods": pd.array(["2026-01", None], dtype="period[M]"),
    "quarters": pd.arrays.PeriodArray(np.array([7, 8]), dtype=pd.PeriodDtype(OFFSETS.QuarterEnd(startingMonth=2))),
    "intervals": pd.arrays.IntervalArray.from_tuples([(0, 1), (1, 5)], closed="both"),
    "intervals of floats": pd.arrays.IntervalArray.from_arrays([0.5, NAN], [1.5, NAN]),
    "intervals of small": pd.arrays.IntervalArray.from_arrays(np.array([1], "i2"), np.array([2], "i2")),
    "intervals of moments": pd.arrays.IntervalArray.from_breaks(BERLIN),
    "categories": pd.Categorical(["b", None, "a"], categories=["b", "a", "unused"], ordered=True),
    "categories of moments": pd.Categorical(DAYS),
    "categories of anything": pd.Categorical.from_codes([0, 2, -1], [(1, 2), None.__class__.__name__, 2.5]),
    "many categories": pd.Categorical.from_codes(np.array([0, 299]), pd.RangeIndex(300, name="n")),
    "sparse": pd.arrays.SparseArray([0.0, NAN, 1.5], fill_value=NAN),
    "sparse in blocks": pd.arrays.SparseArray([0, 0, 5, 6, 0], kind="block"),
    "sparse booleans": pd.arrays.SparseArray([False, True]),
    "arrow lists": pd.arrays.ArrowExtensionArray(pa.array([[1], None], pa.list_(pa.int8()))),
    "arrow strings": pd.array(["a", None], dtype=pd.ArrowDtype(pa.string())),
    "empty": np.array([], "f4"),
    "empty objects": np.array([], object),
    "empty str": pd.array([], dtype="str"),
    "empty categories": pd.Categorical([]),
}
INDEXES: dict[str, Any] = {
    "range": pd.RangeIndex(3, -9, -2, name="r"),
    "labels": pd.Index(["a", 1, None, NAN, pd.NaT, ("x", 1), "a"], dtype=object, tupleize_cols=False),
    "tuples": pd.Index([(1, 2), (3, 4)], tupleize_cols=False),
    "freq": pd.date_range("2026", periods=4, freq=OFFSETS.MonthEnd(2), tz="Europe/Berlin", name=("a", 1)),
    "holidays": pd.date_range("2026-12-23", periods=2, freq=OFFSETS.CustomBusinessDay(holidays=["2026-12-24"])),
    "deltas": pd.timedelta_range(0, periods=3, freq="3h", name=datetime.date(2026, 1, 1)),
    "periods": pd.period_range("2026", periods=3, freq="W-WED"),
    "intervals": pd.interval_range(0.0, 3.0, closed="left", name=NAN),
    "levels": pd.MultiIndex.from_product([["a", "b"], DAYS, [1.5]], names=["x", None, 0]),
    "levels not used": pd.MultiIndex(levels=[["a", "b", "c"], [1]], codes=[[0, -1, 0], [0, 0, -1]], sortorder=0),
    "no rows": pd.MultiIndex(levels=[[1, 2]], codes=[[]], names=[b"n"]),
}
FRAMES: dict[str, Any] = {
    "nothing": pd.DataFrame(),
    "no columns": pd.DataFrame(index=DAYS),
    "no rows": pd.DataFrame(columns=["a", "a", 1]),
    "empty block": pd.DataFrame(np.empty((3, 0))),
    "equal names": pd.DataFrame([[1, 2.5, "x"], [3, 4.5, None]], columns=["a", "a", None]),
    "names of levels": pd.DataFrame(np.eye(2), columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["k", 0])),
    "blocks apart": pd.DataFrame({"a": [1, 2], "b": [0.5, 1], "c": [3, 4], "d": [True, False], "e": [5, 6]}),
    "objects": pd.DataFrame([[1, None], ["x", NAN]], dtype=object),
    "moments": pd.DataFrame({"a": DAYS, "b": BERLIN[:3], "c": DAYS - DAYS[0], "d": DAYS, "e": BERLIN[:3]}),
    "marked": having(pd.DataFrame({"a": [1]}), attrs={"unit": "m", 1: [None, (np.arange(2),)]}),
    "unique": pd.DataFrame({"a": [1], "b": [2]}).set_flags(allows_duplicate_labels=False),
    "every second": pd.DataFrame(np.arange(24.0).reshape(6, 4)).iloc[::2, ::-1],
    "summary": pd.DataFrame({"a": [1, 2, 2], "b": [3.0, 4, 5]}).groupby("a").agg(["sum", "mean"]),
}
SCALARS: list[Any] = [
    pd.NaT,
    pd.NA,
    pd.Timestamp.min,
    pd.Timestamp("0001-01-01").as_unit("s"),
    pd.Timestamp("2026-11-03 12:00:00.123456789"),
    *BERLIN[1:3],
    pd.Timestamp(2026, 1, 1, fold=1),
    pd.Timestamp("2026", tz=datetime.UTC),
    pd.Timedelta.max,
    pd.Timedelta(days=10**4).as_unit("s"),
    pd.Period("2026-11", "M"),
    pd.Period(ordinal=-5, freq=OFFSETS.Hour(3)),
    pd.Interval(0, 1.5, closed="neither"),
    pd.Interval(*BERLIN[:2]),
    pd.CategoricalDtype(["b", "a"], ordered=True),
    pd.CategoricalDtype(DAYS),
    pd.StringDtype("python"),
    pd.DatetimeTZDtype("us", "Asia/Kathmandu"),
    pd.PeriodDtype(OFFSETS.YearEnd(month=3)),
    pd.IntervalDtype("float64", "left"),
    pd.SparseDtype("f4", 0.0),
    pd.Int8Dtype(),
    pd.BooleanDtype(),
    pd.ArrowDtype(pa.decimal128(5, 2)),
    pd.arrays.NumpyExtensionArray(np.arange(3)).dtype,
    pd.arrays.NumpyExtensionArray(np.array(["a", None], object)),
    pd.DataFrame({"a": [1], "b": ["x"], "c": DAYS[:1]}).dtypes,
    OFFSETS.Day(-3),
    OFFSETS.QuarterEnd(2, startingMonth=5),
    OFFSETS.MonthEnd(normalize=True),
    OFFSETS.Week(weekday=2),
    OFFSETS.BusinessHour(start="08:30", end="12:00"),
    OFFSETS.CustomBusinessHour(weekmask="Sun Mon", holidays=["2026-12-24"]),
    OFFSETS.FY5253Quarter(weekday=1, startingMonth=3, qtr_with_extra_week=2),
    pd.DateOffset(months=1, days=2),
    [pd.Series([1]), {"a": DAYS}],
]

"""Recipes of what a column of pandas may be made of: an array of every dtype that some version has."""

from __future__ import annotations

from hypothesis import strategies as st

from .numpy_arrays import simple_arrays
from .of_python import ZONES, literal, texts
from .of_python import scalars as python_scalars
from .recipe import Recipe, join, lines, recipe

PANDAS = {"pandas": (1,)}
WITH_UNITS = {"pandas": (2,)}
_NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "g"]
_MASKED = {
    "Int8": ["1", "-128"],
    "Int16": ["1", "-32768"],
    "Int32": ["1", "2 ** 31 - 1"],
    "Int64": ["1", "2 ** 63 - 1", "2 ** 53 + 1"],
    "UInt8": ["1", "255"],
    "UInt16": ["1", "65535"],
    "UInt32": ["1", "2 ** 32 - 1"],
    "UInt64": ["1", "2 ** 64 - 1"],
    "Float32": ["-0.0", "1.5", "float('inf')"],
    "Float64": ["0.1", "-0.0", "5e-324"],
    "boolean": ["True", "False"],
}
_PERIODS = lines("""
    Day()
    Day(3)
    Hour()
    MonthEnd()
    MonthEnd(3)
    QuarterEnd(startingMonth=12)
    QuarterEnd(startingMonth=1)
    YearEnd(month=12)
    YearEnd(month=3)
    Week(weekday=6)
    Week(weekday=2)
    BusinessDay()
    Minute(15)
    Second()
    Milli()
    Micro(7)
    Nano()
""")
_MOMENTS = [
    0,
    1,
    -1,
    10**18,
    -(2**63) + 1,
    -(2**63),
    -(2**63),
    2**63 - 1,
    1_793_000_000_000_000_000,
    86_400_000_000_000,
]
"""As nanoseconds; the least is NaT."""
_NAT = -(2**63)
_UNITS = [
    ("ns", 1, PANDAS),
    ("ns", 1, PANDAS),
    ("s", 10**9, WITH_UNITS),
    ("ms", 10**6, WITH_UNITS),
    ("us", 10**3, WITH_UNITS),
    ("s", 5 * 10**6, WITH_UNITS),
    ("us", 10**2, WITH_UNITS),
]
"""Unit, what divides nanoseconds, and who has it; the last two are partly beyond what nanoseconds can tell."""
_RARE_ZONES = lines("""
    datetime.timezone(datetime.timedelta(minutes=-210))
    datetime.timezone.utc
    'dateutil/Europe/Berlin'
    zoneinfo.ZoneInfo('Asia/Kathmandu')
    datetime.timezone(datetime.timedelta(seconds=1))
""")
_STRINGS = [
    ("'string'", PANDAS, {}),
    ("'string[python]'", PANDAS, {}),
    ("'string[pyarrow]'", {"pandas": (1,), "pyarrow": (1,)}, {}),
    ("'str'", {"pandas": (3,)}, {}),
    ("'string[pyarrow_numpy]'", {"pandas": (2, 2), "pyarrow": (10,)}, {"pandas": (3,)}),
    ("pd.StringDtype('python', na_value=np.nan)", {"pandas": (2, 3)}, {}),
]
_CATEGORIES = lines("""
    ['a', 'b', 'c']
    ['b', 'a', 'unused', '']
    [1, 2, 3]
    [2.5, 1.0, -0.0]
    ['a', 1, 2.5]
    [True, False]
    pd.date_range('2026', periods=3)
    pd.date_range('2026', periods=3, tz='Europe/Berlin')
    pd.interval_range(0, 3)
    pd.Index(['x', 'y', 'z'], dtype=object)
    pd.period_range('2026', periods=3, freq='M')
    pd.Index(['x', 'y', 'z'], name='names')
    pd.RangeIndex(5)
    pd.timedelta_range(0, periods=3)
    np.array([1, 2, 3], 'i1')
    [(1, 2), ('a',), ()]
    range(200)
    range(40000)
    [datetime.date(2026, 1, 1), decimal.Decimal('1.0')]
    pd.array([1, 2, 3], dtype='Int8')
""")
_INTERVALS = [
    ("0", "1"),
    ("0.5", "2.5"),
    ("float('nan')", "float('nan')"),
    ("pd.Timestamp(0)", "pd.Timestamp(9)"),
    ("pd.Timestamp(0, tz='UTC')", "pd.Timestamp(9, tz='UTC')"),
    ("pd.Timedelta(0)", "pd.Timedelta(9)"),
]
_SPARSE = [
    ("0.0 1.5 float('nan')", "float('nan')"),
    ("0.0 1.5", "0.0"),
    ("0 3", "0"),
    ("1 2", "1"),
    ("False True", "False"),
]
"""Items, and the one that is not kept."""
_ARROW = [
    ("pa.int64()", "1"),
    ("pa.string()", "'a'"),
    ("pa.timestamp('us')", "datetime.datetime(2026, 1, 1)"),
    ("pa.timestamp('ns', 'Europe/Berlin')", "datetime.datetime(2026, 1, 1)"),
    ("pa.list_(pa.int8())", "[1]"),
    ("pa.decimal128(5, 2)", "decimal.Decimal('1.10')"),
    ("pa.bool_()", "True"),
    ("pa.date32()", "datetime.date(2026, 1, 1)"),
    ("pa.float64()", "float('nan')"),
    ("pa.struct([('a', pa.int8())])", "{'a': 1}"),
    ("pa.dictionary(pa.int8(), pa.string())", "'a'"),
    ("pa.binary()", "b'a'"),
    ("pa.duration('ns')", "datetime.timedelta(1)"),
    ("pa.time64('us')", "datetime.time(1)"),
]
_OBJECTS = lines("""
    None
    float('nan')
    pd.NA
    pd.NaT
    np.nan
    np.int64(3)
    np.float32(.1)
    np.datetime64('2026')
    np.datetime64('NaT')
    np.arange(2)
    np.bool_(True)
    (1, 'a')
    [1]
    {'a': None}
    {1}
    True
    1
    1.0
    -0.0
    pd.Timestamp('2026-11-03')
    pd.Timedelta(5)
    pd.Period('2026', 'M')
    pd.Interval(0, 1)
    object
""")
_objects = st.one_of(
    st.sampled_from(_OBJECTS).map(Recipe), python_scalars, st.just(Recipe("None")), texts.map(literal).map(Recipe)
)
_words = st.one_of(texts.map(literal).map(Recipe), st.just(Recipe("None")))


def repeat(draw: st.DrawFn, each: st.SearchStrategy[Recipe], count: int) -> Recipe:
    """The items of a list of that length, few of them distinct, as in most columns."""
    few = draw(st.lists(each, min_size=1, max_size=4))
    return join((few * (count // len(few) + 1))[:count])


def _choice(draw: st.DrawFn, texts: list[str], count: int) -> Recipe:
    return repeat(draw, st.sampled_from(texts).map(Recipe), count)


@st.composite
def moments(draw: st.DrawFn, count: int, kind: str) -> Recipe:
    unit, divisor, needs = draw(st.sampled_from(_UNITS))
    numbers = [str(number if number == _NAT else number // divisor) for number in _MOMENTS]
    return recipe(f"np.array([%s], 'i8').view('{kind}[{unit}]')", _choice(draw, numbers, count), needs=needs)


@st.composite
def _zoned(draw: st.DrawFn, count: int) -> Recipe:
    zone = draw(st.sampled_from([*map(repr, ZONES), *_RARE_ZONES]))
    needs = {"python": (3, 9)} if "zoneinfo" in zone else {}
    form = f"pd.DatetimeIndex(%s).tz_localize('UTC').tz_convert({zone})"
    return recipe(form, draw(moments(count, "M8")), needs=needs)


@st.composite
def _masked(draw: st.DrawFn, count: int) -> Recipe:
    name = draw(st.sampled_from(sorted(_MASKED)))
    return recipe(f"pd.array([%s], dtype='{name}')", _choice(draw, ["None", *_MASKED[name]], count), needs=PANDAS)


@st.composite
def _strings(draw: st.DrawFn, count: int) -> Recipe:
    kind, needs, until = draw(st.sampled_from(_STRINGS))
    return recipe(f"pd.array([%s], dtype={kind})", repeat(draw, _words, count), needs=needs, until=until)


@st.composite
def _categories(draw: st.DrawFn, count: int) -> Recipe:
    words, ordered = draw(st.sampled_from(_CATEGORIES)), draw(st.booleans())
    form = f"pd.Categorical.from_codes([%s], categories={words}, ordered={ordered})"
    return recipe(form, _choice(draw, ["0", "1", "-1"], count), needs=PANDAS)


@st.composite
def _periods(draw: st.DrawFn, count: int) -> Recipe:
    freq = draw(st.sampled_from(_PERIODS))
    form = f"pd.arrays.PeriodArray(np.array([%s], 'i8'), dtype=pd.PeriodDtype(pd.offsets.{freq}))"
    return recipe(form, _choice(draw, ["0", "600", "-5", str(-(2**63))], count), needs=PANDAS)


@st.composite
def _intervals(draw: st.DrawFn, count: int) -> Recipe:
    left, right = draw(st.sampled_from(_INTERVALS))
    closed = draw(st.sampled_from(["left", "right", "both", "neither"]))
    ends = f"[{left}] * {count}, [{right}] * {count}"
    return recipe(f"pd.arrays.IntervalArray.from_arrays({ends}, closed='{closed}')", needs=PANDAS)


@st.composite
def _sparse(draw: st.DrawFn, count: int) -> Recipe:
    items, fill = draw(st.sampled_from(_SPARSE))
    kind = draw(st.sampled_from(["integer", "block"]))
    form = f"pd.arrays.SparseArray(np.array([%s]), fill_value={fill}, kind='{kind}')"
    return recipe(form, _choice(draw, items.split(), count), needs=PANDAS)


@st.composite
def _object_columns(draw: st.DrawFn, count: int) -> Recipe:
    each = draw(st.sampled_from([_objects, _words]))
    return recipe("pd.Series([%s], dtype=object).array", repeat(draw, each, count), needs=PANDAS)


@st.composite
def _arrow_columns(draw: st.DrawFn, count: int) -> Recipe:
    kind, item = draw(st.sampled_from(_ARROW))
    form = f"pd.arrays.ArrowExtensionArray(pa.array([%s], {kind}))"
    return recipe(form, _choice(draw, [item, "None"], count), needs={"pandas": (1, 5), "pyarrow": (9,)})


def columns(count: int) -> st.SearchStrategy[Recipe]:
    """An array for a column of that length."""
    often = [simple_arrays(count, _NUMBERS), _object_columns(count), _strings(count), _masked(count)]
    moment = [moments(count, "M8"), moments(count, "m8"), _zoned(count), _periods(count)]
    return st.one_of(
        *often, *often, *moment, _categories(count), _intervals(count), _sparse(count), _arrow_columns(count)
    )

"""Recipes of pandas' values: frames, series, indexes, arrays and scalars."""

from __future__ import annotations

from hypothesis import strategies as st

from .of_python import literal, texts
from .pandas_columns import PANDAS, WITH_UNITS, columns, repeat
from .recipe import Recipe, join, lines, recipe

_FREQUENCIES = lines("""
    Day()
    Day(3)
    Hour(2)
    Hour(-1)
    Minute()
    Second(30)
    Milli()
    Nano(5)
    MonthEnd()
    MonthBegin(2)
    QuarterEnd(startingMonth=2)
    YearEnd(month=6)
    Week()
    Week(weekday=2)
    BusinessDay()
    CustomBusinessDay(holidays=['2026-12-24'])
    BusinessHour()
    DateOffset(months=1, days=2)
    MonthEnd(normalize=True)
""")
_LABELS = lines("""
    'a'
    'a'
    'b'
    ''
    '$type'
    0
    1
    None
    2.5
    float('nan')
    True
    ('x', 1)
    pd.Timestamp('2026')
    pd.NaT
    datetime.date(2026, 1, 1)
    np.int64(3)
    b'b'
""")
_NAMES = lines("""
    None
    None
    None
    'name'
    ''
    0
    1.5
    float('nan')
    ('a', 1)
    datetime.date(2026, 1, 1)
""")
_PRODUCTS = lines("""
    ['a', 'b']
    [2.5, None]
    pd.Categorical(['x', 'y'])
    pd.date_range('2026', periods=2)
    [(1,), 2]
""")
_ATTRIBUTES = lines("""
    {}
    {}
    {}
    {}
    {}
    {'unit': 'm'}
    {1: [None], 'x': (1,)}
    {'a': np.arange(2)}
    {'f': pd.NaT}
""")
_RANGES = [(0, 1), (0, 1), (5, 1), (0, -1), (3, 7), (-4, 2), (2**40, 1)]
_KINDS = ["range", "range", "labels", "labels", "words", "column", "column", "dates", "deltas", "levels"]
_names = st.sampled_from(_NAMES)
_words = texts.map(literal).map(Recipe)
_labels = st.one_of(st.sampled_from(_LABELS).map(Recipe), _words)


@st.composite
def indexes(draw: st.DrawFn, count: int) -> Recipe:
    """An index of that length, of any class."""
    kind, name = draw(st.sampled_from(_KINDS)), draw(_names)
    if kind == "range":
        start, step = draw(st.sampled_from(_RANGES))
        return recipe(f"pd.RangeIndex({start}, {start + step * count}, {step}, name={name})", needs=PANDAS)
    if kind == "dates":
        freq, zone = draw(st.sampled_from(_FREQUENCIES)), draw(st.sampled_from(["None", "'Europe/Berlin'", "'UTC'"]))
        form = f"pd.date_range('2026-10-24', periods={count}, freq=pd.offsets.{freq}, tz={zone}, name={name})"
        return recipe(form, needs=PANDAS)
    if kind == "deltas":
        return recipe(f"pd.timedelta_range(0, periods={count}, freq=pd.offsets.Hour(3), name={name})", needs=PANDAS)
    if kind == "levels":
        return draw(_multi(count))
    if kind == "column":
        return recipe(f"pd.Index(%s, name={name}, tupleize_cols=False)", draw(columns(count)))
    items = repeat(draw, _labels if kind == "labels" else _words, count)
    return recipe(f"pd.Index([%s], name={name}, tupleize_cols=False)", items, needs=PANDAS)


@st.composite
def _multi(draw: st.DrawFn, count: int) -> Recipe:
    if draw(st.booleans()):
        labels, name = draw(st.sampled_from(_PRODUCTS)), draw(_names)
        form = f"pd.MultiIndex.from_product([{labels}, range({count})], names=[{name}, 'b'])[:{count}]"
        return recipe(form, needs=PANDAS)
    levels = draw(st.lists(columns(count), min_size=1, max_size=3))
    names = ", ".join(draw(_names) for _ in levels)
    return recipe(f"pd.MultiIndex.from_arrays([%s], names=[{names}])", join(levels))


_counts = st.sampled_from([0, 1, 2, 3, 3, 5])


@st.composite
def series(draw: st.DrawFn) -> Recipe:
    """A series with an index, a name and attributes of its own."""
    count = draw(_counts)
    made = recipe(f"pd.Series(%s, index=%s, name={draw(_names)})", draw(columns(count)), draw(indexes(count)))
    return _marked(draw, made)


@st.composite
def frames(draw: st.DrawFn) -> Recipe:
    """A frame; names of columns may be of any type, and equal."""
    count, width = draw(_counts), draw(st.sampled_from([0, 1, 2, 3, 4]))
    data = join(recipe(f"{number}: %s", draw(columns(count))) for number in range(width))
    form = "pd.DataFrame({%s}, index=%s).set_axis(%s, axis=1)"
    return _marked(draw, recipe(form, data, draw(indexes(count)), draw(indexes(width))))


def _marked(draw: st.DrawFn, made: Recipe) -> Recipe:
    attributes = draw(st.sampled_from(_ATTRIBUTES))
    if attributes != "{}":
        made = recipe(f"having(%s, attrs={attributes})", made)
    return recipe("unique(%s)", made) if draw(st.integers(0, 9)) == 0 else made


_SCALARS = lines("""
    pd.NaT
    pd.NA
    pd.Timestamp('2026-11-03 12:00:00.123456789')
    pd.Timestamp('2026-10-25 02:30+01:00').tz_convert('Europe/Berlin')
    pd.Timestamp('2026-10-25 02:30+02:00').tz_convert('Europe/Berlin')
    pd.Timestamp('2026-10-25 02:30:00+01:00')
    pd.Timestamp(0, tz='UTC')
    pd.Timestamp(datetime.datetime(2026, 11, 3, fold=1))
    pd.Timestamp(1792891800000000000, tz='Europe/Berlin')
    pd.Timestamp.min
    pd.Timestamp.max
    pd.Timestamp('2026-11-03', tz=datetime.timezone(datetime.timedelta(hours=2)))
    pd.Timestamp(year=2026, month=10, day=25, hour=2, fold=1, tz='dateutil/Europe/Berlin')
    pd.Timedelta(5, 'ns')
    pd.Timedelta.min
    pd.Timedelta(days=-3)
    pd.Period('2026-11', 'M')
    pd.Period('2026', freq=pd.offsets.YearEnd(month=3))
    pd.Period(ordinal=5, freq=pd.offsets.Hour(3))
    pd.Period('NaT', 'D')
    pd.Interval(0, 1)
    pd.Interval(0.5, 1.5, closed='both')
    pd.Interval(pd.Timestamp(0), pd.Timestamp(9), closed='left')
    pd.CategoricalDtype(['a'])
    pd.Int64Dtype()
    pd.offsets.Day(2)
    pd.DateOffset(months=1)
    pd.Grouper(key='a')
    pd.DataFrame({'a': [1]}).groupby('a')
""")
_LATER_SCALARS = lines("""
    pd.Timestamp('0001-01-01').as_unit('s')
    pd.Timestamp('9999-12-31 23:59:59').as_unit('us')
    pd.Timestamp('2026').as_unit('ms')
    pd.Timedelta(10 ** 4, 'D').as_unit('s')
""")
_NEW = lines("""
    pd.date_range('2026', periods=3, freq=pd.offsets.HalfYearEnd())
    pd.Series([1, 2], index=pd.date_range('2026', periods=2, freq=pd.offsets.HalfYearBegin(3)))
    pd.offsets.BHalfYearEnd(2)
""")
_OLD = lines("""
    pd.Timestamp('2026-11-03', freq=pd.offsets.Day())
    pd.date_range('2026', periods=3, freq=pd.offsets.MonthEnd())[1]
    pd.date_range('2026', periods=3, freq=pd.offsets.Day(2)).array
    pd.timedelta_range(0, periods=3, freq=pd.offsets.Hour(2)).array
""")
_FRAMES = lines("""
    pd.DataFrame({'a': np.arange(20000), 'b': np.arange(20000) / 3, 'c': ['x', 'yy', None, ''] * 5000})
    pd.DataFrame(np.arange(30000.).reshape(3000, 10))
    pd.Series(['a', 'b'] * 9000, dtype='category')
    pd.DataFrame({'t': pd.date_range('2026', periods=9999, freq='min', tz='UTC')})
    pd.DataFrame(index=range(3))
    pd.DataFrame()
    pd.DataFrame({'a': [1]}).T
    pd.Series(dtype='f8')
    pd.DataFrame(columns=['a', 'b'])
    pd.DataFrame({'a': [1, 2], 'b': [3., 4.]}).iloc[::-1]
    pd.DataFrame(np.zeros((4, 4)))[::2]
    pd.DataFrame({'a': [1, 2, 2], 'b': [3, 4, 5]}).groupby('a').agg(['sum', 'mean'])
    pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}).pivot_table(index='a', columns='b', aggfunc='size')
    pd.DataFrame({'a': [1, 2]}).describe()
    pd.DataFrame({'a': [1.5, 2]}).resample
    pd.MultiIndex(levels=[['a', 'b', 'unused'], [2, 1]], codes=[[1, -1], [0, 1]])
    pd.MultiIndex(levels=[[1, 2]], codes=[[]], names=['x'])
    pd.MultiIndex.from_arrays([[1, 2, 1]]).remove_unused_levels()[:1]
    pd.get_dummies(pd.Series(['a', 'b']))
    pd.cut(pd.Series([1, 5, 9]), 3)
    pd.Series([1, 2]).to_frame(name=('a', 'b'))
    pd.read_csv(io.StringIO('a,b\\n1,x\\n2,'))
""")


def _all(texts: list[str], needs: dict[str, tuple[int, ...]]) -> st.SearchStrategy[Recipe]:
    return st.sampled_from(texts).map(lambda text: recipe(text, needs=needs))


_old = st.sampled_from(_OLD).map(lambda text: recipe(text, needs=PANDAS, until={"pandas": (2,)}))
scalars = st.one_of(_all(_SCALARS, PANDAS), _all(_LATER_SCALARS, WITH_UNITS))
values = st.one_of(
    series(),
    frames(),
    _all(_NEW, {"pandas": (3,)}),
    _old,
    _counts.flatmap(indexes),
    _counts.flatmap(columns),
    scalars,
    _all(_FRAMES, PANDAS),
)

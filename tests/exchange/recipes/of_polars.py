"""Recipes of polars' values."""

from __future__ import annotations

from hypothesis import strategies as st

from .recipe import Recipe, join, lines, recipe

POLARS = {"polars": (1,)}
_SERIES = lines(r"""
    [1, None, 3]
    [], dtype=pl.Int8
    ['a', None, 'ä', '']
    [1.5, float('nan'), None, -0.0]
    [True, None]
    [None, None]
    [b'a', None]
    [[1, None], None, []]
    [{'a': 1, 'b': 'x'}, None]
    ['a', 'b', None, 'a'], dtype=pl.Categorical
    ['a', 'b', None], dtype=pl.Enum(['b', 'a', 'c'])
    [1, None], dtype=pl.Datetime('ns', 'Europe/Berlin')
    [1, None], dtype=pl.Datetime('ms')
    [1, None], dtype=pl.Duration('us')
    [1, None], dtype=pl.Time
    [datetime.date(2026, 1, 1), None]
    [decimal.Decimal('1.10'), None], dtype=pl.Decimal(10, 2)
    [[1, 2], None], dtype=pl.Array(pl.Int16, 2)
    [2 ** 64 - 1, None], dtype=pl.UInt64
    [1, None], dtype=pl.UInt8
    [1.5, None], dtype=pl.Float32
    [[['a']], None]
    [[datetime.datetime(2026, 1, 1)], []]
    range(20000)
    [{'a': [1], 'b': {'c': None}}]
    [datetime.timedelta(1), None]
    ['b', 'a', None], dtype=pl.Categorical('lexical')
    [['a', 'b'], None], dtype=pl.List(pl.Categorical)
    [{'c': 'x'}, {'c': None}], dtype=pl.Struct({'c': pl.Enum(['x', 'y'])})
    [[[1], [2]], None], dtype=pl.Array(pl.Array(pl.Int8, 1), 2)
    [None, None], dtype=pl.String
    [None], dtype=pl.List(pl.List(pl.Int8))
    [{}], dtype=pl.Struct([])
    ['x' * 200, 'a\x00b', '\U0001f40d']
    [-2 ** 63, 2 ** 63 - 1]
    [float('inf'), -0.0, 5e-324], dtype=pl.Float64
    [datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31)]
    [datetime.time(23, 59, 59, 999999), None]
    [decimal.Decimal('1.5'), decimal.Decimal('-0.001')]
    [decimal.Decimal('1')], dtype=pl.Decimal(None, 0)
    [1, 2], dtype=pl.Duration('ns')
    [b'\xff\x00', b'']
    np.array([0x7FF8000000000001], 'u8').view('f8')
    [True] * 9
    [1, 2, 3], dtype=pl.Int16
""")
_NEW = {
    "[1.5, None], dtype=pl.Float16": (1, 36),
    "['a', None], dtype=pl.Categorical(pl.Categories('colours', 'test'))": (1, 36),
    "['a', None], dtype=pl.Categorical(pl.Categories('few', physical=pl.UInt8))": (1, 36),
    "[1, 2 ** 100], dtype=pl.Int128": (1, 20),
    "[1, 2 ** 127], dtype=pl.UInt128": (1, 36),
}


def _series_of(text: str, needs: dict[str, tuple[int, ...]]) -> Recipe:
    return recipe(f"pl.Series('name', {text})", needs=needs)


series = st.one_of(
    st.sampled_from(_SERIES).map(lambda text: _series_of(text, POLARS)),
    st.sampled_from(sorted(_NEW)).map(lambda text: _series_of(text, {"polars": _NEW[text]})),
)


@st.composite
def _frames(draw: st.DrawFn) -> Recipe:
    columns = zip(["", "a", "ä", "b"], draw(st.lists(series, max_size=4)), strict=False)
    parts = [recipe("%s.extend_constant(None, 2).head(2).alias(%s)", column, ascii(name)) for name, column in columns]
    return recipe("pl.DataFrame([%s])", join(parts), needs=POLARS)


_OTHERS = lines("""
    pl.DataFrame({'a': [1]}).lazy()
    pl.Int8
    pl.col('a')
    pl.Series('o', [object()], dtype=pl.Object)
    pl.DataFrame()
    pl.concat([pl.DataFrame({'a': [1]}), pl.DataFrame({'a': [2]})], rechunk=False)
    pl.DataFrame({'a': []})
    pl.DataFrame({'a': [1, 2]}).clear()
    pl.DataFrame({'a': [3, 1]}).sort('a')
    pl.DataFrame({'a': [1, 2], 'b': ['x', 'y']}).group_by('b', maintain_order=True).agg('a')
    pl.DataFrame({'a': ['x', 'y', 'x']}).with_columns(pl.col('a').cast(pl.Categorical)).filter(pl.col('a') == 'y')
    pl.from_dict({'t': [datetime.datetime(2026, 10, 25, 2, 30, tzinfo=datetime.timezone.utc)]})
    pl.Series([datetime.datetime(2026, 1, 1)]).dt.replace_time_zone('Asia/Kathmandu')
    pl.Datetime('ms', 'UTC')
    pl.List(pl.Int8)
    pl.Schema({'a': pl.Int8})
    [pl.Series([1]), {'a': pl.DataFrame({'x': ['y']})}]
    pl.Series('a', [1, 2, 3]).set_sorted()
    pl.Series([1, None]).to_frame('ä')
    pl.lit(1)
""")
_forms = st.sampled_from(["%s", "%s", "%s.slice(1)", "%s[::-1]", "pl.concat([%s, %s], rechunk=False)"])
values = st.one_of(
    st.builds(lambda form, one: recipe(form, *([one] * form.count("%s"))), _forms, series),
    _frames(),
    _frames(),
    st.just(recipe("pl.DataFrame(height=3)", needs={"polars": (2,)})),
    st.sampled_from(_OTHERS).map(lambda text: recipe(text, needs=POLARS)),
)

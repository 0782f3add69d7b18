"""Recipes of pyarrow's values."""

from __future__ import annotations

from hypothesis import strategies as st

from .recipe import Recipe, join, lines, recipe

ARROW = {"pyarrow": (9,)}
_ARRAYS = lines("""
    pa.array([1, None, 3])
    pa.array([], pa.int8())
    pa.array(['a', None, 'ä', ''])
    pa.array([1.5, float('nan'), None])
    pa.array(['a', None], pa.large_string())
    pa.array([b'a', None])
    pa.array([b'ab', None], pa.binary(2))
    pa.array([True, None])
    pa.array([None, None])
    pa.array([[1, None], None, []])
    pa.array([{'a': 1, 'b': 'x'}, None])
    pa.array([[('a', 1)], None], pa.map_(pa.string(), pa.int8()))
    pa.array(['a', 'b', None, 'a']).dictionary_encode()
    pa.array([1, None], pa.timestamp('ns', 'Europe/Berlin'))
    pa.array([1, None], pa.timestamp('us'))
    pa.array([1, None], pa.timestamp('s', '+01:30'))
    pa.array([1, None], pa.duration('ms'))
    pa.array([1, None], pa.time64('ns'))
    pa.array([1, None], pa.time32('s'))
    pa.array([1, None], pa.date32())
    pa.array([86400000, None], pa.date64())
    pa.array([decimal.Decimal('1.10'), None], pa.decimal128(10, 2))
    pa.array([decimal.Decimal('1.1'), None], pa.decimal256(60, 5))
    pa.array([[1, 2], None], pa.list_(pa.int16(), 2))
    pa.array([[1], None], pa.large_list(pa.float32()))
    pa.array([1, 2, 3, 4, None]).slice(1, 3)
    pa.array(['a', 'b', 'c']).slice(1)
    pa.array([True, False, True]).slice(1)
    pa.array([[1], [2, 3]]).slice(1)
    pa.array([2 ** 64 - 1, None], pa.uint64())
    pa.array(range(20000))
    pa.DictionaryArray.from_arrays(pa.array([0, None, 1], pa.int8()), ['x', 'y'], ordered=True)
""")
_NEW_ARRAYS = {
    "pa.array(['a', None, 'long enough to be elsewhere'], pa.string_view())": (16,),
    "pa.RunEndEncodedArray.from_arrays([2, 3], ['a', 'b'])": (12,),
    "pa.array([[1], None], pa.list_view(pa.int8()))": (16,),
}
arrays = st.one_of(
    st.sampled_from(_ARRAYS).map(lambda text: recipe(text, needs=ARROW)),
    st.sampled_from(sorted(_NEW_ARRAYS)).map(lambda text: recipe(text, needs={"pyarrow": _NEW_ARRAYS[text]})),
)
_FORMS = lines("""
    pa.table({'a': %s})
    pa.Table.from_arrays([%s], names=['a'])
    pa.RecordBatch.from_arrays([%s], names=[''])
    pa.table({'a': %s}).replace_schema_metadata({'key': 'meta'})
    pa.table([%s], schema=pa.schema([pa.field('x', %s.type, metadata={'unit': 'm'})]))
    pa.chunked_array([%s, %s])
    pa.table({'a': pa.chunked_array([%s, %s.slice(1)])})
    %s
""")


_long_arrays = arrays.filter(lambda array: not any(short in array.text for short in ("([],", ".slice(", "RunEnd")))


@st.composite
def _of_arrays(draw: st.DrawFn) -> Recipe:
    form = draw(st.sampled_from(_FORMS))
    return recipe(form, *([draw(arrays)] * form.count("%s")))


@st.composite
def _tables(draw: st.DrawFn) -> Recipe:
    """Tables of several columns; their names may be equal."""
    columns = draw(st.lists(_long_arrays, max_size=4))
    names = draw(st.lists(st.sampled_from(["a", "a", "b", "", "ä", "0"]), min_size=len(columns), max_size=len(columns)))
    parts = [recipe("pa.chunked_array([%s.slice(0, 2)])", column) for column in columns]
    return recipe("pa.Table.from_arrays([%s], names=%s)", join(parts), ascii(names), needs=ARROW)


_OTHERS = ["pa.schema([('a', pa.int8())])", "pa.int8()", "pa.scalar(1)", "pa.table({})"]
values = st.one_of(
    _of_arrays(), _of_arrays(), _tables(), st.sampled_from(_OTHERS).map(lambda text: recipe(text, needs=ARROW))
)

"""Recipes of pyarrow's values."""

from __future__ import annotations

from hypothesis import strategies as st

from .recipe import Recipe, join, lines, recipe

ARROW = {"pyarrow": (9,)}
_ARRAYS = lines(r"""
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
    pa.array([86400001, None], pa.date64())
    pa.array([10 ** 6, -1], pa.time32('s'))
    pa.array([2 ** 62], pa.timestamp('s'))
    pa.nulls(3)
    pa.array([{}, None])
    pa.array([[None], None])
    pa.array([[]], pa.list_(pa.struct([('a', pa.list_(pa.string()))])))
    pa.array(np.array([1.5, -0.0, float('nan')], 'f2'))
    pa.array(np.array([0x7FF8000000000001, 5], 'u8').view('f8'))
    pa.array([b'\xff\xfe', None]).view(pa.binary()).cast(pa.large_binary())
    pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(['a', None]))
    pa.DictionaryArray.from_arrays(pa.array([0, 1, 1]), pa.array(['a', 'a']), safe=False)
    pa.StructArray.from_arrays([pa.array(['a', 'b']).dictionary_encode()], names=['d'])
    pa.array([['a', 'b'], None]).cast(pa.list_(pa.string())).slice(1)
    pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array([''])])
    pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(['x', 'y'])])
    pa.array([(1, 2, 3), None], pa.month_day_nano_interval())
    pa.array([{'a': 1, 'b': None}] * 3).slice(1, 1)
    pa.array([[('a', 1), ('a', 2)]], pa.map_(pa.string(), pa.int8(), keys_sorted=True))
    pa.array([None, [1, 2]], pa.list_(pa.field('element', pa.int8(), nullable=False, metadata={'a': 'b'})))
    pa.array([2.5, None], pa.float32())
    pa.array([1, 2], mask=np.array([True, True]))
""")
_NEW_ARRAYS = {
    "pa.array([b'0' * 16, None], pa.uuid())": (18,),
    "pa.array(['{}', None], pa.json_())": (19,),
    "pa.array([1, None], pa.bool8())": (18,),
    "pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(6).reshape(2, 3))": (15,),
    "pa.array([decimal.Decimal('1.1'), None], pa.decimal32(5, 2))": (19,),
    "pa.array([b'a', None], pa.opaque(pa.binary(), 'a', 'b'))": (18,),
    "pa.array(['a', None, 'long enough to be elsewhere'], pa.string_view())": (16,),
    "pa.RunEndEncodedArray.from_arrays([2, 3], ['a', 'b'])": (12,),
    "pa.array([[1], None], pa.list_view(pa.int8()))": (16,),
}
arrays = st.one_of(
    st.sampled_from(_ARRAYS).map(lambda text: recipe(text, needs=ARROW)),
    st.sampled_from(sorted(_NEW_ARRAYS)).map(lambda text: recipe(text, needs={"pyarrow": _NEW_ARRAYS[text]})),
)
_FORMS = lines(r"""
    pa.table({'a': %s})
    pa.Table.from_arrays([%s], names=['a'])
    pa.RecordBatch.from_arrays([%s], names=[''])
    pa.chunked_array([], %s.type)
    pa.chunked_array([%s, %s.slice(0, 0)])
    pa.table({'a': %s}).slice(1)
    %s[0]
    %s.type
    pa.field('f', %s.type, nullable=False, metadata={b'\xff': b'\xfe'})
    pa.Table.from_arrays([%s], schema=pa.schema([pa.field('x', %s.type, nullable=False)]))
    pa.table({'a': %s}).replace_schema_metadata({'key': 'meta'})
    pa.table([%s], schema=pa.schema([pa.field('x', %s.type, metadata={'unit': 'm'})]))
    pa.chunked_array([%s, %s])
    pa.table({'a': pa.chunked_array([%s, %s.slice(1)])})
    %s
""")


_long_arrays = arrays.filter(lambda array: "([]," not in array.text and "RunEnd" not in array.text)


@st.composite
def _of_arrays(draw: st.DrawFn) -> Recipe:
    form = draw(st.sampled_from(_FORMS))
    return recipe(form, *([draw(arrays)] * form.count("%s")))


@st.composite
def _tables(draw: st.DrawFn) -> Recipe:
    """Tables of several columns; their names may be equal."""
    columns = draw(st.lists(_long_arrays, max_size=4))
    names = draw(st.lists(st.sampled_from(["a", "a", "b", "", "ä", "0"]), min_size=len(columns), max_size=len(columns)))
    parts = [recipe("pa.chunked_array([%s, %s]).slice(0, 2)", column, column) for column in columns]
    return recipe("pa.Table.from_arrays([%s], names=%s)", join(parts), ascii(names), needs=ARROW)


_OTHERS = lines("""
    pa.schema([('a', pa.int8())])
    pa.schema([])
    pa.schema([pa.field('a', pa.int8()), pa.field('a', pa.string())], metadata={'k': 'v'})
    pa.scalar(1)
    pa.scalar(None)
    pa.scalar('a', pa.large_string())
    pa.scalar({'a': [1, None]})
    pa.scalar(decimal.Decimal('1.10'))
    pa.table({})
    pa.table({'a': [1, 2]}).select([])
    pa.RecordBatch.from_struct_array(pa.array([{}, {}]))
    pa.Table.from_pandas(pa.table({'a': [1], 'b': ['x']}).to_pandas())
    pa.chunked_array([pa.array(['a', 'b']).dictionary_encode(), pa.array(['c', 'b']).dictionary_encode()])
    pa.table({'a': pa.chunked_array([[1], [], [2, None]]), 'b': pa.chunked_array([['x', 'y'], [None]])})
    pa.py_buffer(b'abc')
    pa.array
    pa.compute.field('a')
    {'a': pa.array([1]), 'b': [pa.table({'x': [1]}), pa.int8()]}
    pa.schema([pa.field('u', pa.binary(16), metadata={'ARROW:extension:name': 'arrow.uuid'})]).empty_table()
    (pa.scalar(1, pa.int8()), pa.scalar(None, pa.string()))
""")
values = st.one_of(
    _of_arrays(), _of_arrays(), _tables(), st.sampled_from(_OTHERS).map(lambda text: recipe(text, needs=ARROW))
)

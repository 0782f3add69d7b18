"""Recipes of NumPy's values: arrays of every dtype, shape, order and stride, masked arrays, scalars."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from .numpy_arrays import NUMPY, arrays, simple_arrays, structured_arrays, variable_texts
from .recipe import Recipe, lines, recipe

_MANY = (1,) * 32  # dimensions; NumPy 1 has no more
_SHAPES = [(), (0,), (1,), (2,), (3,), (5,), (12,), (2, 3), (3, 2), (1, 4), (4, 1), (0, 3), (3, 0), (2, 3, 2),
           (1, 1, 1), (2, 1, 3, 1), (3, 0, 2), _MANY]  # fmt: skip
_FORMS = lines("""
    %s
    %s
    %s
    %s.T
    np.asfortranarray(%s)
    %s[::-1]
    %s[::2]
    %s[1:]
    %s[..., ::2]
    %s[..., ::-1]
    %s[..., None]
    %s.swapaxes(0, -1)
    np.broadcast_to(%s, (2,) + %s.shape)
    np.moveaxis(np.stack([%s, %s]), 0, -1)
    np.broadcast_to(%s[..., None], %s.shape + (3,))
    having(%s, flags__writeable=False)
""")
_MASKS = ["np.ma.nomask", "False", "True", "[number % 2 == 1 for number in range(COUNT)]"]
_SCALARS = lines(r"""
    np.str_('a\x00')
    np.str_('\udc80')
    np.str_('')
    np.bytes_(b'a\x00b')
    np.bytes_(b'')
    np.void(b'abc')
    np.longdouble(1) / 3
    np.clongdouble(1j)
    np.float16('nan')
    np.longlong(5)
    np.bool_(True)
    np.datetime64('NaT')
    np.datetime64('2026-11', 'M')
    np.timedelta64(5)
    np.ma.masked
""")
_LARGE = lines("""
    np.arange(40000.)
    np.arange(70000, dtype='>i2').reshape(7, -1)
    np.arange(60000).reshape(200, 300)[:, ::2]
    np.zeros((300, 200), order='F') + .1
    np.arange(30000).view('M8[s]')
    np.ma.array(np.arange(9999), mask=[True] * 9999)
    np.array(['ab', 'cde'] * 9000)
""")
_OTHERS = lines(r"""
    np.matrix([[1, 2]])
    np.rec.array([(1, 2.)], dtype='i4,f8')
    np.char.array(['a'])
    np.array([None, 1], object)
    np.array([1, 'a', 2.5], object)
    np.array(2.5, object)
    np.array([[1, 'a'], [None, {}]], object)[:, ::-1]
    np.array([[1, 'a'], [None, {}]], object).T
    np.array([None, [1], (2, 'a'), {'b': {3}}, float('nan'), 2 ** 70, '\udc80', 1j, b''], object)
    having(np.empty(2, object), flat=[np.arange(3), [1, 2]])
    np.empty((0, 3), object)
    np.array([decimal.Decimal('1.0'), datetime.date(2026, 1, 1)], object)
    np.frombuffer(b'\0' * 17, 'u1')[1:].view('f8')
    np.frombuffer(b'\1' * 8, 'f8')
    np.array([0x110000, 0xD800], 'u4').view('U1')
    np.array([2, 255], 'u1').view('?')
    np.zeros((2, 2), 'i4').view(np.recarray)
    np.rec.fromarrays([[1, 2], ['a', 'b']], names='x,y')
    np.rec.fromarrays([[1, 2], ['a', 'b']], names='x,y')[0]
    np.zeros(3, 'i4,f4')[1]
    np.array((1, 2.5), [('a', 'i4'), ('b', 'f8')])
    np.ma.array([(1, 2.5), (3, 4.)], mask=[(True, False), (False, True)], dtype=[('a', 'i4'), ('b', 'f8')])
    np.ma.array(np.zeros((2, 2), order='F'), mask=np.eye(2, dtype=bool))
    np.ma.array([1, 2, 3], mask=[0, 1, 0])[1]
    np.ma.array(['ab', 'c'], mask=[True, False], fill_value='zz')
    np.ma.array(2.5, mask=True)
    having(np.ma.array([1]), note='mine')
    np.dtype('>M8[3D]')
    np.dtype('S7')
    np.dtype([('a', 'f8', (2,)), ('b', [('c', '>i2')])], align=True)
    np.dtype({'names': ['b', 'a'], 'formats': ['f8', 'i2'], 'offsets': [3, 0], 'itemsize': 20, 'titles': ['B', None]})
    np.dtype(object)
    [np.arange(3)] * 3
    {'a': np.arange(3), 'b': {'c': (np.float32(1), [np.int8(2)])}}
    {np.int64(1): 'a', np.str_('b'): 1, np.datetime64('2026'): 2}
    {np.float64(1.5), np.bool_(True)}
    np.zeros(2, [('a', object)])
    np.ma.array(['a', None], object)
    np.dtype('f8')
    np.float64
    np.sin
    np.random.default_rng
    np.poly1d([1, 2])
""")


@st.composite
def _shaped(draw: st.DrawFn) -> Recipe:
    shape = draw(st.sampled_from(_SHAPES))
    if shape == _MANY:
        return recipe(f"%s.reshape({shape!r})", draw(simple_arrays(1)))
    array = recipe(f"(%s).reshape({shape!r})", draw(arrays(math.prod(shape))))
    form = draw(st.sampled_from(_FORMS)) if shape else "%s"
    return recipe(form, *([array] * form.count("%s")))


@st.composite
def _masked(draw: st.DrawFn) -> Recipe:
    count = draw(st.integers(0, 4))
    data = draw(st.one_of(simple_arrays(count), structured_arrays(count)))
    mask = draw(st.sampled_from(_MASKS)).replace("COUNT", str(count))
    is_simple = not data.text.startswith("structured")
    fill = draw(st.sampled_from(["", "", ", fill_value=1"])) if is_simple else ""
    shape = f".reshape({count // 2}, 2)" if count in (2, 4) and draw(st.booleans()) else ""
    return recipe(f"np.ma.array(%s, mask={mask}, hard_mask={draw(st.booleans())}{fill}){shape}", data)


def _all(texts: list[str]) -> st.SearchStrategy[Recipe]:
    return st.sampled_from(texts).map(lambda text: recipe(text, needs=NUMPY))


_items_of_arrays = st.one_of(simple_arrays(1), structured_arrays(1)).map(lambda array: recipe("(%s)[0]", array))
_too_many = st.just(recipe("np.ones((1,) * 40)", needs={"numpy": (2,)}))
_arrays = [_shaped() for _ in range(6)]  # as often
values = st.one_of(
    *_arrays,
    _masked(),
    _items_of_arrays,
    _all(_SCALARS),
    _all(_LARGE),
    _all(_OTHERS),
    _all(_OTHERS),
    variable_texts(),
    _too_many,
)

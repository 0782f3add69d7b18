"""Recipes of NumPy's one-dimensional arrays of every dtype: numbers, truths, moments, texts, structures."""

from __future__ import annotations

import struct

from hypothesis import strategies as st

from .of_python import literal, texts
from .recipe import Recipe, lines, recipe

NUMPY = {"numpy": (1,)}
_UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "25s", "10ns"]
_NUMBERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
_NAN_WITH_PAYLOAD = {
    "f2": struct.pack("<H", 0x7E01),
    "f4": struct.pack("<I", 0x7FC00123),
    "f8": struct.pack("<Q", 0xFFF8000000000123),
}
_SIZES = {"?": 1, "M8": 8, "m8": 8} | {name: int(name[1:]) for name in _NUMBERS}
_PLAIN_FIELDS = ["'<i2'", "'>i4'", "'f8'", "'<U2'", "'S3'", "'M8[us]'", "'c8'", "'V2'", "'u1'", "'g'"]
_SHAPES_OF_FIELDS = ["", "", "", ", (2,)", ", (2, 1)", ", (0,)", ", (1,)"]
_RARE = lines("""
    np.arange(COUNT, dtype='g') / 3
    np.arange(COUNT, dtype='G') * -1j / 3
    np.arange(COUNT).astype('>g') - .1
    np.zeros(COUNT, 'V0')
    np.zeros(COUNT, 'S0')
    np.zeros(COUNT, 'U0')
    np.zeros(COUNT, [])
    np.zeros(COUNT, 'M8')
    np.arange(COUNT, dtype=np.longlong)
    np.arange(COUNT, dtype=np.ulonglong)
    np.arange(COUNT, dtype=np.intc)
    np.zeros(COUNT, np.dtype('f8', metadata={'unit': 'm'}))
    np.zeros(COUNT, np.dtype((np.record, [('a', 'i4')])))
    np.zeros(COUNT, np.dtype(('i4', [('low', 'i2'), ('high', 'i2')])))
""")


def arrays(count: int) -> st.SearchStrategy[Recipe]:
    """An array of that length."""
    plain = simple_arrays(count)
    return st.one_of(plain, plain, plain, text_arrays(count), _rare_arrays(count), structured_arrays(count))


@st.composite
def simple_arrays(draw: st.DrawFn, count: int, names: list[str] | None = None) -> Recipe:
    """Numbers, truths or moments, in either byte order."""
    name = draw(st.sampled_from(names or [*_NUMBERS, "?", "M8", "m8"]))
    if name == "g":
        return recipe(f"np.arange({count}, dtype='g') / 3", needs=NUMPY)
    data = draw(_items(name, count))
    unit = f"[{draw(st.sampled_from(_UNITS))}]" if name in ("M8", "m8") else ""
    order = draw(st.sampled_from("<<<>")) if _SIZES[name] > 1 else ""
    return recipe(f"np.frombuffer(bytes.fromhex('{data.hex()}'), '{order}{name}{unit}').copy()", needs=NUMPY)


@st.composite
def _items(draw: st.DrawFn, name: str, count: int) -> bytes:
    """The memory of that many items, from ordinary numbers to what is rarely met."""
    size = _SIZES[name]
    if name == "?":
        return bytes(draw(st.lists(st.sampled_from([0, 1]), min_size=count, max_size=count)))
    special = [bytes(size), b"\xff" * size, bytes(size - 1) + b"\x80", b"\xff" * (size - 1) + b"\x7f"]
    if (part := f"f{size // 2}" if name[0] == "c" else name) in _NAN_WITH_PAYLOAD:
        special.append((_NAN_WITH_PAYLOAD[part] * 2)[:size])
    small = st.integers(0, 100).map(lambda number: _small(name, size, number))
    few = draw(st.lists(st.one_of(small, small, st.sampled_from(special), st.binary(min_size=size, max_size=size)),
                        min_size=1, max_size=5))  # fmt: skip
    return b"".join((few * (count // len(few) + 1))[:count])


def _small(name: str, size: int, number: int) -> bytes:
    if name[0] == "f":
        return struct.pack("<" + {2: "e", 4: "f", 8: "d"}[size], number / 4)
    if name[0] == "c":
        return _small("f", size // 2, number) * 2
    return number.to_bytes(size, "little")


@st.composite
def text_arrays(draw: st.DrawFn, count: int) -> Recipe:
    """Texts and bytes of a fixed width."""
    few = draw(st.lists(texts, min_size=1, max_size=4))
    items: list[str] = (few * (count // len(few) + 1))[:count]
    kind = draw(st.sampled_from(["<U3", ">U3", "U40", "U", "S4", "S", "V3"]))
    listed = literal(items) if "U" in kind else literal([item.encode("utf-8", "replace") for item in items])
    return recipe(f"np.array({listed}, '{kind}')", needs=NUMPY)


@st.composite
def variable_texts(draw: st.DrawFn) -> Recipe:
    """Texts of any width, which NumPy 2 brought."""
    form = draw(st.sampled_from(["", "na_object=None", "na_object=np.nan", "coerce=False", "na_object='none'"]))
    words = draw(st.lists(texts.filter(str.isprintable), max_size=4))
    missing = ["np.nan"] if "nan" in form and words else []
    listed = ", ".join([*map(literal, words), *missing])
    return recipe(f"np.array([{listed}], np.dtypes.StringDType({form}))", needs={"numpy": (2,)})


@st.composite
def _rare_arrays(draw: st.DrawFn, count: int) -> Recipe:
    return recipe(draw(st.sampled_from(_RARE)).replace("COUNT", str(count)), needs=NUMPY)


@st.composite
def structured_arrays(draw: st.DrawFn, count: int) -> Recipe:
    """Structures of any depth; their memory is small numbers everywhere, gaps included."""
    return recipe(f"structured(%s, {count}, {draw(st.integers(0, 99))})", draw(_structures()), needs=NUMPY)


@st.composite
def _structures(draw: st.DrawFn, depth: int = 0) -> str:
    """The text of a structured dtype, or of what is in one."""
    if depth == 2 or (depth and draw(st.booleans())):
        return draw(st.sampled_from(_PLAIN_FIELDS))
    names = draw(st.lists(st.sampled_from(["a", "b", "c", "a b", "ä", "f0", "x\ty", "$"]), unique=True, max_size=4))
    if names and draw(st.integers(0, 3)) == 0:
        return draw(_laid_out(names))
    fields = [f"({name!a}, {draw(_structures(depth + 1))}{draw(st.sampled_from(_SHAPES_OF_FIELDS))})" for name in names]
    return f"np.dtype([{', '.join(fields)}], align={draw(st.booleans())})"


@st.composite
def _laid_out(draw: st.DrawFn, names: list[str]) -> str:
    """Fields with gaps, in any order, or over one another."""
    count = len(names)
    offsets = draw(st.lists(st.integers(0, 12), min_size=count, max_size=count))
    layout = {
        "names": names,
        "formats": draw(st.lists(st.sampled_from(["<i2", ">f4", "u1", "<f8"]), min_size=count, max_size=count)),
        "offsets": offsets,
        "itemsize": max(offsets) + 8 + draw(st.integers(0, 5)),
    }
    if draw(st.integers(0, 4)) == 0:
        layout["titles"] = [f"title of {name}" for name in names]
    return f"np.dtype({layout!a})"

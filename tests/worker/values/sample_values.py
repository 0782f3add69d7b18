"""Values of every kind that travels, for the tests of the value format, and what it means that one arrived.

`is_same` is stricter than `==`: types at every depth, the sign of zero, nan, key order, fold, time zones by name.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import struct
import uuid
import zoneinfo
from collections import OrderedDict
from typing import Any

from hypothesis import strategies as st

from beep_jupyter.worker.values.coding import names
from beep_jupyter.worker.values.registry import FAMILIES

BIG = 2**53
ZONES = ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"]
DAY = datetime.timedelta(days=1)


def is_same(left: Any, right: Any) -> bool:
    """Whether two values are the same to anyone who looks at them."""
    if type(left) is not type(right):
        return False
    compare = _COMPARERS.get(type(left))
    return compare(left, right) if compare else left is right or left == right


def _same_items(left: Any, right: Any) -> bool:
    left, right = list(left), list(right)
    return len(left) == len(right) and all(map(is_same, left, right))


def _same_members(left: Any, right: Any) -> bool:
    rest = list(right)
    for member in left:
        found = next((index for index, other in enumerate(rest) if is_same(member, other)), None)
        if found is None:
            return False
        del rest[found]
    return not rest


def _same_float(left: float, right: float) -> bool:
    return (left != left and right != right) or struct.pack("d", left) == struct.pack("d", right)


def _same_moment(left: Any, right: Any) -> bool:
    local = left.replace(tzinfo=None) == right.replace(tzinfo=None)
    return local and left.fold == right.fold and is_same(left.tzinfo, right.tzinfo)


_COMPARERS: dict[type, Any] = {
    float: _same_float,
    complex: lambda a, b: _same_float(a.real, b.real) and _same_float(a.imag, b.imag),
    list: _same_items,
    tuple: _same_items,
    dict: lambda a, b: _same_items(a.items(), b.items()),
    OrderedDict: lambda a, b: _same_items(a.items(), b.items()),
    set: _same_members,
    frozenset: _same_members,
    slice: lambda a, b: _same_items((a.start, a.stop, a.step), (b.start, b.stop, b.step)),
    range: lambda a, b: (a.start, a.stop, a.step) == (b.start, b.stop, b.step),
    memoryview: lambda a, b: bytes(a) == bytes(b) and a.readonly == b.readonly,
    decimal.Decimal: lambda a, b: a.as_tuple() == b.as_tuple(),
    datetime.datetime: _same_moment,
    datetime.time: _same_moment,
    datetime.timezone: lambda a, b: repr(a) == repr(b),
    zoneinfo.ZoneInfo: lambda a, b: a.key == b.key,
    pathlib.PureWindowsPath: lambda a, b: str(a) == str(b),
}


def _moments(naive: Any, zones: Any) -> Any:
    return st.builds(
        lambda moment, zone, fold: moment.replace(tzinfo=zone, fold=fold), naive, zones, st.sampled_from((0, 1))
    )


def _windows_paths() -> Any:
    part = st.text("abz09 ._-", min_size=1, max_size=8)
    drive = st.sampled_from(["", "c:", "c:/", "/"])
    return st.builds(
        lambda root, parts: pathlib.PureWindowsPath(root + "/".join(parts)), drive, st.lists(part, max_size=3)
    )


_text = st.text(st.characters(), max_size=12)  # with lone surrogates
_keys = st.one_of(st.text(max_size=8), _text, _text.map("$".__add__), st.sampled_from(["$type", "value", ""]))
_integers = st.one_of(
    st.integers(), st.sampled_from([BIG, BIG + 1, -BIG, -BIG - 1, 10**300]), st.integers(-(2**200), 2**200)
)
_floats = st.one_of(st.floats(), st.sampled_from([float("nan"), -0.0, 5e-324, 1.7e308]))
_decimals = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from(["-0", "0E+5", "-0E-7", "NaN", "-NaN12", "Infinity", "-Infinity", "1E+999999", "1E-9999999"]).map(
        decimal.Decimal
    ),
)
_offsets = st.timedeltas(-DAY + datetime.timedelta.resolution, DAY - datetime.timedelta.resolution)
_timezones = st.one_of(
    st.just(datetime.UTC),
    st.builds(datetime.timezone, _offsets),
    st.builds(datetime.timezone, _offsets, _text),
)
_zones = st.one_of(st.none(), _timezones, st.sampled_from(ZONES).map(zoneinfo.ZoneInfo))
_every_hashable_scalar = st.one_of(
    st.none(),
    st.booleans(),
    _integers,
    _floats,
    _text,
    st.complex_numbers(),
    st.just(...),
    st.binary(max_size=20),
    st.binary(max_size=20).map(memoryview),
    st.builds(range, _integers, _integers, _integers.filter(bool)),
    _decimals,
    st.fractions(),
    st.dates(),
    _moments(st.times(), _zones),
    _moments(st.datetimes(), _zones),
    st.timedeltas(),
    _timezones,
    st.sampled_from(ZONES).map(zoneinfo.ZoneInfo),
    st.uuids(),
    _text.map(pathlib.Path),
    _text.map(pathlib.PurePosixPath),
    _windows_paths(),
)


@st.composite
def _hashable_scalars(draw: st.DrawFn) -> Any:
    """As a function, because Hypothesis warns of a strategy whose repr is as long as all these are together."""
    return draw(_every_hashable_scalar)


_hashables = st.recursive(
    _hashable_scalars(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.frozensets(inner, max_size=3), st.tuples(inner, inner)
    ),
    max_leaves=4,
)
_scalars = st.one_of(
    _hashables,
    st.binary(max_size=20).map(bytearray),
    st.binary(max_size=20).map(lambda data: memoryview(bytearray(data))),
    st.binary(max_size=20).map(lambda data: memoryview(data)[::2]),
    st.sampled_from(["sNaN", "-sNaN7"]).map(decimal.Decimal),
    st.sets(_hashables, max_size=3),
    st.lists(st.floats(), min_size=7, max_size=12),
    st.lists(_integers, min_size=7, max_size=12),
    st.lists(st.one_of(st.text(max_size=3), _text), min_size=7, max_size=12),
    st.lists(_hashable_scalars(), min_size=7, max_size=9),
)


def _containers(inner: Any) -> Any:
    pairs = st.lists(st.tuples(st.one_of(_hashables, _keys), inner), max_size=3)
    return st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(_keys, inner, max_size=4),
        pairs.map(dict),
        pairs.map(OrderedDict),
        st.builds(slice, inner, inner, inner),
    )


values = st.recursive(_scalars, _containers, max_leaves=10)
"""Any value that travels."""

EXAMPLES = {
    "int": 2**64,
    "float": float("-inf"),
    "str": "a\udc80b",
    "complex": complex(-0.0, float("nan")),
    "ellipsis": ...,
    "range": range(0, 2**60, 3),
    "slice": slice(None, (1, 2), -0.0),
    "tuple": (1, "a", (2.5,)),
    "set": {1, (2, frozenset())},
    "frozenset": frozenset({None, b""}),
    "dict": {"$type": 1, 2: {"plain": []}, (): {}},
    "bytes": b"\x00\xff",
    "bytearray": bytearray(b"own"),
    "memoryview": memoryview(bytearray(b"view")),
    "Decimal": decimal.Decimal("-0.00"),
    "Fraction": fractions.Fraction(-(2**70), 3),
    "date": datetime.date(1, 1, 1),
    "time": datetime.time(2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
    "datetime": datetime.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
    "timedelta": datetime.timedelta.min,
    "timezone": datetime.timezone(datetime.timedelta(microseconds=-1), "just so"),
    "ZoneInfo": zoneinfo.ZoneInfo("Asia/Kathmandu"),
    "UUID": uuid.UUID("12345678-1234-5678-1234-567812345678"),
    "Path": pathlib.Path("../a\udcff b"),
    "PurePosixPath": pathlib.PurePosixPath("//a/./b/.."),
    "PureWindowsPath": pathlib.PureWindowsPath("C:/x/y"),
    "OrderedDict": OrderedDict([("$", 1), ("a", {2})]),
}
"""One value for every NAME."""


def format_names() -> list[str]:
    """The NAMEs of the format itself; sessions add `handle` when they are imported."""
    return [name for name in names() if name != "handle"]


def standard_names() -> list[str]:
    """Those whose values need no library, and nobody's consent."""
    in_families = {name for _, family in FAMILIES.values() for name in family}
    return [name for name in format_names() if name not in in_families]

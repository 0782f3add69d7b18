"""Recipes of what Python itself has."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from .recipe import Recipe, join, lines, recipe

TEXTS = ["", "a", "b", "0", "ä", "\U0001f40d", "nan", "None", "$type", "a\x00", "\x00", "a b", "NaT", "x" * 40]


def literal(value: Any) -> str:
    """The text of a literal; floats that have none are calls."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    return ascii(value)


floats = st.one_of(
    st.sampled_from([0.0, -0.0, 1.5, 0.1, math.inf, -math.inf, math.nan, 5e-324, 1.7e308, 2.0**53]), st.floats()
)
texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=6))
integers = st.one_of(st.integers(-3, 300), st.sampled_from([2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 10**30]))

ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"]
zones = st.one_of(
    st.just(Recipe("datetime.timezone.utc")),
    st.sampled_from(["0", "90", "-210", "1439"]).map(
        lambda minutes: Recipe(f"datetime.timezone(datetime.timedelta(minutes={minutes}))")
    ),
    st.sampled_from(ZONES).map(lambda key: Recipe(f"zoneinfo.ZoneInfo({key!r})", {"python": (3, 9)})),
)

_MOMENTS = lines("""
    datetime.date(2026, 11, 3)
    datetime.date(1, 1, 1)
    datetime.date(9999, 12, 31)
    datetime.datetime(2026, 11, 3, 12, 30, 1, 5)
    datetime.datetime(1, 1, 1)
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)
    datetime.timedelta(1)
    datetime.timedelta(-999999999)
    datetime.timedelta(0, 0, -1)
    datetime.time(1, 2, 3, 4)
""")
_OTHERS = lines(r"""
    2 ** 200
    1j
    complex(-0.0, float('nan'))
    ...
    range(3)
    'a\udc80'
    bytearray(b'a')
    memoryview(b'abc')
    decimal.Decimal('1.10')
    decimal.Decimal('-0')
    decimal.Decimal('NaN')
    decimal.Decimal('Infinity')
    decimal.Decimal('1E+400')
    decimal.Decimal('123456789012345678901234567890.5')
    fractions.Fraction(1, 3)
    uuid.UUID(int=5)
    pathlib.Path('a/b')
""")
_plain = st.one_of(st.none(), st.booleans(), integers, floats, texts, st.binary(max_size=4)).map(literal).map(Recipe)
_zoned = st.builds(
    lambda zone, fold: recipe(f"datetime.datetime(2026, 10, 25, 2, 30, fold={fold}, tzinfo=%s)", zone),
    zones,
    st.sampled_from([0, 1]),
)
_others = st.sampled_from([*_MOMENTS, *_OTHERS]).map(Recipe)
scalars = st.one_of(_plain, _plain, _others, _zoned)
"""One value each."""


@st.composite
def _nested(draw: st.DrawFn) -> Recipe:
    parts = draw(st.lists(scalars, max_size=4))
    form = draw(st.sampled_from(["[%s]", "(%s,)", "{'key': [%s]}", "[[%s], []]", "collections.OrderedDict(a=[%s])"]))
    return recipe(form if parts else "[%s]", join(parts))


values = st.one_of(scalars, _nested())

"""What JSON holds as it is. Runs in worker and host; the first look at every value that is sent, so it is quick.

Types are compared exactly: a subclass is not plain. No value's own code runs. Imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

SCALARS = frozenset((str, int, float, bool, type(None)))
MAX_PLAIN_INT = 2**53  # beyond it, readers whose numbers are doubles would round in silence
_FEW = 8  # items; looking at each is faster than sorting out their types


def is_flat(value: Any) -> bool:
    """Whether this is a plain scalar, or a list or dict of such, which is what most values are."""
    kind = type(value)
    if kind is list:
        return are_plain(value)
    if kind is dict:
        return all(map(is_plain_key, value)) and are_plain(value.values())
    return is_plain(value)


def is_plain(value: Any) -> bool:
    """Whether this is a scalar that JSON keeps exactly and UTF-8 can carry."""
    kind = type(value)
    if kind is str:
        return value.isascii() or _is_unicode(value)
    if kind is int:
        is_within: bool = -MAX_PLAIN_INT <= value <= MAX_PLAIN_INT
        return is_within
    if kind is float:
        is_finite: bool = value - value == 0.0  # nan for nan and the infinities; math would be an import
        return is_finite
    return value is None or kind is bool


def is_plain_key(key: Any) -> bool:
    """Whether a dict with this key may be an object of JSON; `$` begins what is not meant literally."""
    return type(key) is str and is_plain(key) and not key.startswith("$")


def are_plain(items: Collection[Any]) -> bool:
    """Whether all these are plain scalars; for a million alike at the speed of C."""
    if len(items) < _FEW:
        return all(map(is_plain, items))
    try:
        kinds = set(map(type, items))
    except TypeError:  # a metaclass made a type unhashable
        return False
    if not kinds <= SCALARS:
        return False
    if kinds == {str}:
        return is_plain("".join(items))
    if kinds == {int}:
        return is_plain(min(items)) and is_plain(max(items))
    if kinds == {float} and is_plain(sum(items)):  # a sum beyond the largest float proves nothing
        return True
    return all(map(is_plain, items))


def _is_unicode(text: str) -> bool:
    """Whether it is without lone surrogates, which no UTF-8 can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

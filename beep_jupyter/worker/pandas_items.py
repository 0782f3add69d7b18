"""Python objects of pandas' columns as parts of a JSON tree. Runs in worker and host.

    [tree, tree]                              any objects
    {"text": memory, "missing": memory}       many strings: their UTF-8, a zero behind each; and what is missing where

`missing` has a byte for each item: 0 a string, 1 None, 2 nan, 3 pandas.NA, 4 pandas.NaT; null where all are strings.
NumPy and pandas are taken from `sys.modules`: whoever calls has imported them.
"""

from __future__ import annotations

import sys

from .plain import SCALARS
from .registry import MalformedValue, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .values import Decoder, Encoder

_MANY = 64  # strings; fewer are shorter as JSON
_END = "\0"


def encode_items(array: Any, encoder: Encoder) -> Any:
    """The tree of an array of objects with one dimension."""
    items: list[Any] = array.tolist()
    tree = _encode_texts(items, encoder) if len(items) >= _MANY else None
    return encoder.encode_items(items) if tree is None else tree


def decode_items(tree: Any, decoder: Decoder) -> Any:
    """The array of a tree."""
    if type(tree) is list:
        return to_objects(decoder.decode_items(tree))
    if set(expect(tree, dict)) != {"text", "missing"}:
        raise MalformedValue("Many strings have exactly the keys 'text' and 'missing'.")
    texts = str(decoder.buffer(tree["text"]), "utf-8", "surrogatepass").split(_END)
    if texts.pop():
        raise MalformedValue("A zero is behind each string.")
    if tree["missing"] is None:
        return to_objects(texts)
    return _with_missing(texts, decoder.buffer(tree["missing"]))


def to_objects(items: list[Any]) -> Any:
    """The items as an array of objects."""
    made = sys.modules["numpy"].empty(len(items), object)
    if SCALARS.issuperset(map(type, items)):
        made[:] = items
    else:
        for number, item in enumerate(items):  # all at once, NumPy would look for arrays in what is a list
            made[number] = item
    return made


def missing_values() -> tuple[Any, ...]:
    """What may be in the place of a string; the number of each is its position, from 1."""
    pandas = sys.modules["pandas"]
    return None, float("nan"), pandas.NA, pandas.NaT


def _encode_texts(items: list[Any], encoder: Encoder) -> dict[str, Any] | None:
    """None where not all are strings or missing, or a string has a zero in it."""
    marks: dict[type, int] = {str: 0}
    marks.update((type(value), number) for number, value in enumerate(missing_values(), 1))
    try:
        kinds = set(map(type, items))
    except TypeError:  # a metaclass made a type unhashable
        return None
    if str not in kinds or not kinds <= marks.keys() or (float in kinds and _has_number(items)):
        return None
    missing = None
    if len(kinds) > 1:
        missing = bytes(map(marks.__getitem__, map(type, items)))
        items = [item for item in items if type(item) is str]
    text = _END.join([*items, ""])
    if text.count(_END) != len(items):
        return None
    data = encoder.add_buffer(text.encode("utf-8", "surrogatepass"))
    return {"text": data, "missing": None if missing is None else encoder.add_buffer(missing)}


def _has_number(items: list[Any]) -> bool:
    return any(item == item for item in items if type(item) is float)


def _with_missing(texts: list[str], marks: Any) -> Any:
    numpy = sys.modules["numpy"]
    kinds = numpy.frombuffer(marks, "u1")
    values = missing_values()
    is_text = kinds == 0
    if numpy.count_nonzero(is_text) != len(texts) or (kinds > len(values)).any():
        raise MalformedValue("'missing' has a byte from 0 to %d for each item." % len(values))
    made = numpy.empty(len(kinds), object)
    made[is_text] = to_objects(texts)
    for number, value in enumerate(values, 1):
        made[kinds == number] = value
    return made

"""Python objects of pandas' columns as parts of a JSON tree. Runs in worker and host.

    [tree, tree]                                              any objects
    {"text": memory, "codes": ARRAY, "missing": memory}       many strings

`text` is their UTF-8, with a zero behind each string. Where few are distinct it has each once, and `codes` are their
positions; else `codes` is null. `missing` has a byte for each item: 0 a string, 1 None, 2 nan, 3 pandas.NA, 4
pandas.NaT; null where all are strings. NumPy and pandas are taken from `sys.modules`: whoever calls has imported them.
"""

from __future__ import annotations

import sys

from .numpy_arrays import decode_array, encode_array
from .plain import SCALARS
from .registry import MalformedValue, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

MANY = 64  # strings; fewer are shorter as JSON
_SAMPLES = 500  # of them tell whether looking for equal ones may pay
_EQUAL = 4  # how often each distinct string has to be there, on average, for codes to be shorter
_END = "\0"


def encode_items(array: Any, encoder: Encoder) -> Any:
    """The tree of an array of objects with one dimension."""
    items: list[Any] = array.tolist()
    tree = _encode_texts(items, encoder) if len(items) >= MANY else None
    return encoder.encode_items(items) if tree is None else tree


def decode_items(tree: Any, decoder: Decoder) -> Any:
    """The array of a tree."""
    if type(tree) is list:
        return to_objects(decoder.decode_items(tree))
    if set(expect(tree, dict)) != {"text", "codes", "missing"}:
        raise MalformedValue("Many strings have exactly the keys 'text', 'codes' and 'missing'.")
    texts = str(decoder.buffer(tree["text"]), "utf-8", "surrogatepass").split(_END)
    if texts.pop():
        raise MalformedValue("A zero is behind each string.")
    strings = _to_array(texts)
    if tree["codes"] is not None:
        strings = _at(strings, decode_array(tree["codes"], decoder))
    return strings if tree["missing"] is None else _with_missing(strings, decoder.buffer(tree["missing"]))


def to_objects(items: list[Any]) -> Any:
    """The items as an array of objects."""
    if SCALARS.issuperset(map(type, items)):
        return _to_array(items)
    made = sys.modules["numpy"].empty(len(items), object)
    for number, item in enumerate(items):  # all at once, NumPy would look for arrays in what is a list
        made[number] = item
    return made


def _to_array(scalars: list[Any]) -> Any:
    made = sys.modules["numpy"].empty(len(scalars), object)
    made[:] = scalars
    return made


def _missing_values() -> tuple[Any, ...]:
    """What may be in the place of a string; the number of each is its position, from 1."""
    pandas = sys.modules["pandas"]
    return None, float("nan"), pandas.NA, pandas.NaT


def _encode_texts(items: list[Any], encoder: Encoder) -> dict[str, Any] | None:
    """None where not all are strings or missing, or a string has a zero in it."""
    marks: dict[type, int] = {str: 0}
    marks.update((type(value), number) for number, value in enumerate(_missing_values(), 1))
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
    distinct = _distinct(items)
    texts = items if distinct is None else list(distinct)
    text = _END.join([*texts, ""])
    if text.count(_END) != len(texts):
        return None
    return {
        "text": encoder.add_buffer(text.encode("utf-8", "surrogatepass")),
        "codes": None if distinct is None else _encode_codes(items, distinct, encoder),
        "missing": None if missing is None else encoder.add_buffer(missing),
    }


def _has_number(items: list[Any]) -> bool:
    return any(item == item for item in items if type(item) is float)


def _distinct(texts: list[str]) -> dict[str, int] | None:
    """The distinct strings with their positions; None where they are so many that codes would not pay."""
    sample = texts[:: max(1, len(texts) // _SAMPLES)]
    if len(set(sample)) * 2 > len(sample):
        return None
    distinct = dict.fromkeys(texts, 0)
    if len(distinct) * _EQUAL > len(texts):
        return None
    return dict(zip(distinct, range(len(distinct))))


def _encode_codes(texts: list[str], distinct: dict[str, int], encoder: Encoder) -> dict[str, Any]:
    numpy = sys.modules["numpy"]
    kind = numpy.min_scalar_type(len(distinct))
    return encode_array(numpy.fromiter(map(distinct.__getitem__, texts), kind, len(texts)), encoder)


def _at(strings: Any, codes: Any) -> Any:
    if codes.dtype.kind != "u" or codes.ndim != 1 or (len(codes) and codes.max() >= len(strings)):
        raise MalformedValue("Codes are positions of strings.")
    return strings[codes]


def _with_missing(strings: Any, marks: Any) -> Any:
    numpy = sys.modules["numpy"]
    kinds = numpy.frombuffer(marks, "u1")
    values = _missing_values()
    is_text = kinds == 0
    if numpy.count_nonzero(is_text) != len(strings) or (kinds > len(values)).any():
        raise MalformedValue("'missing' has a byte from 0 to %d for each item." % len(values))
    made = numpy.empty(len(kinds), object)
    made[is_text] = strings
    for number, value in enumerate(values, 1):
        made[kinds == number] = value
    return made

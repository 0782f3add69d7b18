"""NumPy's arrays as parts of a JSON tree and raw memory. Runs in worker and host; other libraries' codecs use it too.

    {"dtype": dtype, "shape": [2, 3], "order": "C", "data": memory}
    {"dtype": "|O", "shape": [2], "order": "C", "items": [tree, tree]}      objects, and texts of any length

`order` is that of the items: "C", or "F" for Fortran's. Contiguous arrays are not copied when they are sent, and are
what came in when they are received. NumPy is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .coding import TooLarge
from .numpy_dtypes import describe, is_raw, is_string, restore, restore_shape
from .plain import SCALARS
from .registry import MalformedValue, Unreceivable, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

_HEAD = {"dtype", "shape", "order"}
_FORMS = (_HEAD | {"data"}, _HEAD | {"items"})
_FEWEST_DIMENSIONS, _MOST_DIMENSIONS = 32, 64  # that NumPy 1 and 2 allow


def encode_array(array: Any, encoder: Encoder) -> dict[str, Any]:
    """The tree of an array, which is exactly a `numpy.ndarray`."""
    kind, flags = array.dtype, array.flags
    order = "C" if flags.c_contiguous or not (flags.f_contiguous or _is_like_fortran(array)) else "F"
    tree = {"dtype": describe(kind, encoder), "shape": list(array.shape), "order": order}
    if not flags.forc and array.nbytes > encoder.receiver.max_bytes:
        raise TooLarge  # before it is copied: one item may be broadcast to more than any memory holds
    if is_raw(kind):
        tree["data"] = encoder.add_buffer(_memory(array, order))
    else:
        tree["items"] = encoder.encode_items(_items(array, order))
    return tree


def decode_array(tree: Any, decoder: Decoder) -> Any:
    """The array of a tree; it looks into the memory that came with it."""
    if set(expect(tree, dict)) not in _FORMS:
        raise MalformedValue("An array has exactly the keys 'dtype', 'shape', 'order', and 'data' or 'items'.")
    shape, order = restore_shape(tree["shape"]), tree["order"]
    if order not in ("C", "F"):
        raise MalformedValue("The order of an array is 'C' or 'F'.")
    kind = restore(tree["dtype"], decoder)
    if is_raw(kind) != ("data" in tree):
        raise MalformedValue("Objects, and texts of any length, come as items; all else as data.")
    count = 1
    for length in shape:
        count *= length
    make_flat = _flat_of_data if "data" in tree else _flat_of_items
    return _reshaped(make_flat(tree, kind, count, decoder), shape, order)


def _memory(array: Any, order: str) -> Any:
    """The items' memory in that order: the array's own if it has that order."""
    return memoryview(_flat(array, order).view("u1")) if array.nbytes else b""


def _items(array: Any, order: str) -> list[Any]:
    """The items in that order; of texts of any length, None for what is missing."""
    items: list[Any] = _flat(array, order).tolist()
    if is_string(array.dtype):
        return [item if type(item) is str else None for item in items]
    return items


def _flat(array: Any, order: str) -> Any:
    """Its items one behind the other; a copy only where there are gaps between them."""
    if not array.flags.forc:
        array = array.copy(order)
    return array.reshape(-1, order=order)


def _is_like_fortran(array: Any) -> bool:
    """Whether the first index is the one that changes fastest in memory."""
    steps = [abs(stride) for stride, length in zip(array.strides, array.shape) if stride and length > 1]
    return steps == sorted(steps) != steps[::-1]


def _flat_of_data(tree: dict[str, Any], kind: Any, count: int, decoder: Decoder) -> Any:
    data = decoder.buffer(tree["data"])
    if len(data) != count * kind.itemsize:
        raise MalformedValue("An array's memory has %d bytes, its shape %d." % (len(data), count * kind.itemsize))
    return sys.modules["numpy"].ndarray(count, kind, data)


def _flat_of_items(tree: dict[str, Any], kind: Any, count: int, decoder: Decoder) -> Any:
    items = decoder.decode_items(tree["items"])
    if len(items) != count:
        raise MalformedValue("An array has %d items, its shape %d." % (len(items), count))
    if type(tree["dtype"]) is dict and "coerce" in tree["dtype"]:
        items = _with_missing(items, kind, tree["dtype"], decoder)
    flat = sys.modules["numpy"].empty(len(items), kind)
    if SCALARS.issuperset(map(type, items)):
        flat[:] = items
    else:
        for number, item in enumerate(items):  # all at once, it would look for arrays in what is a list
            flat[number] = item
    return flat


def _with_missing(items: list[Any], kind: Any, tree: dict[str, Any], decoder: Decoder) -> list[Any]:
    """Texts, with what stands for missing ones."""
    if not all(type(item) is str or (item is None and "missing" in tree) for item in items):
        raise MalformedValue("An array of texts holds something else.")
    if "missing" not in tree:
        return items
    missing = kind.na_object if is_string(kind) else decoder.decode(tree["missing"])
    return [missing if item is None else item for item in items]


def _reshaped(flat: Any, shape: tuple[int, ...], order: str) -> Any:
    try:
        return flat.reshape(shape, order=order)
    except ValueError:
        if not _FEWEST_DIMENSIONS < len(shape) <= _MOST_DIMENSIONS:
            raise
        reason = "its receiver's NumPy has at most %d dimensions" % _FEWEST_DIMENSIONS
        raise Unreceivable("numpy.ndarray", reason, "Send `array.reshape(…)` with fewer.") from None

"""Objects as arrays of 64-bit floats, with nothing installed. Runs in the worker; imported when first asked for.

What can be an array: whatever has `__array__` (NumPy, pandas, polars, torch; their own methods convert), the buffer
protocol (array, memoryview, ctypes, bytes) or a length and items (list, tuple, range, deque, lists of arrays, …).
"""

from __future__ import annotations

import array
import struct
import sys

from ..values import coding
from ..values.registry import name_of
from .request import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .outward import Answer, Outward
    from .request import Request

    Floats = memoryview[float]  # of native doubles, contiguous
    Found = tuple[Floats, list[int]]  # numbers row by row, and their shape

_CODES = "bBhHiIlLqQnNefd?"  # of `struct`, those that are numbers
_NO_ORDER = (str, set, frozenset, dict)  # what has a length and items, but no numbers in an order
_WORDS = {0: "no dimension", 1: "one dimension", 2: "two dimensions"}
_OTHER = {1: "`to_float_array_2d` takes two dimensions.", 2: "`to_float_array` takes one dimension."}


class FloatCommands:
    """`tofloatarray` and `tofloatarray2d`."""

    def __init__(self, namespace: dict[str, Any], outward: Outward) -> None:
        self._handles = outward.handles

    def do_tofloatarray(self, request: Request) -> Answer:
        """{handleId} → {data, shape}, one-dimensional; data is a buffer's number, in JSON a list."""
        return self._answer(request, 1)

    def do_tofloatarray2d(self, request: Request) -> Answer:
        """{handleId} → {data, shape}, two-dimensional, row by row."""
        return self._answer(request, 2)

    def _answer(self, request: Request, dimensions: int) -> Answer:
        numbers, shape = to_floats(self._handles.get(request.text("handleId")), dimensions)
        if not request.is_inline:
            return {"data": 0, "shape": shape}, [little_endian(numbers)]
        listed: list[Any] = numbers.tolist()
        if dimensions == 2:
            rows, columns = shape
            listed = [listed[columns * row : columns * (row + 1)] for row in range(rows)]
        return {"data": coding.encode(listed)[0], "shape": shape}, []


def to_floats(value: Any, dimensions: int) -> Found:
    """The numbers of a value.

    Raises:
        Refusal: they are not numbers, not of that many dimensions, or rows of different lengths.
    """
    if hasattr(type(value), "__array__"):
        return _of_array(value, dimensions)
    try:
        view = memoryview(value)
    except TypeError:
        return _of_items(value, dimensions)
    with view:
        return _of_memory(view, value, dimensions)


def little_endian(numbers: Floats) -> Any:
    """Their memory as it travels."""
    if sys.byteorder == "little":
        return numbers
    swapped = array.array("d", numbers)
    swapped.byteswap()
    return swapped


def _of_array(value: Any, dimensions: int) -> Found:
    """Of what NumPy understands, by NumPy's own methods; what is masked or missing becomes nan."""
    found = value.__array__()
    if found.ndim != dimensions:
        raise _wrong_dimensions(value, found.ndim, dimensions)
    if found.dtype.kind == "O":
        return _of_objects(value, found, dimensions)
    if found.dtype.kind not in "biuf":
        raise _no_numbers(value, "its elements are of type '%s'" % found.dtype)
    if hasattr(type(value), "filled"):  # a masked array, whose own `__array__` forgets the mask
        found = value.astype("=f8").filled(float("nan"))
    return _doubles(found.astype("=f8").tobytes()), list(found.shape)


def _of_objects(value: Any, found: Any, dimensions: int) -> Found:
    """Of an array of Python objects; pandas, whose missing values are such, fills nan in."""
    if hasattr(type(value), "isna"):
        try:
            found = value.to_numpy(dtype="float64", na_value=float("nan"))
        except (TypeError, ValueError):
            raise _no_numbers(value, "some of its elements are no numbers") from None
        return _doubles(found.tobytes()), list(found.shape)
    return _of_items(found.tolist(), dimensions)[0], list(found.shape)


def _of_memory(view: memoryview, value: Any, dimensions: int) -> Found:
    if view.ndim != dimensions:
        raise _wrong_dimensions(value, view.ndim, dimensions)
    layout = _layout_of(view)
    if layout is None:
        raise _no_numbers(value, "its elements have the format '%s'" % view.format)
    data, shape = view.tobytes(), list(view.shape or ())
    if layout in ("d", "@d", "=d", "<d" if sys.byteorder == "little" else ">d"):
        return _doubles(data), shape
    return memoryview(array.array("d", (number for (number,) in struct.iter_unpack(layout, data)))), shape


def _layout_of(view: memoryview) -> str | None:
    """The elements' format as `struct` takes it, or None where they are no numbers.

    ctypes writes the mark of standard sizes before native ones: its c_long of eight bytes is `<l` (measured on 3.8).
    """
    code = view.format.lstrip("@=<>!")
    if len(code) != 1 or code not in _CODES:
        return None
    for layout in (view.format, "@" + code):
        try:
            if struct.calcsize(layout) == view.itemsize:
                return layout
        except struct.error:  # a size that is native only, behind a mark of standard ones
            pass
    return None


def _of_items(value: Any, dimensions: int) -> Found:
    if not _is_sequence(value):
        if _is_number(value):
            raise _wrong_dimensions(value, 0, dimensions)
        raise _no_numbers(value, "it is no sequence of numbers")
    items = list(value)
    if dimensions == 1:
        return memoryview(array.array("d", _numbers(items, value))), [len(items)]
    if items and _is_number(items[0]):
        raise _wrong_dimensions(value, 1, 2)
    return _of_rows(items, value)


def _of_rows(items: list[Any], value: Any) -> Found:
    numbers, width = array.array("d"), 0
    for position, item in enumerate(items):
        try:
            row, (length,) = to_floats(item, 1)
        except Refusal as refusal:
            raise Refusal("transfer", "Row %d: %s" % (position, refusal), refusal.cure) from None
        if position and length != width:
            reason = "row %d has %d numbers, and row 0 has %d" % (position, length, width)
            raise _refusal(value, reason, "Make its rows equally long.")
        width = length
        numbers.frombytes(row.cast("B"))  # 3.8 takes nothing but bytes
    return memoryview(numbers), [len(items), width]


def _numbers(items: list[Any], value: Any) -> Iterator[float]:
    for position, item in enumerate(items):
        if _is_sequence(item):
            raise _wrong_dimensions(value, 2, 1)
        if not _is_number(item):
            raise _no_numbers(value, "item %d is of type '%s'" % (position, name_of(type(item))))
        try:
            yield float(item)
        except OverflowError:
            raise _no_numbers(value, "item %d is beyond the largest float" % position) from None
        except (TypeError, ValueError):  # a complex number, a signalling nan
            raise _no_numbers(value, "item %d cannot become a float" % position) from None


def _doubles(data: bytes) -> Floats:
    return memoryview(data).cast("d")


def _is_sequence(value: Any) -> bool:
    """Whether it has items in an order."""
    kind = type(value)
    has_items = hasattr(kind, "__getitem__") or hasattr(kind, "__iter__")
    return hasattr(kind, "__len__") and has_items and not issubclass(kind, _NO_ORDER)


def _is_number(value: Any) -> bool:
    kind = type(value)
    return (hasattr(kind, "__float__") or hasattr(kind, "__index__")) and not hasattr(kind, "__len__")


def _wrong_dimensions(value: Any, found: int, wanted: int) -> Refusal:
    has = _WORDS.get(found, "%d dimensions" % found)
    cure = _OTHER[wanted] if found == 3 - wanted else "Take a part of it, or reshape it, where it is."
    return _refusal(value, "it has %s and not %s" % (has, _WORDS[wanted]), cure)


def _no_numbers(value: Any, reason: str) -> Refusal:
    return _refusal(value, reason, "Convert it to numbers where it is, or keep it there and use its handle.")


def _refusal(value: Any, reason: str, cure: str) -> Refusal:
    what = "A value of type '%s' cannot become an array of floats: %s." % (name_of(type(value)), reason)
    return Refusal("transfer", what, cure)

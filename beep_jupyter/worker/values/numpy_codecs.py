"""Codecs of NumPy: arrays, masked arrays, records, matrices, scalars and dtypes. Runs in worker and host.

Loaded when the first such value is sent or comes in. Each pair of functions is one row of the table in
docs/reference/values.md. NumPy is imported when `CODECS` is first asked for: its classes depend on its version.
"""

from __future__ import annotations

import sys

from .libraries import needed
from .numpy_arrays import decode_array, encode_array
from .numpy_dtypes import describe, restore
from .numpy_scalars import decode_scalar, encode_scalar
from .registry import Codec, MalformedValue, Untransferable, expect, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

_CHARS = "?bBhHiIlLqQefdgFDGSUVMmO"
_MASKED_KEYS = {"data", "mask", "fill", "hard"}
# What NumPy itself sets on objects of Python classes.
_ATTRIBUTES = frozenset(
    ["_baseclass", "_basedict", "_fill_value", "_getitem", "_hardmask", "_isfield", "_mask", "_optinfo", "_sharedmask"]
)


def encode_ndarray(value: Any, encoder: Encoder) -> dict[str, Any]:
    return encode_array(value, encoder)


def decode_ndarray(part: Any, decoder: Decoder) -> Any:
    return decode_array(part, decoder)


def encode_subclass(value: Any, encoder: Encoder) -> dict[str, Any]:
    """Of a matrix or recarray, which are arrays seen in another way."""
    _check_attributes(value)
    return encode_array(_plain(value), encoder)


def decode_matrix(part: Any, decoder: Decoder) -> Any:
    array = decode_array(part, decoder)
    if array.ndim != 2:
        raise MalformedValue("A matrix has two dimensions.")
    return array.view(sys.modules["numpy"].matrix)


def decode_recarray(part: Any, decoder: Decoder) -> Any:
    return decode_array(part, decoder).view(sys.modules["numpy"].recarray)


def encode_masked_array(value: Any, encoder: Encoder) -> dict[str, Any]:
    numpy = sys.modules["numpy"]
    if value.baseclass is not numpy.ndarray:
        reason = "it masks a '%s'" % name_of(value.baseclass)
        raise Untransferable(name_of(type(value)), reason, "Make one of its data, mask and fill value.")
    _check_attributes(value)
    mask, fill = value.mask, value._fill_value  # without it, none was set; `fill_value` would set one
    return {
        "data": encode_array(value.data, encoder),
        "mask": None if mask is numpy.ma.nomask else encode_array(mask, encoder),
        "fill": None if fill is None else encode_array(fill, encoder),
        "hard": value.hardmask,
    }


def decode_masked_array(part: Any, decoder: Decoder) -> Any:
    numpy = sys.modules["numpy"]
    if set(expect(part, dict)) != _MASKED_KEYS:
        raise MalformedValue("A masked array has exactly the keys 'data', 'mask', 'fill' and 'hard'.")
    data = decode_array(part["data"], decoder)
    mask = numpy.ma.nomask if part["mask"] is None else decode_array(part["mask"], decoder)
    if mask is not numpy.ma.nomask and (mask.shape, mask.dtype) != (data.shape, numpy.ma.make_mask_descr(data.dtype)):
        raise MalformedValue("A mask is of its data's shape, and of booleans.")
    fill = None if part["fill"] is None else decode_array(part["fill"], decoder)
    if fill is not None and fill.shape:
        raise MalformedValue("A fill value is one item, an array without dimensions.")
    with numpy.errstate(all="ignore"):  # it looks for a default of `fill_value` that may not fit
        made = numpy.ma.MaskedArray(data, mask, hard_mask=expect(part["hard"], bool))
        if fill is not None:
            made.fill_value = fill[()]
    return made


def encode_masked(value: Any, encoder: Encoder) -> None:
    return None


def decode_masked(part: Any, decoder: Decoder) -> Any:
    expect(part, type(None))
    return sys.modules["numpy"].ma.masked


def encode_dtype(value: Any, encoder: Encoder) -> Any:
    return describe(value, encoder)


def decode_dtype(part: Any, decoder: Decoder) -> Any:
    return restore(part, decoder)


def _plain(value: Any) -> Any:
    """The array that a subclass's object is, without asking the subclass."""
    numpy = sys.modules["numpy"]
    return numpy.ndarray.view(value, numpy.ndarray)


def _check_attributes(value: Any) -> None:
    """Objects of Python classes can be given attributes of any kind."""
    if vars(value).keys() - _ATTRIBUTES or getattr(value, "_optinfo", None):
        reason = "attributes were set on it, which would be lost"
        raise Untransferable(name_of(type(value)), reason, "Send them and the array apart.")


def _codecs() -> tuple[Codec, ...]:
    numpy = needed("numpy", "numpy.ndarray")
    ma = numpy.ma
    kinds = [numpy.dtype(char) for char in _CHARS]
    scalars = {kind.type for kind in kinds} - {object, numpy.object_} | {numpy.record}
    dtypes = {type(kind) for kind in kinds}
    text = getattr(getattr(numpy, "dtypes", None), "StringDType", None)
    dtypes |= set() if text is None else {text}
    return (
        Codec("ndarray", (numpy.ndarray,), encode_ndarray, decode_ndarray, "numpy"),
        Codec("matrix", (numpy.matrix,), encode_subclass, decode_matrix, "numpy"),
        Codec("recarray", (numpy.recarray,), encode_subclass, decode_recarray, "numpy"),
        Codec("MaskedArray", (ma.MaskedArray,), encode_masked_array, decode_masked_array, "numpy"),
        Codec("numpy_masked", (type(ma.masked),), encode_masked, decode_masked, "numpy"),
        Codec("numpy_scalar", tuple(scalars), encode_scalar, decode_scalar, "numpy"),
        Codec("numpy_dtype", tuple(dtypes), encode_dtype, decode_dtype, "numpy"),
    )


def __getattr__(name: str) -> Any:
    if name == "CODECS":
        return _codecs()
    raise AttributeError("module %r has no attribute %r" % (__name__, name))

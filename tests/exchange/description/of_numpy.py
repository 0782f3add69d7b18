"""Describes NumPy's values; see the package. NumPy is taken from `sys.modules`: the value could not be without it."""

import hashlib
import sys

SHOWN = 4096  # bytes; longer memory is told by its digest


def describe(value, describe_any):
    """The description of an array, a masked array or a scalar; else None."""
    numpy = sys.modules["numpy"]
    kind = type(value)
    if kind is numpy.ndarray:
        return ["ndarray", array(value, describe_any)]
    if kind is numpy.ma.MaskedArray:
        return ["MaskedArray", _masked(value, describe_any)]
    if isinstance(value, numpy.generic):
        return ["numpy scalar", dtype(value.dtype), items(numpy.asarray(value), describe_any)]
    if isinstance(value, numpy.ndarray):
        return ["array of class", kind.__name__, array(numpy.asarray(value), describe_any)]
    if isinstance(value, numpy.dtype):
        return ["dtype", dtype(value)]
    return None


def array(value, describe_any):
    """What is in an array: `order` is None where it has several dimensions and its memory neither order."""
    return {
        "dtype": dtype(value.dtype),
        "shape": list(value.shape),
        "order": _order(value),
        "items": items(value, describe_any),
        "writable": value.flags.writeable,
    }


def _order(value):
    flags = value.flags
    if not value.nbytes or (flags.c_contiguous and flags.f_contiguous):
        return "any"
    return "C" if flags.c_contiguous else "F" if flags.f_contiguous else None


def dtype(kind):
    """A dtype, field by field, with what its repr leaves out."""
    if kind.char == "T":
        missing = getattr(kind, "na_object", "none")
        return ["StringDType", repr(missing), kind.coerce]
    if kind.subdtype is not None:
        return ["subarray", dtype(kind.subdtype[0]), list(kind.subdtype[1])]
    if kind.names is None:
        return [kind.str, kind.char, *_metadata(kind)]
    fields = [[name, dtype(part), offset, *map(repr, title)] for name, (part, offset, *title) in _fields(kind)]
    is_aligned = kind.isalignedstruct and bool(fields)  # of nothing, it means nothing
    return ["fields", fields, kind.itemsize, is_aligned, kind.type.__name__, *_metadata(kind)]


def _fields(kind):
    return [(name, kind.fields[name]) for name in kind.names]


def items(value, describe_any):
    """The items in C order: field by field, because the memory between fields means nothing."""
    numpy = sys.modules["numpy"]
    kind = value.dtype
    if kind.names is not None:
        return [items(value[name], describe_any) for name in kind.names]
    if kind.char == "O":
        return [describe_any(item) for item in value.ravel().tolist()]
    if kind.char == "T":
        return [describe_any(item) for item in value.ravel().tolist()]
    data = numpy.ascontiguousarray(value)
    if kind.itemsize and kind.char in "gG" and kind.itemsize % 16 == 0:  # 10 bytes mean something, 6 are padding
        parts = numpy.frombuffer(data.astype(kind.newbyteorder("=")).tobytes(), "u1").reshape(-1, 16)[:, :10]
        return memory(parts.tobytes())
    if kind.kind in "USV":
        return memory(data.tobytes())
    return memory(data.astype(kind.newbyteorder("="), copy=False).tobytes())


def memory(data):
    """Bytes in hexadecimal, or their digest."""
    return data.hex() if len(data) <= SHOWN else [len(data), hashlib.sha256(data).hexdigest()]


def _masked(value, describe_any):
    numpy = sys.modules["numpy"]
    mask, fill = value.mask, value._fill_value  # asking for `fill_value` would set it
    return {
        "data": array(value.data, describe_any),
        "mask": None if mask is numpy.ma.nomask else array(mask, describe_any),
        "fill": None if fill is None else [dtype(fill.dtype), items(fill, describe_any)],
        "hard": bool(value.hardmask),
    }


def _metadata(kind):
    return [sorted(map(repr, kind.metadata.items()))] if kind.metadata else []

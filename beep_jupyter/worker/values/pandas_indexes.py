"""Indexes of pandas as parts of a JSON tree. Runs in worker and host.

    {"kind": "range", "range": [0, 3, 1], "name": tree}
    {"kind": "multi", "levels": [INDEX, …], "codes": [ARRAY, …], "names": [tree, …], "sortorder": null}
    {"kind": "values", "values": COLUMN, "freq": OFFSET, "name": tree}

The values tell the class of all others. `freq` is null where there is none. Older pandas has fewer dtypes for indexes:
those that it lacks become the nearest one that holds every value, in the end objects. pandas is taken from
`sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .numpy_arrays import decode_array, encode_array
from .pandas_columns import decode_column, encode_column, flat
from .pandas_items import to_objects
from .pandas_marks import check_attributes
from .pandas_moments import has_units
from .pandas_offsets import decode_offset, encode_offset
from .registry import MalformedValue, Unreceivable, expect, no_codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

_CLASSES = (
    "Index",
    "RangeIndex",
    "MultiIndex",
    "DatetimeIndex",
    "TimedeltaIndex",
    "PeriodIndex",
    "IntervalIndex",
    "CategoricalIndex",
)
_NUMERIC = ("Int64Index", "UInt64Index", "Float64Index", "NumericIndex")  # before 2.0; a dtype tells it as well
_KEYS = {
    "range": {"kind", "range", "name"},
    "multi": {"kind", "levels", "codes", "names", "sortorder"},
    "values": {"kind", "values", "freq", "name"},
}

_MOST_SPARSE = 1 << 24

_classes: set[type] = set()


def index_classes() -> set[type]:
    """The classes of pandas' own indexes."""
    if not _classes:
        pandas = sys.modules["pandas"]
        old = sys.modules.get("pandas.core.indexes.numeric")
        _classes.update(getattr(pandas, name) for name in _CLASSES)
        _classes.update(getattr(old, name) for name in _NUMERIC if hasattr(old, name))
    return _classes


def encode_index(index: Any, encoder: Encoder) -> dict[str, Any]:
    """The tree of an index.

    Raises:
        Untransferable: its class is not one of pandas' own, or attributes were set on it.
    """
    kind = type(index)
    if kind not in index_classes():
        raise no_codec(kind)
    check_attributes(index)
    pandas = sys.modules["pandas"]
    if kind is pandas.MultiIndex:
        return _encode_multi(index, encoder)
    name = encoder.encode(index.name)
    if kind is pandas.RangeIndex:
        numbers = encoder.encode_items([index.start, index.stop, index.step])
        return {"kind": "range", "range": numbers, "name": name}
    return {
        "kind": "values",
        "values": encode_column(index._values, encoder),
        **encode_freq(index, encoder),
        "name": name,
    }


def encode_freq(value: Any, encoder: Encoder) -> dict[str, Any]:
    """The frequency that an index, or an array of moments or durations, keeps. That of periods is in their dtype."""
    freq = getattr(value, "freq", None) if value.dtype.kind in "mM" else None
    return {"freq": None if freq is None else encode_offset(freq, encoder)}


def set_freq(value: Any, tree: Any, decoder: Decoder) -> None:
    """Gives an index, or an array, its frequency. Since 3.1 the index has it, before its array has."""
    if tree is None:
        return
    if value.dtype.kind not in "mM":
        raise MalformedValue("Only moments and durations have a frequency beside them.")
    freq = decode_offset(tree, decoder)
    holder = getattr(value, "_data", value)
    holder = holder if hasattr(holder, "_freq") else value
    if hasattr(holder, "_freq"):
        holder._freq = freq
    else:
        decoder.note("pandas freq of an array → none")


def decode_index(tree: Any, decoder: Decoder) -> Any:
    """The index of a tree."""
    kind = expect(tree, dict).get("kind")
    if kind not in _KEYS or set(tree) != _KEYS[kind]:
        raise MalformedValue("An index is a 'range', 'multi' or 'values', with the keys of that.")
    if kind == "multi":
        return _decode_multi(tree, decoder)
    name = decoder.decode(tree["name"])
    if kind == "range":
        start, stop, step = (expect(number, int) for number in decoder.decode_items(tree["range"]))
        return sys.modules["pandas"].RangeIndex(start, stop, step, name=name)
    index = _index_of(decode_column(tree["values"], decoder), name, decoder)
    set_freq(index, tree["freq"], decoder)
    return index


def _encode_multi(index: Any, encoder: Encoder) -> dict[str, Any]:
    names = encoder.encode_items(list(index.names))  # first: looking at the levels asks each name for its hash
    return {
        "kind": "multi",
        "levels": [encode_index(level, encoder) for level in index.levels],
        "codes": [encode_array(sys.modules["numpy"].asarray(codes), encoder) for codes in index.codes],
        "names": names,
        "sortorder": index.sortorder,
    }


def _decode_multi(tree: dict[str, Any], decoder: Decoder) -> Any:
    levels = [decode_index(level, decoder) for level in expect(tree["levels"], list)]
    codes = [flat(decode_array(codes, decoder)) for codes in expect(tree["codes"], list)]
    names = decoder.decode_items(tree["names"])
    if not len(levels) == len(codes) == len(names) or len({len(each) for each in codes}) != 1:
        raise MalformedValue("Levels, codes and names of an index are as many; codes are of one length.")
    for level, each in zip(levels, codes):
        check_codes(each, len(level))
    order = tree["sortorder"]
    if order is not None and not 0 <= expect(order, int) <= len(levels):
        raise MalformedValue("'sortorder' is a number of levels.")
    make = sys.modules["pandas"].MultiIndex
    return make(levels=levels, codes=codes, names=names, sortorder=order, verify_integrity=False)


def check_codes(codes: Any, count: int) -> None:
    """Makes sure that codes are positions in as many items, or -1.

    Raises:
        MalformedValue: they are not.
    """
    if codes.dtype.kind != "i" or (len(codes) and not (codes.min() >= -1 and codes.max() < count)):
        raise MalformedValue("Codes are integers from -1, and less than there are categories or labels.")


def _index_of(values: Any, name: Any, decoder: Decoder) -> Any:
    """The index of an array, or the nearest one: pandas 1 makes others of dtypes that its indexes lack."""
    make, numpy = sys.modules["pandas"].Index, sys.modules["numpy"]
    sent = flat(values).dtype
    if isinstance(sent, numpy.dtype) and sent.kind == "O":
        return make(values, dtype=object, name=name, tupleize_cols=False, copy=False)
    if hasattr(sent, "fill_value"):
        values = _check_sparse(values)
    with numpy.errstate(invalid="ignore"):  # pandas 1 widens floats, and NumPy says so of a signalling nan
        made = make(values, name=name, copy=False)
    if made.dtype != sent:
        if not _holds(made.dtype, sent):
            items = [item.item() if isinstance(item, numpy.generic) else item for item in values]
            made = make(to_objects(items), dtype=object, name=name, tupleize_cols=False, copy=False)
        decoder.note("pandas Index[%s] → Index[%s]" % (sent, made.dtype))
    return made


def _check_sparse(values: Any) -> Any:
    """A sparse array, which may become a dense one before long; pandas 1 would make it so, and warn."""
    if len(values) > _MOST_SPARSE:
        reason = "as an index it would fill the memory of its receiver"
        raise Unreceivable("pandas.SparseArray", reason, "Send its values and positions.")
    return values if has_units() else sys.modules["numpy"].asarray(values)


def _holds(made: Any, sent: Any) -> bool:
    """Whether a dtype of NumPy holds every value of another."""
    numpy = sys.modules["numpy"]
    sent = getattr(sent, "subtype", sent)  # of sparse ones
    return isinstance(sent, numpy.dtype) and made.kind != "O" and numpy.can_cast(sent, made, "safe")

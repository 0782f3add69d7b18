"""Columns of pandas that are made of others, as parts of a JSON tree. Runs in worker and host.

    {"kind": "categorical", "categories": INDEX, "ordered": false, "codes": ARRAY}
    {"kind": "interval", "closed": "right", "left": COLUMN, "right": COLUMN}
    {"kind": "sparse", "length": 9, "fill": tree, "values": COLUMN, "at": ARRAY}      `values` are at these positions
    {"kind": "sparse", …, "starts": ARRAY, "lengths": ARRAY}                          or in these blocks

pandas is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .numpy_arrays import decode_array, encode_array
from .pandas_columns import Kind, decode_column, encode_column, flat
from .pandas_indexes import check_codes, decode_index, encode_index
from .pandas_moments import unwarned
from .registry import MalformedValue, Unreceivable, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

_SIDES = ("left", "right", "both", "neither")


def encode_categorical(kind: Any, codes: Any, encoder: Encoder) -> dict[str, Any]:
    """The column of a dtype and its codes."""
    return {
        "kind": "categorical",
        "categories": encode_index(kind.categories, encoder),
        "ordered": kind.ordered,
        "codes": encode_array(codes, encoder),
    }


def _encode_categories(array: Any, encoder: Encoder) -> dict[str, Any]:
    return encode_categorical(array.dtype, array.codes, encoder)


def _decode_categories(tree: dict[str, Any], decoder: Decoder) -> Any:
    pandas = sys.modules["pandas"]
    categories = decode_index(tree["categories"], decoder)
    codes = flat(decode_array(tree["codes"], decoder))
    check_codes(codes, len(categories))
    if categories.dtype.kind == "O":
        set(categories)  # pandas 1 writes of what cannot be hashed on stderr
    ordered = tree["ordered"]
    kind = pandas.CategoricalDtype(categories, ordered if ordered is None else expect(ordered, bool))
    return pandas.Categorical.from_codes(codes, dtype=kind)


def _encode_intervals(array: Any, encoder: Encoder) -> dict[str, Any]:
    ends = {side: encode_column(getattr(array, side)._values, encoder) for side in ("left", "right")}
    return {"closed": array.closed, **ends}


def _decode_intervals(tree: dict[str, Any], decoder: Decoder) -> Any:
    if tree["closed"] not in _SIDES:
        raise MalformedValue("An interval is closed on one of %s." % ", ".join(_SIDES))
    left, right = (flat(decode_column(tree[side], decoder)) for side in ("left", "right"))
    if left.dtype != right.dtype:
        raise MalformedValue("Both ends of an interval are of one dtype.")
    made = sys.modules["pandas"].arrays.IntervalArray.from_arrays(left, right, tree["closed"])
    if made.dtype.subtype != left.dtype:
        decoder.note("pandas interval[%s] → interval[%s]" % (left.dtype, made.dtype.subtype))
    return made


def _encode_sparse(array: Any, encoder: Encoder) -> dict[str, Any]:
    places = array.sp_index
    head = {
        "length": places.length,
        "fill": encoder.encode(array.fill_value),
        "values": encode_column(array.sp_values, encoder),
    }
    if hasattr(places, "blocs"):
        return {
            **head,
            "starts": encode_array(places.blocs, encoder),
            "lengths": encode_array(places.blengths, encoder),
        }
    return {**head, "at": encode_array(places.indices, encoder)}


def _decode_sparse(tree: dict[str, Any], decoder: Decoder) -> Any:
    pandas, numpy = sys.modules["pandas"], sys.modules["numpy"]
    values = numpy.asarray(flat(decode_column(tree["values"], decoder)))
    places = _restore_places(tree, decoder)
    if places.npoints != len(values):
        raise MalformedValue("A sparse column has as many values as places.")
    kind = _sparse_dtype(values.dtype, decoder.decode(tree["fill"]))
    return pandas.arrays.SparseArray._simple_new(values, places, kind)


def _sparse_dtype(kind: Any, fill: Any) -> Any:
    """Older pandas takes any scalar to fill with, 2.2 warns of one that does not fit, 3 refuses it."""
    make = sys.modules["pandas"].SparseDtype
    try:
        return unwarned(lambda: make(kind, fill))
    except ValueError as error:
        reason = "its receiver's pandas cannot fill with %.40r: %.100s" % (fill, error)
        raise Unreceivable(
            "pandas.SparseDtype", reason, "Send it dense, for example by `.sparse.to_dense()`."
        ) from None


def _restore_places(tree: dict[str, Any], decoder: Decoder) -> Any:
    sparse = sys.modules["pandas"]._libs.sparse
    length = expect(tree["length"], int)
    if not 0 <= length < 2**31:
        raise MalformedValue("A sparse column has less than 2**31 items.")
    if "at" in tree:
        return sparse.IntIndex(length, _places(tree["at"], decoder))
    starts, lengths = _places(tree["starts"], decoder), _places(tree["lengths"], decoder)
    if len(starts) != len(lengths):
        raise MalformedValue("A sparse column has as many lengths as starts.")
    return sparse.BlockIndex(length, starts, lengths)


def _places(tree: Any, decoder: Decoder) -> Any:
    places = flat(decode_array(tree, decoder))
    if places.dtype != "i4":
        raise MalformedValue("Places in a sparse column are integers of 32 bits.")
    return places


KINDS = (
    Kind(
        "categorical",
        ("pandas.arrays.Categorical",),
        ("categories ordered codes",),
        _encode_categories,
        _decode_categories,
    ),
    Kind("interval", ("pandas.arrays.IntervalArray",), ("closed left right",), _encode_intervals, _decode_intervals),
    Kind(
        "sparse",
        ("pandas.arrays.SparseArray",),
        ("length fill values at", "length fill values starts lengths"),
        _encode_sparse,
        _decode_sparse,
    ),
)

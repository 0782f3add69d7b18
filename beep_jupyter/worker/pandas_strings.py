"""Columns of pandas' string dtypes as parts of a JSON tree, and columns of Arrow's types. Runs in worker and host.

    {"kind": "string", "storage": "python", "missing": "NA", "items": ITEMS}
    {"kind": "string", "storage": "pyarrow", "missing": "nan", "arrow": tree of a ChunkedArray}
    {"kind": "arrow", "array": tree of a ChunkedArray}

ITEMS are as in `pandas_items`. `missing` tells what stands for a missing string; pandas 3 calls the dtype with nan
`str`. Where this side lacks pyarrow Python stores them, where pandas lacks the dtype they are objects. pandas is taken
from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .pandas_columns import Kind
from .pandas_items import decode_items, encode_items
from .registry import MalformedValue, Unreceivable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .values import Decoder, Encoder

NUMPY_SEMANTICS = (  # classes for nan, in 2.1 to 2.3
    "pandas.core.arrays.string_.StringArrayNumpySemantics",
    "pandas.core.arrays.string_arrow.ArrowStringArrayNumpySemantics",
)
_STORAGES = ("python", "pyarrow")
_MISSING = ("NA", "nan")
_NAMES = {"NA": "string", "nan": "str"}


def _encode_strings(array: Any, encoder: Encoder) -> dict[str, Any]:
    kind = array.dtype
    is_arrow = kind.storage != "python"
    missing = "nan" if type(getattr(kind, "na_value", None)) is float else "NA"
    head = {"storage": "pyarrow" if is_arrow else "python", "missing": missing}
    objects = sys.modules["numpy"].asarray(array, dtype=object)
    return {**head, "items": encode_items(objects, encoder)}


def _decode_strings(tree: dict[str, Any], decoder: Decoder) -> Any:
    storage, missing = tree["storage"], tree["missing"]
    if storage not in _STORAGES or missing not in _MISSING:
        raise MalformedValue(
            "Strings are stored by %s; missing is %s." % (" or ".join(_STORAGES), " or ".join(_MISSING))
        )
    objects = decode_items(tree["items"], decoder)
    _check_strings(objects, missing)
    kind = _string_dtype(storage, missing, decoder)
    return objects if kind is None else sys.modules["pandas"].array(objects, dtype=kind)


def _check_strings(objects: Any, missing: str) -> None:
    others = {type(sys.modules["pandas"].NA) if missing == "NA" else float}
    if not others.issuperset(set(map(type, objects.tolist())) - {str}):
        raise MalformedValue("A column of strings holds something else.")


def _string_dtype(storage: str, missing: str, decoder: Decoder) -> Any:
    """The dtype, or the nearest one; None where objects are that."""
    for made_by in _STORAGES if storage == "python" else reversed(_STORAGES):
        kind = _make_dtype(made_by, missing)
        if kind is not None:
            if made_by != storage:
                decoder.note("pandas %s[%s] → %s[%s]" % (_NAMES[missing], storage, _NAMES[missing], made_by))
            return kind
        if storage == "python":
            break
    decoder.note("pandas %s → object" % _NAMES[missing])
    return None


def _make_dtype(storage: str, missing: str) -> Any:
    """None where this pandas has no such dtype, or this side no pyarrow for it."""
    make = sys.modules["pandas"].StringDtype
    try:
        if missing == "NA":
            return make(storage)
        try:
            return make(storage, na_value=float("nan"))
        except TypeError:  # before 2.3
            return make("pyarrow_numpy") if storage == "pyarrow" else None
    except (ImportError, ValueError):  # no pyarrow, or an old one; before 2.1, or 1.3
        return None


def _encode_arrow(array: Any, encoder: Encoder) -> dict[str, Any]:
    if not encoder.receiver.has("pyarrow"):
        raise encoder.receiver.lacks("pyarrow", "pandas.ArrowDtype")
    return {"array": encoder.encode(array.__arrow_array__())}


def _decode_arrow(tree: dict[str, Any], decoder: Decoder) -> Any:
    make = getattr(sys.modules["pandas"].arrays, "ArrowExtensionArray", None)
    if make is None:
        reason = "its receiver's pandas has no dtypes of Arrow"
        raise Unreceivable("pandas.ArrowDtype", reason, "Install pandas 1.5 or newer there, or convert it first.")
    return make(decoder.decode(tree["array"]))


KINDS = (
    Kind(
        "string",
        ("pandas.arrays.StringArray", "pandas.arrays.ArrowStringArray", *NUMPY_SEMANTICS),
        ("storage missing items", "storage missing arrow"),
        _encode_strings,
        _decode_strings,
    ),
    Kind("arrow", ("pandas.arrays.ArrowExtensionArray",), ("array",), _encode_arrow, _decode_arrow),
)

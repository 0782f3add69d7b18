"""Columns of pandas' string dtypes as parts of a JSON tree, and columns of Arrow's types. Runs in worker and host.

    {"kind": "string", "storage": "python", "missing": "NA", "items": ITEMS}
    {"kind": "string", "storage": "pyarrow", "missing": "nan", "arrow": tree of a ChunkedArray}
    {"kind": "arrow", "array": tree of a ChunkedArray}

ITEMS are as in `pandas_items`; few strings always travel so. `missing` tells what stands for a missing string; pandas 3
calls the dtype with nan `str`. Where this side lacks pyarrow Python stores them, where pandas lacks the dtype they are
objects. pandas is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .pandas_columns import Kind
from .pandas_items import MANY, decode_items, encode_items
from .registry import MalformedValue, Unreceivable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

NUMPY_SEMANTICS = (  # classes for nan, in 2.1 to 2.3
    "pandas.core.arrays.string_.StringArrayNumpySemantics",
    "pandas.core.arrays.string_arrow.ArrowStringArrayNumpySemantics",
)
_STORAGES = ("python", "pyarrow")
_MISSING = ("NA", "nan")
_NAMES = {"NA": "string", "nan": "str"}


def _encode_strings(array: Any, encoder: Encoder) -> dict[str, Any]:
    kind = array.dtype
    missing = "nan" if type(getattr(kind, "na_value", None)) is float else "NA"
    head = {"storage": "python" if kind.storage == "python" else "pyarrow", "missing": missing}
    if kind.storage != "python" and len(array) >= MANY and encoder.receiver.has("pyarrow"):
        return {**head, "arrow": encoder.encode(array.__arrow_array__())}
    return {**head, "items": encode_items(sys.modules["numpy"].asarray(array, dtype=object), encoder)}


def _decode_strings(tree: dict[str, Any], decoder: Decoder) -> Any:
    storage, missing = tree["storage"], tree["missing"]
    if storage not in _STORAGES or missing not in _MISSING:
        raise MalformedValue("Strings are stored by 'python' or 'pyarrow'; missing is 'NA' or 'nan'.")
    kind = _string_dtype(storage, missing, decoder)
    if "arrow" in tree:
        return _from_arrow(_decode_chunks(tree["arrow"], decoder), kind, missing)
    objects = decode_items(tree["items"], decoder)
    _check_strings(objects, missing)
    return _of_objects(objects, kind)


def _from_arrow(strings: Any, kind: Any, missing: str) -> Any:
    """The column of a ChunkedArray; that of older versions has 32 bits an offset."""
    pyarrow = sys.modules["pyarrow"]
    if strings.type not in (pyarrow.string(), pyarrow.large_string()):
        raise MalformedValue("A column of strings is of Arrow's strings.")
    if kind is None or kind.storage == "python":
        objects = strings.to_numpy()
        objects[strings.is_null().to_numpy()] = _missing_value(missing)
        return _of_objects(objects, kind)
    try:
        return kind.__from_arrow__(strings)
    except ValueError:
        return kind.__from_arrow__(strings.cast(pyarrow.string()))


def _of_objects(objects: Any, kind: Any) -> Any:
    """The column of strings, and of what stands for a missing one in that dtype; no dtype: of objects."""
    if kind is None:
        return objects
    make = kind.construct_array_type()
    return make._simple_new(objects, kind) if kind.storage == "python" else make._from_sequence(objects, dtype=kind)


def _missing_value(missing: str) -> Any:
    return sys.modules["pandas"].NA if missing == "NA" else float("nan")


def _check_strings(objects: Any, missing: str) -> None:
    if not {str, type(_missing_value(missing))}.issuperset(map(type, objects.tolist())):
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
    return make(_decode_chunks(tree["array"], decoder))


def _decode_chunks(tree: Any, decoder: Decoder) -> Any:
    """A ChunkedArray; where it is none, pyarrow may not even be here."""
    array, pyarrow = decoder.decode(tree), sys.modules.get("pyarrow")
    if pyarrow is None or type(array) is not pyarrow.ChunkedArray:
        raise MalformedValue("A ChunkedArray of Arrow was expected.")
    return array


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

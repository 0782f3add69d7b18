"""One column of pandas as a part of a JSON tree, and the kinds that are close to NumPy. Runs in worker and host.

    {"kind": "numpy", "array": ARRAY}                        as NumPy has it
    {"kind": "object", "items": ITEMS}                       Python objects; `rows` in its place for several columns
    {"kind": "masked", "data": ARRAY, "mask": ARRAY}         Int8 to Float64, boolean; null: none is missing

ARRAY is as in `numpy_arrays`, ITEMS as in `pandas_items`. Other modules add further kinds. An array with two dimensions
holds several columns, one behind the other. pandas is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .numpy_arrays import decode_array, encode_array
from .pandas_items import decode_items, encode_items
from .registry import MalformedValue, Untransferable, expect, name_of, no_codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .coding import Decoder, Encoder

_NUMBERS = "biufc"  # kinds of dtypes that pandas leaves to NumPy, objects aside
_MASKED = {"b": "BooleanArray", "i": "IntegerArray", "u": "IntegerArray", "f": "FloatingArray"}


class Kind:
    """How columns of one kind travel.

    Args:
        name: what stands behind `kind`.
        types: dotted paths of the exact types of arrays that it encodes; a version of pandas may lack some.
        keys: which a tree has beside `kind`; one of these sets.
        encode: (array, Encoder) → those keys with JSON.
        decode: (that, Decoder) → array.
    """

    __slots__ = ("decode", "encode", "keys", "name", "types")

    def __init__(
        self,
        name: str,
        types: tuple[str, ...],
        keys: tuple[str, ...],
        encode: Callable[[Any, Any], dict[str, Any]],
        decode: Callable[[Any, Any], Any],
    ) -> None:
        self.name = name
        self.types = types
        self.keys = [{"kind", *text.split()} for text in keys]
        self.encode = encode
        self.decode = decode


_kinds: dict[str, Kind] = {}
_by_type: dict[type, Kind] = {}


def add_kinds(kinds: Iterable[Kind]) -> None:
    """Adds kinds to those that both directions know."""
    for kind in kinds:
        _kinds[kind.name] = kind


def encode_column(array: Any, encoder: Encoder) -> dict[str, Any]:
    """The tree of an array of NumPy or pandas.

    Raises:
        Untransferable: it is of another library's class.
    """
    kind = _kind_of(type(array), array)
    return {"kind": kind.name, **kind.encode(array, encoder)}


def decode_column(tree: Any, decoder: Decoder) -> Any:
    """The array of a tree: one of pandas, or of NumPy where pandas has none of its own for that."""
    name = expect(tree, dict).get("kind")
    kind = _kinds.get(expect(name, str))
    if kind is None:
        raise MalformedValue("Columns of kind %.40r are not known." % name)
    if set(tree) not in kind.keys:
        raise MalformedValue("A column of kind '%s' has other keys." % name)
    return kind.decode(tree, decoder)


def flat(array: Any) -> Any:
    """The array, if it has one dimension.

    Raises:
        MalformedValue: it has not.
    """
    if array.ndim != 1:
        raise MalformedValue("A column has one dimension.")
    return array


def native(array: Any) -> Any:
    """The array in this machine's byte order."""
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _kind_of(kind: type, array: Any) -> Kind:
    if not _by_type:
        _find_types()
    found = _by_type.get(kind)
    if found is None:
        raise no_codec(kind)
    if found.name == "numpy":
        return _kinds[{"O": "object", "M": "datetime", "m": "timedelta"}.get(array.dtype.kind, "numpy")]
    return found


def _find_types() -> None:
    for kind in _kinds.values():
        for path in kind.types:
            module, _, name = path.rpartition(".")
            found = getattr(sys.modules.get(module), name, None)
            if found is not None:
                _by_type[found] = kind


def _encode_numpy(array: Any, encoder: Encoder) -> dict[str, Any]:
    if array.dtype.kind not in _NUMBERS:
        reason = "columns of pandas are not made of dtype '%s'" % array.dtype
        raise Untransferable(name_of(type(array)), reason, "Send the array of NumPy itself.")
    return {"array": encode_array(array, encoder)}


def _decode_numpy(tree: dict[str, Any], decoder: Decoder) -> Any:
    array = decode_array(tree["array"], decoder)
    if array.ndim not in (1, 2) or array.dtype.kind not in _NUMBERS:
        raise MalformedValue("A column of NumPy's is of numbers or booleans, in one dimension or two.")
    return array


def _encode_objects(array: Any, encoder: Encoder) -> dict[str, Any]:
    if array.ndim == 1:
        return {"items": encode_items(array, encoder)}
    return {"rows": [encode_items(row, encoder) for row in array]}


def _decode_objects(tree: dict[str, Any], decoder: Decoder) -> Any:
    if "items" in tree:
        return decode_items(tree["items"], decoder)
    rows = [decode_items(row, decoder) for row in expect(tree["rows"], list)]
    if len({len(row) for row in rows}) != 1:
        raise MalformedValue("Columns of one block are of one length.")
    numpy = sys.modules["numpy"]
    array = numpy.empty((len(rows), len(rows[0])), object)
    for number, row in enumerate(rows):
        array[number] = row
    return array


def _encode_masked(array: Any, encoder: Encoder) -> dict[str, Any]:
    mask = array._mask
    return {
        "data": encode_array(array._data, encoder),
        "mask": encode_array(mask, encoder) if mask.any() else None,
    }


def _decode_masked(tree: dict[str, Any], decoder: Decoder) -> Any:
    numpy, arrays = sys.modules["numpy"], sys.modules["pandas"].arrays
    data = native(flat(decode_array(tree["data"], decoder)))
    mask = numpy.zeros(len(data), bool) if tree["mask"] is None else decode_array(tree["mask"], decoder)
    if data.dtype.kind not in _MASKED or mask.dtype != bool or mask.shape != data.shape:
        raise MalformedValue("A masked column is of numbers or booleans; its mask is of booleans, as many.")
    return getattr(arrays, _MASKED[data.dtype.kind])(data, mask)


add_kinds(
    (
        Kind("numpy", ("numpy.ndarray",), ("array",), _encode_numpy, _decode_numpy),
        Kind("object", (), ("items", "rows"), _encode_objects, _decode_objects),
        Kind(
            "masked",
            ("pandas.arrays.IntegerArray", "pandas.arrays.FloatingArray", "pandas.arrays.BooleanArray"),
            ("data mask",),
            _encode_masked,
            _decode_masked,
        ),
    )
)

"""NumPy's scalars as parts of a JSON tree. Runs in worker and host; loaded with `numpy_codecs`.

    ["<f8", 1.5]  ["|b1", true]  ["<i8", 7]     a number where JSON holds it exactly
    ["<M8[ns]", "AAAAAAAAAAA="]                 else its memory, in its dtype
    ["U", "text"]  ["S", memory]                `str_` and `bytes_`, whose zeros at the end a dtype would cut

NumPy is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .numpy_dtypes import describe, is_raw, restore
from .plain import is_plain
from .registry import MalformedValue, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder, Part

_INLINE_BYTES = 64
_NUMBERS = frozenset((bool, int, float))
_KINDS_OF_NUMBERS = frozenset("biuf")
_KINDS_OF_ONE_DTYPE = frozenset("biufc")

_texts: dict[type, Any] = {}  # the dtypes of classes that have no other


def encode_scalar(value: Any, encoder: Encoder) -> list[Any]:
    text = _texts.get(type(value)) or _describe(value, encoder)
    if text == "U":
        return [text, encoder.encode(str.__str__(value))]
    if text == "S":
        return [text, encoder.add_buffer(bytes.__getitem__(value, slice(None)))]
    if value.dtype.kind in _KINDS_OF_NUMBERS:  # `item` of others may overflow
        number = value.item()
        if type(number) in _NUMBERS and is_plain(number):
            return [text, number]
    return [text, _add(value.tobytes(), encoder)]


def decode_scalar(part: Any, decoder: Decoder) -> Any:
    tree, payload = expect(part, list)
    numpy = sys.modules["numpy"]
    if tree == "U":
        return numpy.str_(expect(decoder.decode(payload), str))
    if tree == "S":
        return numpy.bytes_(bytes(decoder.buffer(payload)))
    kind = restore(tree, decoder)
    if not is_raw(kind):
        raise MalformedValue("A scalar is of a dtype without objects.")
    if type(payload) in _NUMBERS and kind.kind in _KINDS_OF_NUMBERS:
        return _of_number(payload, kind)
    data = decoder.buffer(payload)
    if len(data) != kind.itemsize:
        raise MalformedValue("A scalar's memory has %d bytes, its dtype %d." % (len(data), kind.itemsize))
    return numpy.ndarray((), kind, data)[()]


def _describe(value: Any, encoder: Encoder) -> Any:
    if isinstance(value, (str, bytes)):
        _texts[type(value)] = "U" if isinstance(value, str) else "S"
        return _texts[type(value)]
    tree = describe(value.dtype, encoder)
    if value.dtype.kind in _KINDS_OF_ONE_DTYPE:
        _texts[type(value)] = tree
    return tree


def _add(data: bytes, encoder: Encoder) -> Part:
    if len(data) > _INLINE_BYTES:
        return encoder.add_buffer(data)
    import binascii

    return binascii.b2a_base64(data, newline=False).decode()


def _of_number(number: Any, kind: Any) -> Any:
    """The scalar that equals a number."""
    numpy = sys.modules["numpy"]
    if kind.kind in "iu":  # what old versions would wrap around does not fit here either
        data = expect(number, int).to_bytes(kind.itemsize, sys.byteorder, signed=kind.kind == "i")
        return numpy.ndarray((), kind.newbyteorder("="), data)[()]
    if kind.char == "d":
        made = kind.type(number)
    else:
        with numpy.errstate(all="ignore"):
            made = kind.type(number)
    if made.item() != number or (type(number) is bool) != (kind.kind == "b"):
        raise ValueError("%.40r is no number of dtype '%s'" % (number, kind))
    return made

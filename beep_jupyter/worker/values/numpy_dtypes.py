"""NumPy's dtypes as parts of a JSON tree, in a form that NumPy 1 and 2 read alike. Runs in worker and host.

A dtype is a text, or an object where a text cannot tell it:

    "<f8"  "|S3"  "<M8[25us]"                NumPy's own `str`, with byte order
    "<i8/q"  "|S1/c"                         the same, and the character of a type that has a twin
    "<f16/63"                                a long double, and the bits of its mantissa, which tell its format
    {"fields": [[name, dtype, offset]        structured; a field may have a title behind its offset
     …], "itemsize", "aligned", "record"}    `record`: its items are `numpy.record`
    {"base": dtype, "shape": [2, 3]}         a field that is an array
    {"base": dtype, "metadata": tree}        with metadata
    {"coerce": true}                         text of any length, NumPy 2's StringDType; `missing`: what stands for none

NumPy is taken from `sys.modules`: whoever calls has imported it. Loaded with the first such value.
"""

from __future__ import annotations

import sys

from .registry import MalformedValue, Unreceivable, Untransferable, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

OBJECT = "|O"
MAX_DEPTH = 32  # of fields in fields; NumPy itself would exhaust the stack at some depth
_NUM_OBJECT, _NUM_VOID, _NUM_LAST = 17, 20, 23  # numpy's type numbers, the same in every version
_ORDERS, _KINDS = "<>|", "biufcSUVmM"
_LONG_DOUBLES = "gG"
_MAX_DIGITS = 10

_numbers: dict[str, Any] = {}  # the dtypes of numbers met so far; there are few


def describe(kind: Any, encoder: Encoder, depth: int = 0) -> Any:
    """The tree of a dtype.

    Raises:
        Untransferable: it is not one of NumPy's own, or has fields of objects.
    """
    if depth > MAX_DEPTH:
        raise _refused("its fields are nested more than %d deep" % MAX_DEPTH)
    tree = _describe_known(kind, encoder, depth)
    return tree if kind.metadata is None else {"base": tree, "metadata": encoder.encode(dict(kind.metadata))}


def restore(tree: Any, decoder: Decoder, depth: int = 0) -> Any:
    """The dtype of a tree. Only at depth 0 may it be of objects.

    Raises:
        Unreceivable: this NumPy has no such type, and none that holds its values.
    """
    if depth > MAX_DEPTH:
        raise MalformedValue("A dtype is nested too deeply.")
    if type(tree) is str:
        made = _numbers.get(tree)
        return _restore_plain(tree, may_be_object=depth == 0) if made is None else made
    keys = frozenset(expect(tree, dict))
    if keys == {"fields", "itemsize", "aligned", "record"}:
        return _restore_fields(tree, decoder, depth)
    if keys == {"base", "shape"}:
        return _restore_subarray(restore(tree["base"], decoder, depth + 1), restore_shape(tree["shape"]))
    if keys == {"base", "metadata"}:
        base = restore(tree["base"], decoder, depth)
        return _numpy().dtype(base, metadata=expect(decoder.decode(tree["metadata"]), dict))
    if depth == 0 and keys in ({"coerce"}, {"coerce", "missing"}):
        return _restore_string(tree, decoder)
    raise MalformedValue("A dtype is a text, or an object with certain keys.")


def restore_shape(tree: Any) -> tuple[int, ...]:
    """A shape, which is a list of numbers that are not negative."""
    shape = expect(tree, list)
    if any(type(length) is not int or length < 0 for length in shape):
        raise MalformedValue("A shape is a list of numbers from 0.")
    return tuple(shape)


def is_raw(kind: Any) -> bool:
    """Whether items of it are their memory: no objects, no text elsewhere, no array that would change the shape."""
    return kind.num in range(_NUM_LAST + 1) and not kind.hasobject and kind.subdtype is None


def is_string(kind: Any) -> bool:
    """Whether it is a StringDType."""
    return kind.char == "T" and kind.num not in range(_NUM_LAST + 1)


def mantissa_bits() -> int:
    """Of this machine's long double: 63 on x86, 112 for IEEE's quadruple, 52 where it is a double."""
    return int(_numpy().finfo(_numpy().longdouble).nmant)


def _numpy() -> Any:
    return sys.modules["numpy"]


def _describe_known(kind: Any, encoder: Encoder, depth: int) -> Any:
    if is_string(kind):
        return _describe_string(kind, encoder)
    if kind.num not in range(_NUM_LAST + 1):
        raise _refused("its dtype '%s' is not one of NumPy's own" % kind)
    if kind.subdtype is not None:
        base, shape = kind.subdtype
        return {"base": describe(base, encoder, depth + 1), "shape": list(shape)}
    if kind.num == _NUM_VOID and kind.names is not None:
        return _describe_fields(kind, encoder, depth)
    if kind.names is not None or kind.type is not _numpy().dtype(kind.char).type:
        raise _refused("its dtype %r is of a class of its own" % kind)
    if kind.num == _NUM_OBJECT and depth:
        raise _refused("it has fields of objects")
    return _describe_plain(kind)


def _describe_plain(kind: Any) -> str:
    text: str = kind.str
    char: str = kind.char
    if char in _LONG_DOUBLES and kind.itemsize > 8 * (1 + (char == "G")):
        return "%s/%d" % (text, mantissa_bits())
    return text if _numpy().dtype(text).char == char else "%s/%s" % (text, char)


def _describe_fields(kind: Any, encoder: Encoder, depth: int) -> dict[str, Any]:
    numpy = _numpy()
    if kind.type not in (numpy.void, numpy.record):
        raise _refused("its dtype %r is of a class of its own" % kind)
    fields = []
    for name in kind.names:
        base, offset, *title = kind.fields[name]
        fields.append([encoder.encode(name), describe(base, encoder, depth + 1), offset, *map(encoder.encode, title)])
    return {
        "fields": fields,
        "itemsize": kind.itemsize,
        "aligned": kind.isalignedstruct and fields != [],
        "record": kind.type is numpy.record,
    }


def _describe_string(kind: Any, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {"coerce": kind.coerce}
    if hasattr(kind, "na_object"):
        tree["missing"] = encoder.encode(kind.na_object)
    return tree


def _restore_plain(text: str, may_be_object: bool) -> Any:
    if text == OBJECT and may_be_object:
        return _numpy().dtype("O")
    base, _, twin = text.partition("/")
    if not _is_grammatical(base):
        raise ValueError("%.40r is no dtype that travels" % text)
    if twin.isdigit():
        return _restore_long_double(base, twin)
    made = _numpy().dtype(base)
    if made.str != base or made.char in _LONG_DOUBLES:  # old versions wrap large sizes around
        raise ValueError("%.40r is not how a dtype is written" % text)
    made = _twin_of(made, twin) if twin else made
    if made.kind in "biufc":
        _numbers[text] = made
    return made


def _twin_of(kind: Any, char: str) -> Any:
    """The dtype of that character if it has the same items; where it has not, as on another system, the other one."""
    if char not in ("b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d", "g", "F", "D", "G", "c"):
        raise ValueError("%.10r is no type's character" % char)
    twin = _numpy().dtype(char).newbyteorder(kind.byteorder)
    return twin if twin.str == kind.str else kind


def _restore_long_double(text: str, bits: str) -> Any:
    """The long double of that size, if this machine's has the same format."""
    numpy = _numpy()
    kind = numpy.dtype(_LONG_DOUBLES[text[1] == "c"]).newbyteorder(text[0])
    if text[1] not in "fc" or bits != str(mantissa_bits()) or kind.str != text:
        reason = "its receiver's long double has another format"
        raise Unreceivable("numpy.longdouble", reason, "Convert it first, for example with `.astype('f8')`.")
    return kind


def _restore_fields(tree: dict[str, Any], decoder: Decoder, depth: int) -> Any:
    numpy = _numpy()
    columns: dict[str, list[Any]] = {"names": [], "formats": [], "offsets": [], "titles": []}
    for field in expect(tree["fields"], list):
        name, base, offset, *title = expect(field, list)
        columns["names"].append(expect(decoder.decode(name), str))
        columns["formats"].append(restore(base, decoder, depth + 1))
        columns["offsets"].append(expect(offset, int))
        columns["titles"].append(_restore_title(title, decoder))
    layout: dict[str, Any] = {**columns, "itemsize": expect(tree["itemsize"], int)}
    # Without fields NumPy before 1.25 divides by their alignment and dies of it.
    made = numpy.dtype(layout, align=expect(tree["aligned"], bool) and columns["names"] != [])
    return numpy.dtype((numpy.record, made)) if expect(tree["record"], bool) else made


def _restore_subarray(base: Any, shape: tuple[int, ...]) -> Any:
    try:
        return _numpy().dtype((base, shape))
    except ValueError:
        if base.itemsize or base.names is None:
            raise
        reason = "its receiver's NumPy has no arrays of empty structures as fields"
        raise Unreceivable("numpy.dtype", reason, "Send its other fields.") from None


def _restore_title(title: list[Any], decoder: Decoder) -> Any:
    """None where there is none, which is how NumPy says it too."""
    if len(title) > 1:
        raise MalformedValue("A field has a name, a dtype, an offset and perhaps a title.")
    return decoder.decode(title[0]) if title else None


def _restore_string(tree: dict[str, Any], decoder: Decoder) -> Any:
    coerce = expect(tree["coerce"], bool)
    make = getattr(getattr(_numpy(), "dtypes", None), "StringDType", None)
    if make is None:
        decoder.note("numpy StringDType → object")
        return _numpy().dtype("O")
    return make(coerce=coerce, na_object=decoder.decode(tree["missing"])) if "missing" in tree else make(coerce=coerce)


def _is_grammatical(text: str) -> bool:
    """Whether NumPy may see it: it would evaluate parts of some texts, and make fields of others."""
    if not text.isascii() or text[:1] not in _ORDERS or text[1:2] not in _KINDS or len(text) < 3:
        return False
    digits, _, unit = text[2:].partition("[")
    if not digits.isdigit() or len(digits) > _MAX_DIGITS:
        return False
    if not unit:
        return not text.endswith("[")
    # A multiple of 0 would be divided by.
    return text[1] in "mM" and unit[-1] == "]" and unit[:-1].isalnum() and unit[0] != "0"


def _refused(reason: str) -> Untransferable:
    return Untransferable("numpy.dtype", reason, "Convert it first, for example with `.astype(…)`.")

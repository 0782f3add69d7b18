"""Codecs of what Python has without an import. Runs in worker and host; imports nothing.

Each pair of functions is one row of the table in docs/reference/values.md.
"""

from __future__ import annotations

from .registry import Codec, MalformedValue, Unreceivable, Untransferable, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sized
    from typing import Any, TypeVar

    from .coding import Decoder, Encoder, Part

    S = TypeVar("S", bound=Sized)


def encode_int(value: int, encoder: Encoder) -> str:
    return hex(value)  # decimal strings over 4,300 digits are refused by newer Pythons, and slow in all


def decode_int(part: Any, decoder: Decoder) -> int:
    text = expect(part, str).lower()
    number = int(text, 16)
    if hex(number) != text:  # int() also reads blanks, underscores and other scripts' digits
        raise ValueError("hexadecimal digits behind 0x or -0x were expected")
    return number


def encode_float(value: float, encoder: Encoder) -> str:
    return repr(value)


def decode_float(part: Any, decoder: Decoder) -> float:
    """A name, or a number: languages that write 1.0 as 1 can say in this way that a float is meant."""
    if type(part) is str:
        if part not in ("nan", "inf", "-inf"):
            raise ValueError("'nan', 'inf', '-inf' or a number was expected")
        return float(part)
    return _to_float(part)


def encode_str(value: str, encoder: Encoder) -> str:
    return value.encode("utf-8", "surrogatepass").hex()


def decode_str(part: Any, decoder: Decoder) -> str:
    return bytes.fromhex(expect(part, str)).decode("utf-8", "surrogatepass")


def encode_complex(value: complex, encoder: Encoder) -> list[Any]:
    return [encoder.encode(value.real), encoder.encode(value.imag)]


def decode_complex(part: Any, decoder: Decoder) -> complex:
    real, imaginary = decoder.decode_items(part)
    return complex(_to_float(real), _to_float(imaginary))


def encode_ellipsis(value: Any, encoder: Encoder) -> None:
    return None


def decode_ellipsis(part: Any, decoder: Decoder) -> Any:
    expect(part, type(None))
    return ...


def encode_range(value: range, encoder: Encoder) -> list[Any]:
    return encoder.encode_items([value.start, value.stop, value.step])


def decode_range(part: Any, decoder: Decoder) -> range:
    start, stop, step = decoder.decode_items(part)
    return range(expect(start, int), expect(stop, int), expect(step, int))


def encode_slice(value: slice, encoder: Encoder) -> list[Any]:
    return encoder.encode_items([value.start, value.stop, value.step])


def decode_slice(part: Any, decoder: Decoder) -> slice:
    start, stop, step = decoder.decode_items(part)
    return slice(start, stop, step)


def encode_members(value: Any, encoder: Encoder) -> list[Any]:
    """A tuple's, set's or frozenset's, in the order of iteration."""
    return encoder.encode_items(list(value))


def decode_tuple(part: Any, decoder: Decoder) -> tuple[Any, ...]:
    return tuple(decoder.decode_items(part))


def decode_set(part: Any, decoder: Decoder) -> set[Any]:
    members = decoder.decode_items(part)
    return _gather(lambda: set(members), len(members))


def decode_frozenset(part: Any, decoder: Decoder) -> frozenset[Any]:
    members = decoder.decode_items(part)
    return _gather(lambda: frozenset(members), len(members))


def encode_pairs(value: dict[Any, Any], encoder: Encoder) -> list[Any]:
    """A mapping's [key, value] pairs, in order."""
    keys, values = encoder.encode_items(list(value)), encoder.encode_items(list(value.values()))
    return list(map(list, zip(keys, values)))


def decode_pairs(part: Any, decoder: Decoder) -> dict[Any, Any]:
    pairs = expect(part, list)
    if not all(type(pair) is list and len(pair) == 2 for pair in pairs):
        raise MalformedValue("A mapping is a list of pairs [key, value].")
    keys, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    keys, values = decoder.decode_items(keys), decoder.decode_items(values)
    return _gather(lambda: dict(zip(keys, values)), len(keys))


def encode_bytes(value: bytes, encoder: Encoder) -> Part:
    encoder.account.add_codec("bytes")
    return encoder.add_buffer(value)


def decode_bytes(part: Any, decoder: Decoder) -> bytes:
    decoder.account.add_codec("bytes")
    return bytes(decoder.buffer(part))


def encode_bytearray(value: bytearray, encoder: Encoder) -> Part:
    encoder.account.add_codec("bytes")
    return encoder.add_buffer(memoryview(value))  # the view holds its size until it is sent


def decode_bytearray(part: Any, decoder: Decoder) -> bytearray:
    decoder.account.add_codec("bytes")
    return bytearray(decoder.buffer(part))


def encode_memoryview(value: memoryview, encoder: Encoder) -> dict[str, Any]:
    try:
        is_bytes = value.format == "B" and value.ndim == 1
    except ValueError:
        raise Untransferable("memoryview", "it was released", "Send it before its release.") from None
    if not is_bytes:
        reason = "only one-dimensional views of bytes travel"
        raise Untransferable("memoryview", reason, "Send `view.cast('B')`, or the array that it looks into.")
    encoder.account.add_codec("bytes")
    data = encoder.add_buffer(memoryview(value) if value.c_contiguous else value.tobytes())
    return {"data": data, "readonly": value.readonly}


def decode_memoryview(part: Any, decoder: Decoder) -> memoryview:
    if set(expect(part, dict)) != {"data", "readonly"}:
        raise MalformedValue("A memoryview has exactly the keys 'data' and 'readonly'.")
    decoder.account.add_codec("bytes")
    data = decoder.buffer(part["data"])
    return memoryview(bytes(data) if expect(part["readonly"], bool) else bytearray(data))


def _to_float(number: Any) -> float:
    """The float that equals a number of JSON, which may have lost its decimal point."""
    if type(number) is float:
        return number
    made = float(expect(number, int))
    if made != number:
        raise ValueError("an integer is no float exactly")
    return made


def _gather(make: Callable[[], S], count: int) -> S:
    """What `make` makes of `count` members, which must be hashable and distinct."""
    try:
        made = make()
    except TypeError as error:
        if "'slice'" in str(error):
            cure = "Send the slice's start, stop and step as a tuple instead."
            raise Unreceivable("slice", "as member of a set or key it needs Python 3.12 or newer", cure) from None
        raise
    if len(made) != count:
        raise MalformedValue("Members of a set, or keys of a mapping, are equal.")
    return made


CODECS = (
    Codec("int", (int,), encode_int, decode_int),
    Codec("float", (float,), encode_float, decode_float),
    Codec("str", (str,), encode_str, decode_str),
    Codec("complex", (complex,), encode_complex, decode_complex),
    Codec("ellipsis", (type(...),), encode_ellipsis, decode_ellipsis),
    Codec("range", (range,), encode_range, decode_range),
    Codec("slice", (slice,), encode_slice, decode_slice),
    Codec("tuple", (tuple,), encode_members, decode_tuple),
    Codec("set", (set,), encode_members, decode_set),
    Codec("frozenset", (frozenset,), encode_members, decode_frozenset),
    Codec("dict", (dict,), encode_pairs, decode_pairs),
    Codec("bytes", (bytes,), encode_bytes, decode_bytes),
    Codec("bytearray", (bytearray,), encode_bytearray, decode_bytearray),
    Codec("memoryview", (memoryview,), encode_memoryview, decode_memoryview),
)

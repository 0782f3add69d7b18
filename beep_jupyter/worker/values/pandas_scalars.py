"""Scalars, arrays and dtypes of pandas as parts of a JSON tree. Runs in worker and host; loaded with `pandas_codecs`.

    Timestamp        ["ns", tree of an integer, ZONE, fold]; before 2.0 also an OFFSET, where it has a frequency
    Timedelta        ["ns", tree of an integer]
    Period           [tree of an integer, OFFSET]
    Interval         [tree, tree, "right"]
    pandas_array     {"values": COLUMN, "freq": OFFSET}
    pandas_dtype     the COLUMN of an array of it that is empty

Integers count units since 1970 in UTC, or what `Period.ordinal` counts. pandas is taken from `sys.modules`: whoever
calls has imported it.
"""

from __future__ import annotations

import sys

from .pandas_columns import decode_column, encode_column, flat
from .pandas_indexes import encode_freq, set_freq
from .pandas_moments import NAT, PER_UNIT, check_unit, has_units, period_dtype, too_far, unwarned
from .pandas_offsets import decode_offset, decode_zone, encode_offset, encode_zone
from .pandas_structures import encode_categorical
from .registry import MalformedValue, Untransferable, expect, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder


def encode_timestamp(value: Any, encoder: Encoder) -> list[Any]:
    unit, number = _count(value)
    tree = [unit, encoder.encode(number), encode_zone(value.tzinfo, encoder), value.fold]
    freq = getattr(value, "_freq", None)  # its property warns
    return tree if freq is None else [*tree, encode_offset(freq, encoder)]


def decode_timestamp(part: Any, decoder: Decoder) -> Any:
    unit, number, zone, fold, *freq = expect(part, list)
    made = _moment_of(unit, number, "Timestamp", decoder)
    if expect(fold, int) not in (0, 1):
        raise MalformedValue("A fold is 0 or 1.")
    zone = decode_zone(zone, decoder)
    if zone is not None:
        made = made.tz_localize("UTC").tz_convert(zone)  # the instant tells the fold; pandas 1 says 0 in some ways
    elif fold:
        made = made.replace(fold=1)
    return _with_freq(made, freq, decoder) if freq else made


def encode_timedelta(value: Any, encoder: Encoder) -> list[Any]:
    unit, number = _count(value)
    return [unit, encoder.encode(number)]


def decode_timedelta(part: Any, decoder: Decoder) -> Any:
    unit, number = expect(part, list)
    return _moment_of(unit, number, "Timedelta", decoder)


def encode_nothing(value: Any, encoder: Encoder) -> None:
    return None


def decode_nat(part: Any, decoder: Decoder) -> Any:
    expect(part, type(None))
    return sys.modules["pandas"].NaT


def decode_na(part: Any, decoder: Decoder) -> Any:
    expect(part, type(None))
    return sys.modules["pandas"].NA


def encode_period(value: Any, encoder: Encoder) -> list[Any]:
    return [encoder.encode(value.ordinal), encode_offset(value.freq, encoder)]


def decode_period(part: Any, decoder: Decoder) -> Any:
    number, freq = expect(part, list)
    ordinal, freq = expect(decoder.decode(number), int), decode_offset(freq, decoder)
    period_dtype(freq)  # refuses frequencies that no period has
    if not NAT < ordinal < 2**63:
        raise MalformedValue("A period is a number of 64 bits.")
    return unwarned(lambda: sys.modules["pandas"].Period(ordinal=ordinal, freq=freq))


def encode_interval(value: Any, encoder: Encoder) -> list[Any]:
    return [encoder.encode(value.left), encoder.encode(value.right), value.closed]


def decode_interval(part: Any, decoder: Decoder) -> Any:
    left, right, closed = expect(part, list)
    return sys.modules["pandas"].Interval(decoder.decode(left), decoder.decode(right), expect(closed, str))


def encode_array(value: Any, encoder: Encoder) -> dict[str, Any]:
    return {"values": encode_column(value, encoder), **encode_freq(value, encoder)}


def encode_wrapped(value: Any, encoder: Encoder) -> dict[str, Any]:
    """Of an array of pandas around one of NumPy."""
    array = value.to_numpy()
    if array.dtype.kind in "mM":
        reason = "pandas keeps moments and durations in arrays of their own"
        raise Untransferable(name_of(type(value)), reason, "Send the array of NumPy itself.")
    return {"values": encode_column(array, encoder), "freq": None}


def decode_array(part: Any, decoder: Decoder) -> Any:
    if set(expect(part, dict)) != {"values", "freq"}:
        raise MalformedValue("An array of pandas has exactly the keys 'values' and 'freq'.")
    array = flat(decode_column(part["values"], decoder))
    set_freq(array, part["freq"], decoder)
    return _wrapped(array) if type(array) is sys.modules["numpy"].ndarray else array


def encode_dtype(value: Any, encoder: Encoder) -> dict[str, Any]:
    if getattr(value, "categories", True) is None or getattr(value, "subtype", True) is None:
        raise Untransferable(name_of(type(value)), "it leaves open what it is of", "Send one that names it.")
    if hasattr(value, "categories"):
        return encode_categorical(value, sys.modules["numpy"].empty(0, "i1"), encoder)
    return encode_column(value.construct_array_type()._from_sequence([], dtype=value), encoder)


def encode_wrapped_dtype(value: Any, encoder: Encoder) -> dict[str, Any]:
    """Of the dtype of an array of pandas around one of NumPy."""
    return encode_column(sys.modules["numpy"].empty(0, value.numpy_dtype), encoder)


def decode_dtype(part: Any, decoder: Decoder) -> Any:
    kind = decode_column(part, decoder).dtype
    is_wrapped = part["kind"] in ("numpy", "object")  # else pandas lacks it, and objects are the nearest
    return _wrapped(sys.modules["numpy"].empty(0, kind)).dtype if is_wrapped else kind


def _wrapped(array: Any) -> Any:
    arrays = sys.modules["pandas"].arrays
    make = getattr(arrays, "NumpyExtensionArray", None) or arrays.PandasArray  # before 2.1
    return make(array)


def _count(value: Any) -> tuple[str, int]:
    """Its unit, and how many of it."""
    return getattr(value, "unit", "ns"), value.asm8.view("i8").item()


def _moment_of(unit: Any, tree: Any, name: str, decoder: Decoder) -> Any:
    numpy, number = sys.modules["numpy"], expect(decoder.decode(tree), int)
    if check_unit(unit) != "ns" and not has_units():
        number *= PER_UNIT[unit]
        if not NAT < number < 2**63:
            raise too_far("pandas.%s[%s]" % (name, unit))
        decoder.note("pandas %s[%s] → %s[ns]" % (name, unit, name))
        unit = "ns"
    if not NAT < number < 2**63:
        raise MalformedValue("Moments and durations are numbers of 64 bits.")
    of_numpy = numpy.datetime64 if name == "Timestamp" else numpy.timedelta64
    return getattr(sys.modules["pandas"], name)(of_numpy(number, unit))


def _with_freq(moment: Any, freq: list[Any], decoder: Decoder) -> Any:
    (tree,) = freq
    freq = decode_offset(tree, decoder)
    if hasattr(moment, "_set_freq"):
        moment._set_freq(freq)
    else:
        decoder.note("pandas Timestamp with freq → Timestamp")
    return moment

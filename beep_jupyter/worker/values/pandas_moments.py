"""Columns of pandas that tell time, as parts of a JSON tree: moments, durations, periods. Runs in worker and host.

    {"kind": "datetime", "unit": "us", "zone": ZONE, "array": ARRAY}
    {"kind": "timedelta", "unit": "ns", "array": ARRAY}
    {"kind": "period", "freq": OFFSET, "array": ARRAY}

ARRAY holds integers of 64 bits, the least of which is NaT; of moments in UTC where they have a zone. ZONE and OFFSET
are as in `pandas_offsets`. Before 2.0 pandas has nanoseconds only: other units become those where all values fit.
pandas is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .numpy_arrays import decode_array, encode_array
from .pandas_columns import Kind, flat, native
from .pandas_offsets import decode_offset, decode_zone, encode_offset, encode_zone
from .registry import MalformedValue, Unreceivable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .coding import Decoder, Encoder

NAT = -(2**63)
PER_UNIT = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def has_units() -> bool:
    """Whether this pandas has other units than nanoseconds."""
    return hasattr(sys.modules["pandas"].Timestamp, "as_unit")


def check_unit(unit: Any) -> Any:
    """A unit, if it is one that pandas has.

    Raises:
        MalformedValue: it is not.
    """
    if unit not in PER_UNIT:
        raise MalformedValue("A unit of pandas is one of %s." % ", ".join(PER_UNIT))
    return unit


def too_far(type_name: str) -> Unreceivable:
    """The refusal of moments and durations that this pandas cannot hold."""
    reason = "its receiver's pandas counts nanoseconds in 64 bits, which do not reach as far as it does"
    return Unreceivable(type_name, reason, "Install pandas 2 or newer there, or send text.")


def _encode_datetimes(array: Any, encoder: Encoder) -> dict[str, Any]:
    return {"zone": encode_zone(getattr(array.dtype, "tz", None), encoder), **_encode_numbers(array, encoder)}


def _encode_numbers(array: Any, encoder: Encoder) -> dict[str, Any]:
    return {"unit": _unit_of(array.dtype), "array": encode_array(array.view("i8"), encoder)}


def _unit_of(kind: Any) -> str:
    """Of a dtype of NumPy or pandas."""
    unit: str = getattr(kind, "unit", "") or sys.modules["numpy"].datetime_data(kind)[0]
    return unit


def _decode_datetimes(tree: dict[str, Any], decoder: Decoder) -> Any:
    pandas = sys.modules["pandas"]
    zone = decode_zone(tree["zone"], decoder)
    numbers, unit = _decode_numbers(tree, "datetime64", decoder)
    kind = numbers.dtype if zone is None else pandas.DatetimeTZDtype(unit, zone)
    return pandas.arrays.DatetimeArray._simple_new(numbers, dtype=kind)


def _decode_timedeltas(tree: dict[str, Any], decoder: Decoder) -> Any:
    numbers, _ = _decode_numbers(tree, "timedelta64", decoder)
    return sys.modules["pandas"].arrays.TimedeltaArray._simple_new(numbers, dtype=numbers.dtype)


def _decode_numbers(tree: dict[str, Any], name: str, decoder: Decoder) -> tuple[Any, str]:
    """The array as NumPy's type of that name, and its unit."""
    unit = check_unit(tree["unit"])
    numbers = _to_integers(decode_array(tree["array"], decoder))
    if unit != "ns" and not has_units():
        numbers = _to_nanoseconds(numbers, unit, name)
        decoder.note("pandas %s[%s] → %s[ns]" % (name, unit, name))
        unit = "ns"
    return numbers.view("%s[%s]" % (name, unit)), unit


def _to_integers(array: Any) -> Any:
    if array.dtype.kind != "i" or array.dtype.itemsize != 8 or array.ndim not in (1, 2):
        raise MalformedValue("Moments, durations and periods are integers of 64 bits.")
    return native(array)


def _to_nanoseconds(numbers: Any, unit: str, name: str) -> Any:
    factor = PER_UNIT[unit]
    is_there = numbers != NAT
    limit = (2**63 - 1) // factor
    if ((numbers > limit) | (numbers < -limit))[is_there].any():
        raise too_far("%s[%s]" % (name, unit))
    numbers[is_there] *= factor
    return numbers


def _encode_periods(array: Any, encoder: Encoder) -> dict[str, Any]:
    return {"freq": encode_offset(array.dtype.freq, encoder), "array": encode_array(array.asi8, encoder)}


def _decode_periods(tree: dict[str, Any], decoder: Decoder) -> Any:
    pandas = sys.modules["pandas"]
    kind = period_dtype(decode_offset(tree["freq"], decoder))
    return pandas.arrays.PeriodArray(_to_integers(flat(decode_array(tree["array"], decoder))), dtype=kind)


def period_dtype(freq: Any) -> Any:
    """The dtype of periods of that frequency."""
    make = sys.modules["pandas"].PeriodDtype
    return unwarned(lambda: make(freq)) if type(freq).__name__ == "BusinessDay" else make(freq)


def unwarned(make: Callable[[], Any]) -> Any:
    """What `make` makes, without the warning that later versions may refuse it: a receiver can do nothing about it."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return make()


KINDS = (
    Kind("datetime", ("pandas.arrays.DatetimeArray",), ("unit zone array",), _encode_datetimes, _decode_datetimes),
    Kind("timedelta", ("pandas.arrays.TimedeltaArray",), ("unit array",), _encode_numbers, _decode_timedeltas),
    Kind("period", ("pandas.arrays.PeriodArray",), ("freq array",), _encode_periods, _decode_periods),
)

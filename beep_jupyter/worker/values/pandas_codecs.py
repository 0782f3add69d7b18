"""Codecs of pandas: frames, series, indexes, arrays, dtypes, frequencies and scalars. Runs in worker and host.

Loaded when the first such value is sent or comes in. Each pair of functions is one row of the table in
docs/reference/values.md. The format is our own, column by column, since tables of Arrow lose what pandas has beside
the values: None beside nan, labels that are equal or no strings, frequencies, attributes. pandas is imported when the
first value comes in; sent ones are made of it.
"""

from __future__ import annotations

from . import pandas_moments, pandas_strings, pandas_structures
from .libraries import needed
from .pandas_columns import add_kinds
from .pandas_frames import decode_frame, decode_series, encode_frame, encode_series
from .pandas_indexes import decode_index, encode_index
from .pandas_offsets import OFFSETS, decode_offset, encode_offset
from .pandas_scalars import (
    decode_array,
    decode_dtype,
    decode_interval,
    decode_na,
    decode_nat,
    decode_period,
    decode_timedelta,
    decode_timestamp,
    encode_array,
    encode_dtype,
    encode_interval,
    encode_nothing,
    encode_period,
    encode_timedelta,
    encode_timestamp,
    encode_wrapped,
    encode_wrapped_dtype,
)
from .registry import Codec, MalformedValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .coding import Decoder

    Decode = Callable[[Any, Decoder], Any]

_INDEXES = "Index RangeIndex MultiIndex DatetimeIndex TimedeltaIndex PeriodIndex IntervalIndex CategoricalIndex"
_OLD_INDEXES = "Int64Index UInt64Index Float64Index NumericIndex"
_ARRAYS = """
    Categorical DatetimeArray TimedeltaArray PeriodArray IntervalArray SparseArray IntegerArray FloatingArray
    BooleanArray StringArray ArrowStringArray ArrowExtensionArray
"""
_DTYPES = """
    CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype StringDtype ArrowDtype BooleanDtype
    Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype Float32Dtype Float64Dtype
"""
_WRAPPED = ("pandas.arrays.NumpyExtensionArray", "pandas.core.arrays.numpy_.PandasArray")  # from 2.1 on, before
_WRAPPED_DTYPES = ("pandas.core.dtypes.dtypes.NumpyEADtype", "pandas.core.dtypes.dtypes.PandasDtype")

add_kinds(pandas_moments.KINDS + pandas_strings.KINDS + pandas_structures.KINDS)


def _paths(home: str, names: str) -> tuple[str, ...]:
    return tuple(home + "." + name for name in names.split())


def _checked(decode: Decode, type_name: str) -> Decode:
    """The same, with pandas imported; what else pandas raises of values that do not fit is told as malformed."""

    def decode_checked(part: Any, decoder: Decoder) -> Any:
        needed("pandas", type_name)
        try:
            return decode(part, decoder)
        except (AssertionError, AttributeError, LookupError, NotImplementedError) as error:
            raise MalformedValue("pandas refuses it: %s: %.200s" % (type(error).__name__, error)) from error

    return decode_checked


def _codec(name: str, types: tuple[str, ...], encode: Callable[[Any, Any], Any], decode: Decode) -> Codec:
    return Codec(name, types, encode, _checked(decode, "pandas." + name.replace("pandas_", "")), "pandas")


CODECS = (
    _codec("DataFrame", ("pandas.DataFrame",), encode_frame, decode_frame),
    _codec("Series", ("pandas.Series",), encode_series, decode_series),
    _codec(
        "Index",
        _paths("pandas", _INDEXES) + _paths("pandas.core.indexes.numeric", _OLD_INDEXES),
        encode_index,
        decode_index,
    ),
    _codec("pandas_array", _WRAPPED, encode_wrapped, decode_array),
    _codec(
        "pandas_array",
        _paths("pandas.arrays", _ARRAYS) + pandas_strings.NUMPY_SEMANTICS,
        encode_array,
        decode_array,
    ),
    _codec("pandas_dtype", _WRAPPED_DTYPES, encode_wrapped_dtype, decode_dtype),
    _codec("pandas_dtype", _paths("pandas", _DTYPES), encode_dtype, decode_dtype),
    _codec("pandas_offset", _paths("pandas.tseries.offsets", " ".join(OFFSETS)), encode_offset, decode_offset),
    _codec("Timestamp", ("pandas.Timestamp",), encode_timestamp, decode_timestamp),
    _codec("Timedelta", ("pandas.Timedelta",), encode_timedelta, decode_timedelta),
    _codec("Period", ("pandas.Period",), encode_period, decode_period),
    _codec("Interval", ("pandas.Interval",), encode_interval, decode_interval),
    _codec("NaT", ("pandas._libs.tslibs.nattype.NaTType",), encode_nothing, decode_nat),
    _codec("NA", ("pandas._libs.missing.NAType",), encode_nothing, decode_na),
)

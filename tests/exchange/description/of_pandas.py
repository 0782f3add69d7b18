"""Describes pandas' values; see the package. pandas is taken from `sys.modules`: the value is made of it."""

import sys

from . import of_arrow, of_numpy

NAT = -(2**63)


def describe(value, describe_any):
    """The description of a frame, series, index, array, dtype or scalar of pandas; else None."""
    pandas = sys.modules["pandas"]
    kind = type(value)
    if value is pandas.NaT:
        return ["NaT"]
    if value is pandas.NA:
        return ["NA"]
    if kind is pandas.DataFrame:
        return ["DataFrame", _frame(value, describe_any)]
    if kind is pandas.Series:
        return ["Series", _series(value, describe_any)]
    if isinstance(value, pandas.Index):
        return index(value, describe_any)
    if isinstance(value, pandas.api.extensions.ExtensionArray):
        return ["array", column(value, describe_any), _freq_of(value)]
    if kind.__name__ in _SCALARS:
        return [kind.__name__, _SCALARS[kind.__name__](value, describe_any)]
    if isinstance(value, pandas.api.extensions.ExtensionDtype):
        return ["dtype", dtype(value, describe_any)]
    return None


def index(value, describe_any):
    """An index; the classes of older versions that a dtype tells as well are called Index."""
    name = type(value).__name__
    names = [describe_any(name) for name in value.names]
    if name == "RangeIndex":
        return [name, {"names": names, "range": [value.start, value.stop, value.step]}]
    if name == "MultiIndex":
        levels = [index(level, describe_any) for level in value.levels]
        return [name, {"names": names, "levels": levels, "codes": [list(map(int, codes)) for codes in value.codes]}]
    if name in ("Int64Index", "UInt64Index", "Float64Index", "NumericIndex"):
        name = "Index"
    described = {"names": names, "data": column(value.array, describe_any)}
    if name in ("DatetimeIndex", "TimedeltaIndex"):
        described["freq"] = offset(value.freq)
    return [name, described]


def column(array, describe_any):
    """The values of a column with their dtype."""
    kind = array.dtype
    name = type(array).__name__
    if name in ("PandasArray", "NumpyExtensionArray"):
        array = array.to_numpy()
    described = dtype(kind, describe_any)
    if described[0] == "numpy":
        return ["column", described, _plain(array, describe_any)]
    if described[0] in ("datetime64", "timedelta64", "period"):
        return ["column", described, [None if number == NAT else number for number in array.asi8.tolist()]]
    if described[0] == "masked":
        return ["column", described, _masked(array, describe_any)]
    return ["column", described, _EXTENSION.get(described[0], _one_by_one)(array, describe_any)]


def dtype(kind, describe_any):
    """A dtype: a list that begins with its family."""
    numpy = sys.modules["numpy"]
    if isinstance(kind, numpy.dtype) and kind.kind in "mM":
        return [{"m": "timedelta64", "M": "datetime64"}[kind.kind], numpy.datetime_data(kind)[0], None]
    name = type(kind).__name__
    if name in ("PandasDtype", "NumpyEADtype"):
        kind = kind.numpy_dtype
    if isinstance(kind, numpy.dtype):
        return ["numpy", of_numpy.dtype(kind)]
    if name in _DTYPES:
        return _DTYPES[name](kind, describe_any)
    return ["masked", name] if isinstance(getattr(kind, "numpy_dtype", None), numpy.dtype) else ["other", repr(kind)]


def offset(freq):
    """A frequency by its class, because its letters changed with versions."""
    if freq is None:
        return None
    told = {key: str(item) for key, item in freq.kwds.items() if key not in ("offset", "calendar")}
    told["holidays"] = list(map(str, freq.kwds.get("holidays", ())))  # and the calendar is made of them
    return [type(freq).__name__, freq.n, bool(freq.normalize), told]


def _freq_of(array):
    return (
        offset(array.freq)
        if type(array).__name__ in ("DatetimeArray", "TimedeltaArray") and hasattr(array, "freq")
        else None
    )


def zone(value):
    """A time zone by what it means: its key, or its offset in seconds. Versions differ in whose class they take."""
    if value is None:
        return None
    kind, home = type(value).__name__, type(value).__module__.partition(".")[0]
    if home == "zoneinfo":
        return value.key
    if home == "pytz":
        return value.zone if value.zone is not None else value.utcoffset(None).total_seconds()
    if home == "datetime":
        offset = value.utcoffset(None).total_seconds()
        return offset if offset or repr(value) not in ("datetime.timezone.utc",) else "UTC"
    if kind == "tzutc":
        return "dateutil UTC"
    return home + " " + repr(value)


def _frame(value, describe_any):
    numbered = value.set_flags(allows_duplicate_labels=True)
    numbered = numbered.set_axis(range(value.shape[1]), axis=1)  # some labels cannot be made into a series' name
    return {
        "index": index(value.index, describe_any),
        "columns": index(value.columns, describe_any),
        "data": [column(numbered[number].array, describe_any) for number in range(value.shape[1])],
        **_marks(value, describe_any),
    }


def _series(value, describe_any):
    return {
        "index": index(value.index, describe_any),
        "name": describe_any(value.name),
        "data": column(value.array, describe_any),
        **_marks(value, describe_any),
    }


def _marks(value, describe_any):
    return {"attrs": describe_any(value.attrs), "unique": not value.flags.allows_duplicate_labels}


def _plain(array, describe_any):
    return of_numpy.items(sys.modules["numpy"].asarray(array), describe_any)


def _one_by_one(array, describe_any):
    return [describe_any(item) for item in array]


def _masked(array, describe_any):
    there = ~array._mask  # what is under the mask cannot be seen
    return [there.tolist(), of_numpy.items(array._data[there], describe_any)]


def _intervals(array, describe_any):
    ends = (array.left, array.right)
    return [column(end.array, describe_any) for end in ends]


def _categories(array, describe_any):
    return list(map(int, array.codes))


def _sparse(array, describe_any):
    dense = sys.modules["numpy"].asarray(array)
    positions = array.sp_index.to_int_index().indices.tolist()
    return [type(array.sp_index).__name__, positions, of_numpy.items(dense, describe_any)]


def _arrow(array, describe_any):
    chunked = array.__arrow_array__()
    return of_arrow.values(chunked, describe_any)


def _string_dtype(kind, describe_any):
    missing = getattr(kind, "na_value", None)
    is_float = isinstance(missing, float) or kind.storage == "pyarrow_numpy"
    return ["string", "pyarrow" if kind.storage == "pyarrow_numpy" else kind.storage, "nan" if is_float else "NA"]


def _categorical_dtype(kind, describe_any):
    categories = None if kind.categories is None else index(kind.categories, describe_any)
    return ["category", categories, bool(kind.ordered)]


def _sparse_dtype(kind, describe_any):
    return ["sparse", dtype(kind.subtype, describe_any), describe_any(kind.fill_value)]


_DTYPES = {
    "StringDtype": _string_dtype,
    "CategoricalDtype": _categorical_dtype,
    "DatetimeTZDtype": lambda kind, describe_any: ["datetime64", kind.unit, zone(kind.tz)],
    "PeriodDtype": lambda kind, describe_any: ["period", offset(kind.freq)],
    "IntervalDtype": lambda kind, describe_any: ["interval", dtype(kind.subtype, describe_any), kind.closed],
    "SparseDtype": _sparse_dtype,
    "ArrowDtype": lambda kind, describe_any: ["arrow", of_arrow.type_of(kind.pyarrow_dtype)],
}
_EXTENSION = {
    "category": _categories,
    "interval": _intervals,
    "sparse": _sparse,
    "arrow": _arrow,
}


def _timestamp(value, describe_any):
    unit = getattr(value, "unit", "ns")
    number = value.asm8.view("i8").item()
    fold = value.fold if value.tzinfo is None else None  # else the number tells which of two equal times it is
    return [unit, number, zone(value.tzinfo), fold, offset(getattr(value, "freq", None))]


_SCALARS = {
    "Timestamp": _timestamp,
    "Timedelta": lambda value, describe_any: [getattr(value, "unit", "ns"), value.asm8.view("i8").item()],
    "Period": lambda value, describe_any: [value.ordinal, offset(value.freq)],
    "Interval": lambda value, describe_any: [describe_any(value.left), describe_any(value.right), value.closed],
}

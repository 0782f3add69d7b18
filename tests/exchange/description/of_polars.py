"""Describes polars' values; see the package. polars is taken from `sys.modules`: the value is made of it."""

import sys

_TEMPORAL = ("Date", "Datetime", "Duration", "Time")


def describe(value, describe_any):
    """The description of a frame, series or dtype of polars; else None."""
    polars = sys.modules["polars"]
    if type(value) is polars.DataFrame:
        columns = [_series(column, describe_any) for column in value.get_columns()]
        return ["polars DataFrame", value.height, columns]
    if type(value) is polars.Series:
        return ["polars Series", *_series(value, describe_any)]
    return None


def _series(value, describe_any):
    return [value.name, dtype(value.dtype), values(value, describe_any)]


def dtype(kind):
    """A dtype by its class and parameters."""
    name = type(kind).__name__ if not isinstance(kind, type) else kind.__name__
    if name == "DataTypeClass":
        name = kind.__name__
    if name in ("List", "Array"):
        return [name, dtype(kind.inner), list(getattr(kind, "shape", ()))]
    if name == "Struct":
        return [name, [[field.name, dtype(field.dtype)] for field in kind.fields]]
    if name == "Enum":
        return [name, kind.categories.to_list()]
    if name == "Categorical":
        categories = getattr(kind, "categories", None)
        if categories is not None and categories.name():
            return [name, categories.name(), categories.namespace()]
        return [name, getattr(kind, "ordering", "lexical")]  # polars 2 has no other
    if name == "Decimal":
        return [name, kind.precision or 38, kind.scale]  # without precision it has the most
    details = [getattr(kind, part, None) for part in ("time_unit", "time_zone")]
    return [name, details]


def values(series, describe_any):
    """The items, one by one; all that counts time by its number."""
    name = dtype(series.dtype)[0]
    if name in _TEMPORAL:
        return [describe_any(item) for item in series.to_physical().to_list()]
    if name in ("List", "Array"):
        return [None if item is None else values(item, describe_any) for item in series]
    if name == "Struct":
        parts = [values(series.struct.field(field.name), describe_any) for field in series.dtype.fields]
        missing = series.is_null().to_list()
        return [None if missing[row] else [part[row] for part in parts] for row in range(len(series))]
    return [describe_any(item) for item in series.to_list()]

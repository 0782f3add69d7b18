"""Says of a value all that anyone can see of it, as JSON: two values are the same if their descriptions are.

Runs in the environments under test (Python 3.8 and newer, any pandas), so it names things as no single version does:
a `Float64Index` is an Index of float64, a frequency is told by its offset's class, a zone by its key. It shares no
code with the codecs. Floats are told by their bits, moments by integers, and what is missing by how it is missing.
"""

from . import of_arrow, of_numpy, of_pandas, of_polars


def describe(value):
    """The description of a value: a list that begins with the name of its type."""
    kind = type(value)
    home = kind.__module__.partition(".")[0]
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    if home in _LIBRARIES:
        described = _LIBRARIES[home].describe(value, describe)
        if described is not None:
            return described
    if kind.__name__ in _NAMED and home in _HOMES:
        return [kind.__name__, _NAMED[kind.__name__](value)]
    return ["other", home + "." + kind.__name__, repr(value)[:200]]


def _float(value):
    return "nan" if value != value else value.hex()


def _mapping(value):
    return [[describe(key), describe(item)] for key, item in value.items()]


def _members(value):
    return sorted(map(describe, value), key=repr)


def _moment(value):
    return [value.replace(tzinfo=None).isoformat(), value.fold, value.tzinfo and describe(value.tzinfo)]


def _memory(value):
    return [value.tobytes().hex(), value.format, value.readonly]


_PLAIN = {
    type(None): lambda value: ["None"],
    type(...): lambda value: ["ellipsis"],
    bool: lambda value: ["bool", value],
    int: lambda value: ["int", hex(value)],
    float: lambda value: ["float", _float(value)],
    complex: lambda value: ["complex", _float(value.real), _float(value.imag)],
    str: lambda value: ["str", value],
    bytes: lambda value: ["bytes", value.hex()],
    bytearray: lambda value: ["bytearray", value.hex()],
    memoryview: lambda value: ["memoryview", _memory(value)],
    list: lambda value: ["list", [describe(item) for item in value]],
    tuple: lambda value: ["tuple", [describe(item) for item in value]],
    dict: lambda value: ["dict", _mapping(value)],
    set: lambda value: ["set", _members(value)],
    frozenset: lambda value: ["frozenset", _members(value)],
    range: lambda value: ["range", [hex(value.start), hex(value.stop), hex(value.step)]],
    slice: lambda value: ["slice", [describe(part) for part in (value.start, value.stop, value.step)]],
}
_NAMED = {
    "OrderedDict": _mapping,
    "Decimal": str,
    "Fraction": lambda value: [hex(value.numerator), hex(value.denominator)],
    "date": lambda value: value.isoformat(),
    "time": _moment,
    "datetime": _moment,
    "timedelta": lambda value: [value.days, value.seconds, value.microseconds],
    "timezone": repr,
    "ZoneInfo": lambda value: value.key,
    "UUID": str,
    "PosixPath": str,
    "PurePosixPath": str,
    "PureWindowsPath": str,
}
_HOMES = {"collections", "decimal", "fractions", "datetime", "zoneinfo", "uuid", "pathlib"}
_LIBRARIES = {
    "numpy": of_numpy,
    "pandas": of_pandas,
    "pyarrow": of_arrow,
    "polars": of_polars,
}

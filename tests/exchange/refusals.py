"""Which refusals are right: of types that have no codec, and of values that the receiver cannot hold."""

from __future__ import annotations

import re
from typing import Any

NO_CODEC = r"""
    type | object | method | .*function.* | numpy\.(ufunc|poly1d) | pandas\..*(GroupBy|Grouper|Resampler) |
    pyarrow\.(lib\.Buffer|_compute\.Expression) | polars\..*(Expr|DataTypeClass) |
    polars\.datatypes\.classes\..*
"""
ALLOWED = [
    ("", NO_CODEC, r"no codec"),
    ("", r".*", r"has no (numpy|pandas|pyarrow|polars)$"),
    ("", r"zoneinfo\.ZoneInfo", r"no zoneinfo"),
    ("", r"numpy(\.char)?\.chararray", r"subclass of 'numpy.ndarray'"),
    ("", r"numpy\.dtype", r"has fields of objects|of a class of its own"),
    ("", r"numpy\.ma\.(core\.)?MaskedArray", r"attributes were set on it"),
    ("32 dimensions", r"numpy\.ndarray", r"at most 32 dimensions"),
    ("", r"pyarrow\.lib\..*Scalar", r"no array can hold it"),
    (
        "does not know",
        r"pyarrow\.lib\..*",
        r"cannot read what .* wrote: (Unrecognized type|Library only supports|type \d+ has no class)",
    ),
    ("not registered", r"pyarrow\.lib\..*", r"does not know its extension type"),
    ("`Int128`", r"polars\.U?Int128", r"has no such dtype"),
    ("`Int128`", r"polars\.DataFrame", r"columns or rows are missing"),
    ("`Int128`", r"polars\.(DataFrame|Series)", r"cannot read what .* wrote: .*Struct must contain at least one child"),
    ("", r"polars\.schema\.Schema", r"subclass of 'collections.OrderedDict'"),
    ("", r"polars\..*LazyFrame", r"it is a plan"),
    ("", r"polars\.Object", r"does not write and read values of this dtype"),
    ("units other than", r"(datetime64|timedelta64|pandas\.(Timestamp|Timedelta))\[(s|ms|us)\]", r"counts nanoseconds"),
    ("`ArrowDtype`", r"pandas\.ArrowDtype", r"has no pyarrow|has no dtypes of Arrow"),
    ("an offset's class", r"pandas\..*", r"has no frequency of this class"),
    ("", r"pandas\.SparseDtype", r"cannot fill with"),
    ("", r"dateutil\..*", r"only time zones of datetime, zoneinfo and pytz do"),
]
"""Row of the table (empty where it is none of versions), type, reason; the last two as regular expressions, the type's
in verbose form."""


def is_allowed(refusal: dict[str, Any]) -> bool:
    """Whether this refusal is on the list and says what, why, and what to do."""
    if not refusal["reason"] or not refusal["cure"] or not refusal["type_name"]:
        return False
    return any(
        re.fullmatch(kind, refusal["type_name"], re.VERBOSE) and re.search(reason, refusal["reason"])
        for _, kind, reason in ALLOWED
    )

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
    (NO_CODEC, "no codec"),
    (r".*", r"has no (numpy|pandas|pyarrow|polars)$"),
    (r"zoneinfo\.ZoneInfo", "no zoneinfo"),
    (r"numpy\.char\.chararray|numpy\..*chararray", "subclass of 'numpy.ndarray'"),
    (r"numpy\.dtype", "has fields of objects|of a class of its own"),
    (r"(datetime64|timedelta64|pandas\.(Timestamp|Timedelta))\[(s|ms|us)\]", "counts nanoseconds in 64 bits"),
    (r"polars\.U?Int128", "has no such dtype"),
    (r"polars\.(DataFrame|Series)", "cannot read what .* wrote: .*Struct must contain at least one child"),
    (r"polars\.schema\.Schema", "subclass of 'collections.OrderedDict'"),
    (r"polars\..*LazyFrame", "it is a plan"),
    (r"polars\.Object", "does not write and read values of this dtype"),
    (r"pandas\.SparseDtype", "cannot fill with"),
    (r"dateutil\..*", "only time zones of datetime, zoneinfo and pytz do"),
    (r"numpy\.ma\.MaskedArray|numpy\.ma\.core\.MaskedArray", "attributes were set on it"),
    (r"pyarrow\.lib\..*", r"cannot read what .* wrote: (Unrecognized type|Library only supports 128-bit or 256-bit)"),
    (r"pyarrow\.lib\..*Scalar", r"no array can hold it"),
    (r"pyarrow\.lib\..*", r"does not know its extension type"),
    (r"numpy\.ndarray", "at most 32 dimensions"),
]
"""Type and reason, as regular expressions; of the type in verbose form."""


def is_allowed(refusal: dict[str, Any]) -> bool:
    """Whether this refusal is on the list and says what, why, and what to do."""
    if not refusal["reason"] or not refusal["cure"] or not refusal["type_name"]:
        return False
    return any(
        re.fullmatch(kind, refusal["type_name"], re.VERBOSE) and re.search(reason, refusal["reason"])
        for kind, reason in ALLOWED
    )

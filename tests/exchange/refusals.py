"""Which refusals are right: of types that have no codec, and of values that the receiver cannot hold."""

from __future__ import annotations

import re
from typing import Any

NO_CODEC = r"""
    type | object | .*function.* | numpy\.(ufunc|poly1d) | pandas\..*(GroupBy|Grouper|Resampler)
"""
ALLOWED = [
    (NO_CODEC, "no codec"),
    (r".*", r"has no (numpy|pandas|pyarrow|polars)$"),
    (r"zoneinfo\.ZoneInfo", "no zoneinfo"),
    (r"numpy\.char\.chararray|numpy\..*chararray", "subclass of 'numpy.ndarray'"),
    (r"numpy\.dtype", "has fields of objects|of a class of its own"),
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

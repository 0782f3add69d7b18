"""Which refusals are right: of types that have no codec, and of values that the receiver cannot hold."""

from __future__ import annotations

import re
from typing import Any

ALLOWED: list[tuple[str, str]] = [
    # type, reason
    (
        r"^(numpy\.random|numpy\.ufunc|type|builtin_function|numpy\._|pandas\.core\.groupby|pandas\..*Grouper)",
        "no codec",
    ),
    (r"", "has no (numpy|pandas|pyarrow|polars)"),
    (r"zoneinfo.ZoneInfo", "no zoneinfo"),
]


def is_allowed(refusal: dict[str, Any]) -> bool:
    """Whether this refusal is on the list and says what, why, and what to do."""
    if not refusal["reason"] or not refusal["cure"] or not refusal["type_name"]:
        return False
    return any(
        re.search(kind, refusal["type_name"]) and re.search(reason, refusal["reason"]) for kind, reason in ALLOWED
    )

"""The way of a value in one process: what a transport does to it, without the transport."""

from __future__ import annotations

import json
from typing import Any

from beep_jupyter.worker.values.coding import decode, encode


def carry(value: Any, *, notes: list[str] | None = None, **options: Any) -> Any:
    """The value after a journey: as JSON in UTF-8, buffers as a transport has received them.

    Args:
        notes: takes what the receiver says about it.
        options: of `encode`.
    """
    tree, buffers = encode(value, **options)
    text = json.dumps(tree, ensure_ascii=False, allow_nan=False).encode()
    return decode(json.loads(text), [bytearray(data) for data in buffers], notes)

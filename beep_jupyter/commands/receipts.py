"""What is told of transfers: nothing of those that were quick and small."""

from __future__ import annotations

from collections.abc import Iterator

from ..models import Execution, Receipt
from ..quantities import size_text

LARGE_BYTES = 10 << 20
SLOW_S = 0.5

_SPELLED = {"json": "JSON", "numpy": "NumPy", "pyarrow": "Arrow"}


def receipt_lines(execution: Execution, sent: int, backend: str) -> Iterator[str]:
    """A line for each variable that was large or slow, or changed its type: `df → legacy: pandas, 12.0 MiB, 40 ms`.

    Args:
        sent: how many variables were sent; their receipts come first.
    """
    for number, receipt in enumerate(execution.receipts):
        if receipt.size_bytes >= LARGE_BYTES or receipt.duration_s >= SLOW_S or receipt.note:
            yield f"{receipt.name} {'→' if number < sent else '←'} {backend}: {_facts(receipt)}"


def _facts(receipt: Receipt) -> str:
    codec = "+".join(_SPELLED.get(part, part) for part in receipt.codec.split("+"))
    size = [size_text(receipt.size_bytes)] if receipt.size_bytes else []
    note = [receipt.note] if receipt.note else []
    return ", ".join([codec, *size, _duration(receipt.duration_s), *note])


def _duration(duration_s: float) -> str:
    return f"{duration_s * 1000:.0f} ms" if duration_s < 1 else f"{duration_s:.1f} s"

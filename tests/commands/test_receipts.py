"""Which transfers are told of, and in which words."""

from __future__ import annotations

import pytest

from beep_jupyter.commands.receipts import receipt_lines
from beep_jupyter.models import Execution, Receipt


def told(*receipts: Receipt, sent: int = 1) -> list[str]:
    return list(receipt_lines(Execution("ok", receipts=list(receipts)), sent, "legacy"))


def test_what_is_quick_and_small_is_not_told_of() -> None:
    assert told(Receipt("x", "json", 0, 0.001), Receipt("y", "numpy", 9 << 20, 0.4)) == []


@pytest.mark.parametrize(
    ("receipt", "line"),
    [
        (Receipt("df", "pandas", 12 << 20, 0.04), "df → legacy: pandas, 12.0 MiB, 40 ms"),
        (Receipt("x", "json", 0, 2.25), "x → legacy: JSON, 2.2 s"),
        (Receipt("t", "pyarrow", 1 << 30, 1.0), "t → legacy: Arrow, 1.0 GiB, 1.0 s"),
        (Receipt("s", "pandas+numpy", 5, 0, "str → object"), "s → legacy: pandas+NumPy, 5 B, 0 ms, str → object"),
    ],
)
def test_a_large_slow_or_changed_one_is_a_line(receipt: Receipt, line: str) -> None:
    assert told(receipt) == [line]


def test_arrows_point_where_the_value_went() -> None:
    both = told(Receipt("a", "bytes", 1 << 30, 1.0), Receipt("b", "bytes", 1 << 30, 1.0))
    assert [line.split(" legacy")[0] for line in both] == ["a →", "b ←"]

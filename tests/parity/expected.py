"""The cells that are not equal, with the reason; docs/explanation/parity.md tells of them in more words."""

from __future__ import annotations

EXPECTED_DIFFERENCES: dict[str, str] = {}

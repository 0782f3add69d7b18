"""The page of the magics says what the code says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from beep_jupyter.magics.reference import markdown

PAGE = Path(__file__).parents[2] / "docs/reference/magics.md"


def test_reference_page_says_what_the_magics_say() -> None:
    assert PAGE.read_text() == markdown(), "run: python -m beep_jupyter.magics.reference > docs/reference/magics.md"


def test_every_magic_has_a_section(shell: Any) -> None:
    magics = shell.magics_manager.magics
    ours = {f"%{name}" for name in magics["line"] if name.startswith("beep")}
    ours |= {f"%%{name}" for name in magics["cell"] if name.startswith("beep")}
    assert {line[5:-1] for line in PAGE.read_text().splitlines() if line.startswith("### `")} == ours

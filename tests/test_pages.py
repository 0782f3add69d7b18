"""The tutorials and the how-tos do what they say, from nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from beep_jupyter import Beep
from beep_jupyter.home import Home
from tests.pages import Reader, fits

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [
    *sorted((DOCS / "tutorial").glob("*.md")),
    *(
        DOCS / "how-to" / f"{name}.md"
        for name in (
            "choose-a-transport",
            "declare-environments",
            "find-out-what-is-wrong",
            "keep-backends-running",
            "manage-environments",
            "use-objects",
        )
    ),
]


@pytest.mark.timeout(120)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_does_what_it_says(page: Path, home: Home, tmp_path: Path) -> None:
    try:
        assert Reader(page, tmp_path).read() == []
    finally:
        Beep().stop_all()


@pytest.mark.parametrize(
    ("said", "found", "does_fit"),
    [
        ("", "anything", True),
        ("a …", "a b c", True),
        ("Python 3.9.18 is", "Python 3.12.3  is\n", True),
        ("1 package", "2 packages", False),
        ("first\nlast", "first\nmiddle\nlast", False),
        ("first\n…\nlast", "first\nmiddle\nlast", True),
    ],
)
def test_an_output_that_is_otherwise_is_noticed(said: str, found: str, does_fit: bool) -> None:
    assert fits(said, found) is does_fit

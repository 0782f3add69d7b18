"""The page of the Python interface says what the docstrings say, and leaves nothing out."""

from __future__ import annotations

from pathlib import Path

from beep_jupyter import errors
from beep_jupyter.backends.backend import Backend
from beep_jupyter.reference import markdown

PAGE = Path(__file__).parents[1] / "docs/reference/python.md"


def test_reference_page_says_what_the_docstrings_say() -> None:
    assert PAGE.read_text() == markdown(), "run: python -m beep_jupyter.reference > docs/reference/python.md"


def test_every_method_of_a_backend_and_every_error_is_on_it() -> None:
    text = PAGE.read_text()
    methods = [name for name in dir(Backend) if not name.startswith("_")]
    assert [name for name in methods if f"### `backend.{name}`" not in text] == []
    assert [name for name in vars(errors) if name.endswith("Error") and name[0] != "_" and name not in text] == []


def test_every_section_of_a_docstring_is_a_list() -> None:
    assert [line for line in PAGE.read_text().splitlines() if line in ("Args:", "Attributes:")] == []

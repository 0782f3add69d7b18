"""The rules that the exchange tests judge by are the tables of docs/reference/values.md, row by row."""

from __future__ import annotations

from pathlib import Path

from .nearest import RULES
from .refusals import ALLOWED

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "values.md"
HEAD = "| what the receiver lacks | arrives as |"
NOT_HERE = {
    "format of long doubles": "both sides run on one machine",
    "empty structures": "NumPy 1.17 is in no environment",
    "pytz, which pandas 3": "zones are told by their key",
    "a zone of that name": "both sides have one time zone database",
}
"""Rows that these environments cannot show, or that are no difference."""


def rows() -> list[str]:
    """The first cell of each row of the tables."""
    tables = DOCS.read_text().split(HEAD)[1:]
    bodies = [table.split("\n\n")[0].strip().splitlines()[1:] for table in tables]
    return [line.strip("| ").split(" | ")[0] for body in bodies for line in body]


def test_every_row_of_the_tables_has_a_rule() -> None:
    keys = {*(rule.row for rule in RULES), *(row for row, _, _ in ALLOWED if row), *NOT_HERE}
    assert len(rows()) > 15
    assert [row for row in rows() if not any(key in row for key in keys)] == []


def test_every_rule_is_a_row_of_the_tables() -> None:
    keys = {*(rule.row for rule in RULES), *(row for row, _, _ in ALLOWED if row), *NOT_HERE}
    assert [key for key in keys if sum(key in row for row in rows()) != 1] == []

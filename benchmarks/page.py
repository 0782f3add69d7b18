"""A result in a page of the docs: tables between two marks; picture and JSON beside it, under its name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import picture
from .tables import RATIOS, Table, reasons, tables

BEGIN, END = "<!-- last run -->", "<!-- end of last run -->"


def write(path: Path, result: dict[str, Any]) -> None:
    """Replaces what the page shows of the run before.

    Raises:
        ValueError: the page has no marks.
    """
    text = path.read_text(encoding="utf-8")
    path.write_text(with_run(text, result), encoding="utf-8")
    path.with_suffix(".svg").write_text(picture.draw(result), encoding="utf-8")
    path.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def with_run(text: str, result: dict[str, Any]) -> str:
    """A page's text with that run in it."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{shown(result)}\n{END}{after}"


def shown(result: dict[str, Any]) -> str:
    """A run in Markdown: promises first."""
    run, facts = result["run"], result["machine"]
    *measured, promised = tables(result)
    parts = [
        f"Run on {run['date']}, in {run['seconds']} s: "
        + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
        + f". Other work kept {run['others_cores']} cores busy meanwhile.\n",
        RATIOS + "\n",
        *(markdown(table) for table in [promised, *measured]),
        who(result),
    ]
    failures = [f"- {reason}\n" for reason in reasons(result["rows"])]
    if failures:
        parts.append("### Skipped and failed\n\n" + "".join(failures))
    return "\n".join(parts)


def markdown(table: Table) -> str:
    """A heading, a table, a sentence."""
    lines = [table.head, ["---"] + ["---:"] * (len(table.head) - 1), *(emphasised(row) for row in table.rows)]
    body = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    note = f"{table.note}\n\n" if table.note else ""
    return f"### {table.title}\n\n{note}{body}"


def emphasised(row: list[str]) -> list[str]:
    """A promise that is missed stands out."""
    return [f"**{text}**" if text == "MISSES" else text for text in row]


def who(result: dict[str, Any]) -> str:
    """The contestants."""
    rows = [[one["name"], one["what"], one["version"]] for one in result["contestants"]]
    table = Table("Who took part", "Each is used in its own best way.", ["", "what", "version"], rows)
    return markdown(table).replace("---:", "---")

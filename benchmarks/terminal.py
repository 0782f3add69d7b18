"""A result on the terminal."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from .tables import RATIOS, Table, reasons, tables


def show(result: dict[str, Any], console: Console) -> None:
    """Tables, then what was skipped or failed and why."""
    facts = result["machine"]
    console.print(", ".join(f"{name} {value}" for name, value in facts.items()), style="dim")
    console.print(f"other work kept {result['run']['others_cores']} cores busy meanwhile", style="dim")
    console.print(RATIOS)
    for table in tables(result):
        console.print(rendered(table))
    for reason in reasons(result["rows"]):
        console.print(reason, style="yellow")
    for name, count in result["left_behind"].items():
        console.print(f"{name} left {count} processes behind, which were ended", style="yellow")


def rendered(table: Table) -> RichTable:
    """As rich draws it; ours in bold."""
    drawn = RichTable(title=table.title, caption=table.note or None, box=box.SIMPLE)
    drawn.title_justify = drawn.caption_justify = "left"
    for number, title in enumerate(table.head):
        drawn.add_column(title, justify="left" if number == 0 else "right", no_wrap=number > 0)
    for row in table.rows:
        drawn.add_row(*row, style="bold" if row[0] in ("pipe", "http", "grpc") else None)
    return drawn

from __future__ import annotations

import json
from pathlib import Path

from beep_jupyter.commands.show import Table, plain_text, show_json
from beep_jupyter.models import Receipt


def test_plain_table_is_aligned_and_never_cut() -> None:
    long = "/" + "p" * 300
    text = plain_text(Table(("name", ">size", "path"), [("a", "9 B", long), ("longer", "10 KiB", "/b")]))
    assert text.splitlines() == [
        "name      size  path",
        f"a          9 B  {long}",
        "longer  10 KiB  /b",
    ]


def test_json_is_an_array_of_the_dataclasses_fields(show) -> None:
    show_json(show, [Receipt("x", "json", 12, 0.5), {"path": Path("/p")}])
    receipt = {"name": "x", "codec": "json", "size_bytes": 12, "duration_s": 0.5, "note": ""}
    assert json.loads(show.text) == [receipt, {"path": "/p"}]


def test_json_of_nothing_is_an_empty_array(show) -> None:
    show_json(show, [])
    assert json.loads(show.text) == []

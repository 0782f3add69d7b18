from __future__ import annotations

import json
from pathlib import Path

from beep_jupyter.commands.show import Table, plain_text, show_json
from beep_jupyter.models import Runtime


def test_plain_table_is_aligned_and_never_cut() -> None:
    long = "/" + "p" * 300
    text = plain_text(Table(("name", ">size", "path"), [("a", "9 B", long), ("longer", "10 KiB", "/b")]))
    assert text.splitlines() == [
        "name      size  path",
        f"a          9 B  {long}",
        "longer  10 KiB  /b",
    ]


def test_json_is_an_array_of_the_dataclasses_fields(show) -> None:
    show_json(show, [Runtime("cpython-3.9.18", "3.9.18", "pyenv", Path("/p/python"))])
    assert json.loads(show.text) == [
        {
            "id": "cpython-3.9.18",
            "version": "3.9.18",
            "kind": "pyenv",
            "path": "/p/python",
            "is_default": False,
            "problem": "",
        }
    ]


def test_json_of_nothing_is_an_empty_array(show) -> None:
    show_json(show, [])
    assert json.loads(show.text) == []

from __future__ import annotations

import pytest

from beep_jupyter.worker.magics.expansion import expand

NAMES = {"name": "value", "n": 3, "folder": {"a": "b"}}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("echo $name", "echo value"),
        ("echo {name.upper()} {n + 1}", "echo VALUE 4"),
        ("echo {n:03d}", "echo 003"),
        ("echo $$name", "echo $name"),
        ("echo $HOME $name.", "echo $HOME value."),
        ("awk '{print $1}'", "awk '{print $1}'"),
        ("echo {no_such_name} $name", "echo {no_such_name} $name"),
        ("echo {{literal}}", "echo {literal}"),
        ("echo {folder['a']}", "echo b"),
        ("plain", "plain"),
    ],
)
def test_names_and_expressions_are_replaced_and_the_shells_own_left(text: str, expanded: str) -> None:
    assert expand(text, dict(NAMES)) == expanded

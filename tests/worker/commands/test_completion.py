"""What is offered at a cursor. A `|` in a text is the cursor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beep_jupyter.worker.commands.completion import complete

CODE = """
import math, os

class Point:
    kind = "point"
    __slots__ = ("x", "y", "__dict__")

    def __init__(self, x, y=0):
        self.x = x
        self.y = y
        self.tags = {"alpha": 1, "beta": {"gamma": 2}}

    @property
    def danger(self):
        raise RuntimeError("a property ran")

    def move(self, step, *, slowly=False):
        pass

    def __getattr__(self, name):
        raise RuntimeError("__getattr__ ran")

class Liar:
    @property
    def __class__(self):
        raise RuntimeError("__class__ ran")

    def __dir__(self):
        raise RuntimeError("no list")

class Frame:
    def _ipython_key_completions_(self):
        return ["first column", "second column"]

point = Point(1)
points = [point]
liar = Liar()
frame = Frame()
data = {"alpha": 1, "it's": 2, 5: 6, None: 7, ("a", 1): 8, "nested": {"deep": point}}
_hidden = __very_hidden = 1
naïve = "naïve"
"""


@pytest.fixture(scope="module")
def namespace() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "somewhere"}
    exec(CODE, names)
    return names


def offered(marked: str, namespace: dict[str, Any]) -> tuple[list[str], str]:
    """The matches, and the text that they replace."""
    text, _, rest = marked.partition("|")
    matches, length = complete(text, rest, namespace)
    return matches, text[len(text) - length :]


@pytest.mark.parametrize(
    ("marked", "matches", "replaced"),
    [
        # names
        ("poi|", ["point", "points"], "poi"),
        ("x = 1 + poi|", ["point", "points"], "poi"),
        ("naï|", ["naïve"], "naï"),
        ("whi|", ["while"], "whi"),
        ("ZeroD|", ["ZeroDivisionError"], "ZeroD"),
        ("_hid|", ["_hidden"], "_hid"),
        ("__very|", ["__very_hidden"], "__very"),
        ("poi|nt", ["point", "points"], "poi"),
        ("nowhere_at|", [], "nowhere_at"),
        ("for pointer in range(3):\n    pointe|", ["pointer"], "pointe"),
        ("def pointless(): pass\npointl|", ["pointless"], "pointl"),
        ("pointing = 1; pointi|", ["pointing"], "pointi"),
        # attributes
        ("point.mo|", ["move"], "mo"),
        ("point.|", ["danger", "kind", "move", "tags", "x", "y"], ""),
        ("point . mo|", ["move"], "mo"),
        ("point.kind.upp|", ["upper"], "upp"),
        ("point.x.bit_l|", ["bit_length"], "bit_l"),
        ("point.tags.ke|", ["keys"], "ke"),
        ("points[0].mo|", ["move"], "mo"),
        ("data['nested']['deep'].mo|", ["move"], "mo"),
        ("(point).mo|", ["move"], "mo"),
        ("if point.mo|", ["move"], "mo"),
        ("not point.mo|", ["move"], "mo"),
        ("f(1, point.mo|", ["move"], "mo"),
        ("math.sq|", ["sqrt"], "sq"),
        ("os.path.joi|", ["join"], "joi"),
        ("Point.mo|", ["move"], "mo"),
        ("Point(1).mo|", ["move"], "mo"),
        ("'abc'.upp|", ["upper"], "upp"),
        ("b'abc'.hexd|", [], "hexd"),
        ("b'abc'.he|", ["hex"], "he"),
        ("[1, (2)].app|", ["append"], "app"),
        ("{'a': 1}.ke|", ["keys"], "ke"),
        ("f'{1}'.upp|", ["upper"], "upp"),
        ("point.__ini|", ["__init__", "__init_subclass__"], "__ini"),
        # nothing is run, so nothing is known
        ("point.danger.|", [], ""),
        ("point.nowhere.|", [], ""),
        ("point.move().|", [], ""),
        ("(lambda: 1).|", [], ""),
        ("nowhere.|", [], ""),
        ("points[nowhere].|", [], ""),
        ("points[9].|", [], ""),
        ("1 .|", [], ""),
        ("return .|", [], ""),
        # modules
        ("import collec|", ["collections"], "collec"),
        ("import os, xml.et|", ["etree"], "et"),
        ("import os as o, colle|", ["collections"], "colle"),
        ("from xml.etree|", ["etree"], "etree"),
        ("from xml.etree import ElementT|", ["ElementTree"], "ElementT"),
        ("from os import getcw|", ["getcwd", "getcwdb"], "getcw"),
        ("from os import (getcwd,\n    getp|", ["getpgid", "getpgrp", "getpid", "getppid", "getpriority"], "getp"),
        ("x = 1; import collec|", ["collections"], "collec"),
        ("from nowhere.at import al|", [], "al"),
        ("from .relative import al|", [], "al"),
        # keys
        ("data['al|", ["alpha']"], "al"),
        ("data['al|']", ["alpha"], "al"),
        ("data['al|]", ["alpha'"], "al"),
        ('data["it|', ["it's\"]"], "it"),
        ("data['it|", ["it\\'s']"], "it"),
        ("data['nested']['|", ["deep']"], ""),
        ("point.tags['beta']['|", ["gamma']"], ""),
        ("frame['second|", ["second column']"], "second"),
        ("print(data['al|", ["alpha']"], "al"),
        # arguments
        ("point.move(st|", ["step=", "staticmethod", "str"], "st"),
        ("point.move(1, slo|", ["slowly="], "slo"),
        ("Point(y=0, x|", ["x="], "x"),
        ("point.move(step=slo|", [], "slo"),
        ("print(fl|", ["flush=", "float"], "fl"),
        # where nothing is to be offered
        ("# poi|", [], ""),
        ("'poi|", [], ""),
        ('"""text\npoi|', [], ""),
        ("data['alpha'].x = 'al|", [], ""),
        ("x = 5.|", [], ""),
        ("x = 0xpoi|", [], ""),
        # half texts that are no Python
        ("f'{poi|", ["point", "points"], "poi"),
        ("f'{point.mo|", ["move"], "mo"),
        ("f'{1} poi|", [], ""),
        ("x = 'broken\npoi|", ["point", "points"], "poi"),
        ("))) poi|", ["point", "points"], "poi"),
        ("'a' \"b\" poi|", ["point", "points"], "poi"),
        ("'\\' poi|", [], ""),
        ("'\\'' + poi|", ["point", "points"], "poi"),
    ],
)
def test_what_is_offered(namespace: dict[str, Any], marked: str, matches: list[str], replaced: str) -> None:
    found, text = offered(marked, namespace)
    if matches:
        assert text == replaced
    assert found == matches


def test_without_a_word_names_and_keys_are_offered(namespace: dict[str, Any]) -> None:
    names, _ = offered("|", namespace)
    assert {"point", "print", "while"} <= set(names)
    assert not any(name.startswith("_") for name in names)
    keys, _ = offered("data[|", namespace)
    assert keys[:5] == ["'alpha'", '"it\'s"', "5", "None", "'nested'"]
    assert "point" in keys
    assert offered("data[5|", namespace)[0] == []


def test_private_names_are_offered_to_who_asks_for_them(namespace: dict[str, Any]) -> None:
    one, _ = offered("_|", namespace)
    assert "_hidden" in one
    assert "__very_hidden" not in one


def test_an_object_that_cannot_list_itself_is_listed_as_any(namespace: dict[str, Any]) -> None:
    assert "__init__" in offered("liar.__|", namespace)[0]


def test_a_module_that_is_not_imported_stays_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "explosive").mkdir()
    (tmp_path / "explosive" / "__init__.py").write_text(
        "import os as system\nfrom x import y\nBIG = small = 1\ndef light(): pass\nclass Fuse: pass\n1 / 0\n"
    )
    (tmp_path / "explosive" / "charge.py").write_text("1 / 0")
    (tmp_path / "broken_text.py").write_text("def")
    monkeypatch.syspath_prepend(str(tmp_path))
    names, _ = offered("from explosive import |", {})
    assert names == ["BIG", "Fuse", "charge", "light", "small", "system", "y"]
    assert offered("import explosive.ch|", {})[0] == ["charge"]
    assert offered("from explosive.charge import |", {})[0] == []
    assert offered("from broken_text import |", {})[0] == []
    assert not {"explosive", "explosive.charge", "broken_text"} & set(sys.modules)


def test_columns_are_keys() -> None:
    class DataFrame:
        def keys(self) -> list[str]:
            return ["alpha", "beta"]

    DataFrame.__module__ = "pandas.core.frame"
    names = {"df": DataFrame(), "rows": np.zeros(2, [("left", "i4")]), "plain": np.zeros(2)}
    assert offered("df['al|", names)[0] == ["alpha']"]
    assert offered("rows['|", names)[0] == ["left']"]
    assert offered("plain['|", names)[0] == []


def test_a_very_long_text_is_no_trouble(namespace: dict[str, Any]) -> None:
    assert offered("(" * 5000 + "poi|", namespace)[0] == ["point", "points"]
    assert offered("point" + ".tags" * 5000 + ".|", namespace)[0] == []
    assert offered("x = '" + "a" * 200_000 + "'\npoi|", namespace)[0] == ["point", "points"]

from __future__ import annotations

import math

import pytest

from beep_jupyter.errors import UsageError
from beep_jupyter.magics import code_names


@pytest.mark.parametrize(
    ("code", "needed", "bound"),
    [
        ("y = x + 1", ("x",), ("y",)),
        ("x = 1\nprint(x)", ("print",), ("x",)),
        ("x = x + 1", ("x",), ("x",)),
        ("x += n", ("x", "n"), ("x",)),
        ("def f(a):\n    return a + b\nb = 2", ("b",), ("b",)),
        ("import numpy as np\nz = np.zeros(n)", ("n",), ("z",)),
        ("total = sum(value * w for value in values)", ("sum", "values", "w"), ("total",)),
        ("for row in rows:\n    last = row", ("rows",), ("row", "last")),
        ("with open(path) as file:\n    text = file.read()", ("open", "path"), ("file", "text")),
        ("a, (b, *c) = d", ("d",), ("a", "b", "c")),
        ("if (n := len(xs)) > 1: pass", ("len", "xs"), ("n",)),
        ("d['k'] = v; o.x = v", ("v", "d", "o"), ()),
        ("class C:\n    def m(self): return k", ("k",), ()),
        ("", (), ()),
    ],
)
def test_what_code_needs_and_binds(code: str, needed: tuple[str, ...], bound: tuple[str, ...]) -> None:
    found = code_names.of(code)
    assert set(found.needed) == set(needed)
    assert found.bound == bound


def test_what_can_be_data_is_sent() -> None:
    names = code_names.of("sin(math.pi * x) + len(missing) + kind(y)")
    namespace = {"math": math, "sin": math.sin, "x": 1, "y": None, "kind": int, "unused": 3}
    assert code_names.sent(names, namespace) == ("x", "y")


def test_code_that_cannot_be_read_is_refused_with_the_line() -> None:
    with pytest.raises(UsageError, match=r"line 2") as refused:
        code_names.of("x = 1\ny = = 2")
    assert refused.value.cure == "Name them, or mend the line."

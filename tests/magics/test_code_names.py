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
        ("f = lambda x=x, *, y=y: x + y + z", ("x", "y", "z"), ("f",)),
        ("def f(n=n): return n", ("n",), ()),
        ("xs = [xs for xs in xs]", ("xs",), ("xs",)),
        ("class C:\n    k = k", ("k",), ()),
        ("any((hit := x) for x in xs)\nhit", ("any", "xs"), ("hit",)),
        ("def count():\n    global n\n    n += 1", ("n",), ()),
        ("try:\n    f()\nexcept E as e:\n    print(e)", ("f", "E", "print"), ()),
        ("match p:\n    case [a, *b] | {'k': a, **b}: a, b\n    case _: pass", ("p",), ("a", "b")),
        ("for _ in xs: pass\n__", ("xs",), ()),
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
    assert code_names.sent(names, namespace, {}) == ("x", "y")


def test_what_the_shell_put_there_stays_unless_it_is_the_users_own_by_now() -> None:
    names = code_names.of("get_ipython(), exit")
    shells_own = {"get_ipython": object(), "exit": object()}
    assert code_names.sent(names, {**shells_own, "exit": 1}, shells_own) == ("exit",)


def test_code_that_cannot_be_read_is_refused_with_the_line() -> None:
    with pytest.raises(UsageError, match=r"line 2") as refused:
        code_names.of("x = 1\ny = = 2")
    assert refused.value.cure == "Name them, or mend the line."

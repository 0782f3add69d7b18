"""A notebook's syntax becomes plain Python, which the backend's older Python can read too."""

from __future__ import annotations

import ast

import pytest

from beep_jupyter.magics.transforming import transformed


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("x = 1\nx", "x = 1\nx\n"),
        ("!ls", "get_ipython().system('ls')\n"),
        ("x = !ls", "x = get_ipython().getoutput('ls')\n"),
        ("%time f()", "get_ipython().run_line_magic('time', 'f()')\n"),
        ("x = %pwd", "x = get_ipython().run_line_magic('pwd', '')\n"),
        ("len?", "get_ipython().run_line_magic('pinfo', 'len')\n"),
        ("len??", "get_ipython().run_line_magic('pinfo2', 'len')\n"),
        ("%%bash -e\nls", "get_ipython().run_cell_magic('bash', '-e', 'ls')\n"),
        ("%%bash", "get_ipython().run_cell_magic('bash', '', '')\n"),
        ("%%time?", "get_ipython().run_line_magic('pinfo', '%%time')\n"),
        ("if x:\n    !ls", "if x:\n    get_ipython().system('ls')\n"),
        (">>> x = 1\n>>> x", "x = 1\nx\n"),
    ],
)
def test_magics_and_commands_become_calls(cell: str, plain: str) -> None:
    assert transformed(cell) == plain


@pytest.mark.parametrize("name", ["time", "timeit", "capture", "prun"])
def test_a_cell_magic_over_code_has_its_code_transformed(name: str) -> None:
    call = ast.parse(transformed(f"%%{name}\n!ls")).body[0].value  # type: ignore[attr-defined]
    assert ast.literal_eval(call.args[2]) == "get_ipython().system('ls')\n"


def test_a_cell_magic_over_other_text_keeps_it() -> None:
    call = ast.parse(transformed("%%writefile a.py\n!ls\n%pwd")).body[0].value  # type: ignore[attr-defined]
    assert ast.literal_eval(call.args[2]) == "!ls\n%pwd"


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("pip install numpy", "get_ipython().run_line_magic('pip', 'install numpy')\n"),
        ("pwd", "get_ipython().name_or_magic('pwd')"),
        ("cd = 1", "cd = 1\n"),
        ("ls -l", "(ls -l) if 'ls' in globals() else get_ipython().run_line_magic('ls', '-l')"),
        ("ls - l", "ls - l"),
        ("ls -l == 1", "ls -l == 1"),
        ("who\nx", "who\nx\n"),
    ],
)
def test_the_percent_may_be_left_out_in_a_cell_of_one_line(cell: str, plain: str) -> None:
    assert transformed(cell).strip() == plain.strip()


@pytest.mark.parametrize("cell", ["print('never", "x = [1, 2", "def f(:", "match x:\n  case = 5 5"])
def test_what_cannot_be_read_is_left_to_the_backend_to_say(cell: str) -> None:
    assert transformed(cell).strip() == cell

"""Tracebacks of a notebook's cells have IPython's form, in the oldest and the newest Python."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def told(cell):
    """Runs a cell that fails, and returns its traceback without colours."""

    def run(source: str) -> str:
        return re.sub(r"\x1b\[[\d;]+m", "", "\n".join(cell(source).error["traceback"]))

    return run


def test_a_frame_has_the_lines_around_it(told) -> None:
    assert told("a = 1\nb = a / 0\nc = 2") == (
        "-" * 75 + "\nZeroDivisionError                         Traceback (most recent call last)\n"
        "Cell In[1], line 2\n      1 a = 1\n----> 2 b = a / 0\n      3 c = 2\n\nZeroDivisionError: division by zero"
    )


def test_a_function_of_an_earlier_cell_is_told_by_that_cells_number(told, cell) -> None:
    cell("def f(n, *rest, key=None):\n    return n / 0")
    text = told("f(1)")
    assert "Cell In[2], line 1\n----> 1 f(1)\n" in text
    assert "Cell In[1], line 2, in f(n, key, *rest)" in text or "Cell In[1], line 2, in f(n, *rest, key)" in text


def test_a_line_of_several_statements_is_shown_once(told) -> None:
    assert told("a = 1; b = a / 0").count("> 1 a = 1; b = a / 0") == 1
    text = told("def f(n): return n / 0\nfor n in [0]: f(n)")
    assert re.findall(r"^-+> (\d .*)$", text, re.MULTILINE) == ["2 for n in [0]: f(n)", "1 def f(n): return n / 0"]


def test_lines_of_a_method_stand_as_far_to_the_left_as_they_can(told) -> None:
    text = told("class A:\n    def f(self):\n        x = 1\n        return x / 0\nA().f()")
    assert "      3     x = 1\n----> 4     return x / 0\n" in text


def test_code_has_the_colours_that_ipython_gives_it_unless_none_are_wanted(cell) -> None:
    shown = cell("def f(n):\n    return n / 0\nf('a' and 1)").error["traceback"]
    assert "\x1b[32m      2\x1b[0m     \x1b[38;5;28;01mreturn\x1b[0m n / \x1b[32m0\x1b[0m" in shown
    assert "\x1b[36mCell\x1b[0m \x1b[32mIn[1], line 2\x1b[0m, in \x1b[36mf\x1b[0m\x1b[34m(n)\x1b[0m" in shown
    cell("%colors nocolor")
    assert "\x1b" not in "".join(cell("return_ = None; 1 / 0").error["traceback"])


@pytest.mark.parametrize(
    ("source", "last"),
    [
        ("raise ValueError", "ValueError: "),
        ("import json.decoder\njson.loads('{')", "JSONDecodeError: "),
        ("raise KeyError('a b')", "KeyError: 'a b'"),
    ],
)
def test_the_last_line_is_the_exceptions_bare_name_and_its_text(told, source: str, last: str) -> None:
    assert told(source).split("\n")[-1].startswith(last)


def test_chained_exceptions_are_told_in_their_order(told) -> None:
    text = told("try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error")
    heads = re.findall(r"^(\w+) +Traceback|^(The above .*)$", text, re.MULTILINE)
    assert [head or says for head, says in heads] == [
        "KeyError",
        "The above exception was the direct cause of the following exception:",
        "ValueError",
    ]
    assert re.findall(r"line (\d)", text) == ["2", "4"]
    assert text.count("-" * 75) == 1
    assert "\n\nThe above exception was the direct cause of the following exception:\n\n" in text


def test_of_a_recursion_the_first_two_and_the_last_frame_tell(told) -> None:
    text = told("def f(n):\n    return f(n + 1)\nf(0)")
    assert re.findall(r"Cell In\[1\], line (\d)", text) == ["3", "2", "2", "2"]
    assert re.search(r"\[\.\.\. skipping similar frames: f at line 2 \(\d+ times\)\]", text)


def test_a_syntax_error_of_the_cell_shows_the_place(told) -> None:
    lines = told("a = 1\nb = = 2").split("\n")
    assert lines[0] == "  Cell In[1], line 2"
    assert lines[1].strip() == "b = = 2"
    assert lines[2].strip() == "^"
    assert lines[-1] == "SyntaxError: invalid syntax"


def test_the_place_of_an_indentation_error_is_marked(told) -> None:
    assert told("a = 1\n  b = 2").split("\n")[1:3] == ["    b = 2", "    ^"]


def test_what_is_wrong_behind_the_parser_is_shown_with_its_line(told) -> None:
    lines = told("x = 1\nif x:\n    return 5").split("\n")
    assert lines[:3] == ["  Cell In[1], line 3", "    return 5", "    ^"]


@pytest.mark.parametrize("raised", ["SyntaxError", "SyntaxError('made')", "SyntaxError('made', ('f', 1, 1, None))"])
def test_a_syntax_error_that_is_raised_by_hand_is_told_like_others(told, raised: str) -> None:
    assert told(f"raise {raised}").split("\n")[-1].startswith("SyntaxError")


@pytest.mark.parametrize("method", ["1 / 0", "return None", "return [5, b'x']", "raise SystemExit"])
def test_an_exception_that_cannot_tell_of_itself_does_not_end_the_worker(cell, method: str) -> None:
    cell(f"class Own(Exception):\n    def _render_traceback_(self):\n        {method}")
    assert cell("raise Own('text')").error["evalue"] == "text"
    assert cell("1 + 1").result == 2


def test_a_syntax_error_of_other_code_shows_the_way_there_and_the_place(told) -> None:
    lines = told("compile('a b', 'made.py', 'exec')").split("\n")
    assert lines[:4] == [
        "Traceback (most recent call last):",
        "",
        "  Cell In[1], line 1",
        "    compile('a b', 'made.py', 'exec')",
    ]
    assert lines[5:7] == ["  File made.py:1", "    a b"]
    assert lines[-1].startswith("SyntaxError: invalid syntax")


def test_of_a_program_only_its_own_frames_are_told(told, tmp_path) -> None:
    (tmp_path / "fails.py").write_text("def f():\n    return 1 / 0\nf()\n")
    text = told(f"%run {tmp_path}/fails.py")
    assert "Cell In" not in text
    assert re.findall(r"fails.py:(\d)", text) == ["3", "2"]


def test_less_is_told_where_less_is_wanted(told, cell) -> None:
    cell("%xmode Minimal")
    assert told("1 / 0") == "ZeroDivisionError: division by zero"


def test_values_are_told_where_they_are_wanted(told, cell) -> None:
    cell("%xmode Verbose")
    assert "n = 0" in told("def f(n):\n    return 1 / n\nf(0)")

"""Code in tracebacks has the colours that IPython gives to cells."""

from __future__ import annotations

import re

import pytest

from beep_jupyter.worker.notebook.code_colors import colored

WORDS = {
    "\x1b[38;5;66;03m": "comment",
    "\x1b[38;5;28;01m": "keyword",
    "\x1b[32m": "number",
    "\x1b[33m": "string",
}


def painted(code: str) -> list[tuple[str, str]]:
    """What has a colour, in its order."""
    return [(WORDS[begin], text) for begin, text in re.findall(r"(\x1b\[[\d;]+m)(.*?)\x1b\[0m", colored(code))]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("x = call(y1).real", []),
        ("return n is not None  # why 'not'", ["return", "is", "not", "None"]),
        ("x[1:2] + 1_000.5e-3j - 0x_fF + .5 + 1.", ["1", "2", "1_000.5e-3j", "0x_fF", ".5", "1."]),
        (
            """'it''s' + "a # b" + rb'\\'' + f"{x!r:>3}" + u''""",
            ["'it'", "'s'", '"a # b"', "rb'\\''", 'f"{x!r:>3}"', "u''"],
        ),
        ("\"\"\"one line\"\"\" + '''x'''", ['"""one line"""', "'''x'''"]),
        ("verb'x'", ["'x'"]),
        ("if x: 'never ended", ["if", "'never ended"]),
    ],
)
def test_words_of_a_line_have_their_colours(code: str, found: list[str]) -> None:
    assert [text for kind, text in painted(code) if kind != "comment"] == found


def test_kinds_have_colours_of_their_own() -> None:
    found = [("keyword", "if"), ("number", "1"), ("string", "'a'"), ("comment", "# is")]
    assert painted("if x == 1 + 'a': # is") == found


def test_a_text_of_several_lines_is_plain_and_its_words_are_no_code() -> None:
    code = 'def f():\n    """Is it\n    for 1 in """\n    pass\n'
    assert painted(code) == [("keyword", "def"), ("keyword", "pass")]
    assert colored('x = """cut off\nfor 1') == 'x = """cut off\nfor 1'


def test_without_the_colours_it_is_what_it_was() -> None:
    with open(__file__) as file:
        code = file.read()
    assert re.sub(r"\x1b\[[\d;]+m", "", colored(code)) == code

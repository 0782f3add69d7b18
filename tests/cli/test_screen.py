"""How a running notebook looks in a terminal and in a pipe."""

from __future__ import annotations

import io
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from beep_jupyter.cli.screen import NotebookScreen, text_of
from beep_jupyter.cli.terminal import TerminalShow
from beep_jupyter.errors import ExecutionError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(*cells, file: io.StringIO | None = None) -> str:
    out = io.StringIO() if file is None else file
    screen = NotebookScreen(TerminalShow(out, io.StringIO()))
    for cell in cells:
        with screen.around(cell):
            pass
    return out.getvalue()


def printing(text: str):
    return new_code_cell("print()", outputs=[new_output("stream", text=text)])


def test_a_heading_of_the_notebook_is_a_heading_here() -> None:
    assert shown(new_markdown_cell("## Read it\n\nLong text.")) == "\nRead it\n"
    assert shown(new_markdown_cell("No heading.")) == ""


def test_a_heading_is_bold_on_a_terminal_that_may_be_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert shown(new_markdown_cell("# Read it"), file=Terminal()) == "\n\x1b[1mRead it\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(new_markdown_cell("# Read it"), file=Terminal()) == "\nRead it\n"


def test_a_cell_shows_its_number_its_first_line_its_time_and_its_output() -> None:
    text = shown(new_code_cell("x = 1"), printing("a\nb\n"))
    assert re.fullmatch(r"  \[1\] x = 1 +0\.0 s\n  \[2\] print\(\) +0\.0 s\n      a\n      b\n", text)


def test_a_long_first_line_leaves_room_for_the_time() -> None:
    (line,) = shown(new_code_cell("x" * 200)).splitlines()
    assert re.fullmatch(r"  \[1\] x+… +0\.0 s", line)
    assert len(line) < 80


def test_a_terminal_cuts_wide_output_and_a_pipe_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert shown(printing("w" * 99), file=Terminal()).splitlines()[1] == "      " + "w" * 33 + "…"
    assert shown(printing("w" * 99)).splitlines()[1] == "      " + "w" * 99


def test_outputs_read_as_plain_text() -> None:
    png = new_output("display_data", {"image/png": "A" * 4096, "text/plain": "<Image>"})
    error = new_output("error", ename="E", evalue="v", traceback=["\x1b[31mE\x1b[0m", "at: v"])
    assert text_of(png) == "[a picture: PNG, 3.0 KiB]"
    assert text_of(error) == "E\nat: v"
    assert text_of(new_output("execute_result", {"text/plain": "1", "text/html": "<b>1</b>"})) == "1"
    assert text_of(new_output("display_data", {"text/html": "<b>1</b>"})) == ""


def test_a_failure_is_told_with_the_cell_that_failed() -> None:
    screen = NotebookScreen(TerminalShow(io.StringIO(), io.StringIO()))
    with screen.around(new_code_cell("a = 1\nb")):
        pass
    failure = screen.failure(ExecutionError("NameError", "no b", ["\x1b[0mTraceback", "NameError: no b"]))
    assert failure.traceback == ["Cell [1] failed:", "      a = 1", "      b", "", "Traceback", "NameError: no b"]
    assert (failure.ename, failure.evalue) == ("NameError", "no b")

from __future__ import annotations

import io
import os
import pty
import re
import sys
from collections.abc import Callable

import pytest

from beep_jupyter.cli.terminal import TerminalShow
from beep_jupyter.commands.show import Table
from beep_jupyter.errors import EnvironmentNotFoundError, StartError
from beep_jupyter.models import Progress

PATHS = Table(("name", "state", "path"), [("[b]bold[/b]", "ready", "/p" * 60), ("x", "broken", "/q")], "There is none.")


def on_a_terminal(act: Callable[[TerminalShow], None], columns: int = 60, **variables: str) -> str:
    """What a real terminal of that width receives on both streams together."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(variables, COLUMNS=str(columns), TERM="xterm-256color")
        act(TerminalShow(sys.__stdout__, sys.__stderr__))
        sys.__stdout__.flush()
        os._exit(0)
    received = b""
    try:
        while chunk := os.read(terminal, 4096):
            received += chunk
    except OSError:  # the child has gone: EIO on Linux
        pass
    os.waitpid(child, 0)
    os.close(terminal)
    return received.decode().replace("\r\n", "\n")


def in_a_pipe(act: Callable[[TerminalShow], None]) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    act(TerminalShow(out, err))
    return out.getvalue(), err.getvalue()


def test_a_table_in_a_pipe_is_plain_and_whole() -> None:
    out, err = in_a_pipe(lambda show: show.table(PATHS))
    assert out.splitlines()[1] == f"[b]bold[/b]  ready   {'/p' * 60}"
    assert "\x1b" not in out
    assert err == ""


def test_a_table_on_a_terminal_fits_and_loses_nothing_and_reads_no_markup() -> None:
    text = on_a_terminal(lambda show: show.table(PATHS), NO_COLOR="1")
    lines = re.sub(r"\x1b\[\d*m", "", text).splitlines()
    assert max(len(line) for line in lines) <= 60
    assert "".join(text.split()).count("/p") == 60
    assert "[b]bold[/b]" in text


def test_states_are_coloured_on_a_terminal_unless_no_color_is_set() -> None:
    assert "\x1b[32mready" in on_a_terminal(lambda show: show.table(PATHS))
    assert "\x1b[32m" not in on_a_terminal(lambda show: show.table(PATHS), NO_COLOR="1")


def test_an_empty_table_is_its_sentence() -> None:
    assert in_a_pipe(lambda show: show.table(Table(("name",), [], "There is none."))) == ("There is none.\n", "")


def test_an_error_is_a_sentence_and_a_hint_on_stderr() -> None:
    error = EnvironmentNotFoundError("legcy", ["legacy"])
    assert in_a_pipe(lambda show: show.error(error)) == (
        "",
        "Error: No environment is called 'legcy'.\nHint: Did you mean 'legacy'? `beep venv list` shows all.\n",
    )


def test_an_error_without_a_cure_is_one_line() -> None:
    assert in_a_pipe(lambda show: show.error(StartError("It did not start.")))[1] == "Error: It did not start.\n"


def test_errors_are_coloured_on_a_terminal_unless_no_color_is_set() -> None:
    error = StartError("It did not start.", "Try again.")
    assert on_a_terminal(lambda show: show.error(error)).startswith("\x1b[31mError\x1b[0m: It")
    assert on_a_terminal(lambda show: show.error(error), NO_COLOR="1") == "Error: It did not start.\nHint: Try again.\n"


def work(show: TerminalShow) -> None:
    with show.progress() as on_progress:
        for done in (1 << 20, 2 << 20, 3 << 20):
            on_progress(Progress("Downloading [it]", done, 4 << 20))
        on_progress(Progress("Unpacking"))


def test_progress_in_a_pipe_is_one_line_a_step_on_stderr() -> None:
    assert in_a_pipe(work) == ("", "Downloading [it]\nUnpacking\n")


def test_progress_on_a_terminal_is_a_bar_with_bytes_that_is_gone_at_the_end() -> None:
    def slowly(show: TerminalShow) -> None:
        with show.progress() as on_progress:
            on_progress(Progress("Downloading [it]", 1 << 20, 4 << 20))

    text = on_a_terminal(slowly, columns=100)
    assert "Downloading [it]" in text
    assert "1.0 MiB of 4.0 MiB" in text
    assert text.endswith("\x1b[2K")


@pytest.mark.parametrize(
    ("output", "out", "err"),
    [
        ({"output_type": "stream", "name": "stdout", "text": "a"}, "a", ""),
        ({"output_type": "stream", "name": "stderr", "text": "b"}, "", "b"),
        ({"output_type": "execute_result", "data": {"text/plain": "2"}}, "2\n", ""),
        ({"output_type": "display_data", "data": {"text/html": "<b>", "text/plain": "B"}}, "B\n", ""),
        ({"output_type": "display_data", "data": {"image/png": ""}}, "", ""),
        ({"output_type": "error", "ename": "E", "evalue": "", "traceback": ["t"]}, "", ""),
    ],
)
def test_outputs_of_code_are_written_as_text(output: dict, out: str, err: str) -> None:
    assert in_a_pipe(lambda show: show.output(output)) == (out, err)

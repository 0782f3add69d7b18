"""`%%beep_eval` and `%beep` in a shell, with real backends."""

from __future__ import annotations

import os
import re
import signal
import time
from typing import Any

import pytest
from IPython.utils.capture import capture_output

from beep_jupyter.backends import processes
from beep_jupyter.errors import ConnectionLostError, ExecutionError, UsageError, WorkerDiedError

pytestmark = [pytest.mark.usefixtures("legacy"), pytest.mark.filterwarnings("ignore::ResourceWarning")]

_COLOR = re.compile(r"\x1b\[[\d;]*m")


class Cell:
    """What a cell left: its text, its displays, its `Out` and its error."""

    def __init__(self, shell: Any, text: str) -> None:
        with capture_output() as captured:
            result = shell.run_cell(text, store_history=True)
        self.out, self.err, self.displays = captured.stdout, captured.stderr, captured.outputs
        self.error = result.error_in_exec or result.error_before_exec
        self.value = result.result


@pytest.fixture
def cell(shell):
    return lambda text: Cell(shell, text)


def test_streams_go_to_their_streams_and_the_last_value_is_the_cells_out(cell, shell) -> None:
    done = cell("%%beep_eval legacy\nimport sys\nprint('out')\nprint('err', file=sys.stderr)\n40 + 2")
    assert done.out.startswith("out\n")
    assert done.err == "err\n"
    assert done.value == 42
    assert f"Out[{shell.execution_count - 1}]: 42" in done.out
    assert shell.user_ns["_"] == 42
    assert shell.user_ns["Out"][shell.execution_count - 1] == 42


def test_rich_representations_are_those_of_the_backend(cell, shell) -> None:
    shown = []
    shell.displayhook.write_format_data = lambda data, metadata=None: shown.append(data)
    cell("%%beep_eval legacy\nclass Rich:\n    def _repr_html_(self): return '<b>x</b>'\nRich()")
    assert shown[0]["text/html"] == "<b>x</b>"
    assert "Rich" in shown[0]["text/plain"]


@pytest.mark.parametrize("code", ["'v';", "'v';  # not shown", "'v'\nNone", "v = 'v'"])
def test_a_value_that_a_local_cell_would_not_show_is_not_shown(cell, code: str) -> None:
    assert "v" not in cell(f"%%beep_eval legacy\n{code}").out


def test_quiet_shows_nothing_but_errors(cell) -> None:
    done = cell("%%beep_eval legacy --quiet\nprint('p')\n'v'")
    assert (done.out, done.displays, done.value) == ("", [], None)
    assert isinstance(cell("%%beep_eval legacy --quiet\n1 / 0").error, ZeroDivisionError)


def test_variables_travel_in_and_out(cell, shell) -> None:
    shell.user_ns.update(a=[1, {"b": b"bytes"}], c=3)
    cell("%%beep_eval legacy -i a,c -o d -o e\nd = a + [c]\ne = 1")
    assert shell.user_ns["d"] == [1, {"b": b"bytes"}, 3]
    assert shell.user_ns["e"] == 1


def test_a_missing_input_is_refused_before_anything_runs(cell, shell) -> None:
    shell.user_ns["data"] = 1
    done = cell("%%beep_eval legacy -i date\nran = 1")
    assert isinstance(done.error, UsageError)
    assert done.error.what == "The notebook has no variable 'date' to send."
    assert done.error.cure == "Did you mean 'data'? Nothing was run."
    assert isinstance(cell("%%beep_eval legacy\nran").error, NameError)


def test_no_name_of_the_shells_own_is_guessed(cell) -> None:
    assert cell("%%beep_eval legacy -i opne\n1").error.cure == "Nothing was run."


def test_a_missing_output_fails_the_cell_after_it_ran_and_the_others_come_back(cell, shell) -> None:
    done = cell("%%beep_eval legacy -o here,gone\nhere = 5\nhere + 1")
    assert isinstance(done.error, ExecutionError)
    assert "'gone'" in str(done.error)
    assert shell.user_ns["here"] == 5
    assert shell.user_ns["_"] == 6


def test_nothing_comes_back_from_code_that_raised(cell, shell) -> None:
    cell("%%beep_eval legacy -o x\nx = 1\n1 / 0")
    assert "x" not in shell.user_ns


def test_an_error_shows_the_remote_traceback_and_raises_by_its_name(cell) -> None:
    done = cell("%%beep_eval legacy\ndef f():\n    return {}['k']\nf()")
    assert isinstance(done.error, KeyError)
    assert isinstance(done.error, ExecutionError)
    assert "    return {}['k']\n" in _COLOR.sub("", done.out)
    assert done.out.endswith("\x1b[31mKeyError\x1b[0m: 'k'\n")
    assert "run_cell_magic" not in done.out


def test_a_syntax_error_shows_the_remote_lines_and_none_of_ours(cell) -> None:
    done = cell("%%beep_eval legacy\nx = = 1")
    assert isinstance(done.error, SyntaxError)
    assert "    x = = 1\n" in done.out
    assert "run_cell_magic" not in done.out


def test_an_error_can_be_caught_as_the_builtin(cell, shell) -> None:
    cell(
        "try:\n    get_ipython().run_cell_magic('beep_eval', 'legacy', '1/0')\n"
        "except ZeroDivisionError as error:\n    caught = str(error)"
    )
    assert shell.user_ns["caught"] == "division by zero"


def test_no_raise_shows_the_error_and_goes_on(cell) -> None:
    done = cell("%%beep_eval legacy --no-raise\n1 / 0")
    assert done.error is None
    assert "Traceback (most recent call last)" in done.err
    assert "> 1 1 / 0\n" in _COLOR.sub("", done.err)
    assert done.err.endswith("\x1b[31mZeroDivisionError\x1b[0m: division by zero\n")


def test_no_raise_goes_on_after_a_dead_worker_too(cell) -> None:
    done = cell("%%beep_eval legacy --no-raise\nimport os; os._exit(5)")
    assert done.error is None
    assert done.err == (
        "The worker of backend 'legacy' exited with status 5. "
        "Its variables are lost; the next cell starts in a fresh one.\n"
    )


def test_a_dead_worker_is_said_and_the_next_cell_runs(cell) -> None:
    assert isinstance(cell("%%beep_eval legacy\nimport os; os._exit(5)").error, WorkerDiedError)
    assert cell("%%beep_eval legacy\n1 + 1").value == 2


def test_a_dead_server_is_said_and_its_name_is_free_then(cell, shell) -> None:
    cell("%%beep_eval legacy -o server,worker\nimport os; server, worker = os.getppid(), os.getpid()")
    os.kill(shell.user_ns["server"], signal.SIGKILL)
    while processes.is_alive(shell.user_ns["worker"]):  # which ends when all threads of the server are gone
        time.sleep(0.01)
    dead = cell("%%beep_eval legacy\n1 + 1").error
    assert isinstance(dead, ConnectionLostError)
    assert dead.what == "Backend 'legacy' has died, and its variables with it."
    assert cell("%%beep_eval legacy\n1 + 1").value == 2


def test_sys_exit_leaves_the_worker_alive(cell) -> None:
    cell("%%beep_eval legacy\nx = 1")
    assert isinstance(cell("%%beep_eval legacy\nimport sys; sys.exit(3)").error, SystemExit)
    assert cell("%%beep_eval legacy\nx").value == 1


def test_without_a_name_the_only_backend_is_meant(cell) -> None:
    cell("%beep start --venv legacy --name only")
    cell("%%beep_eval only\nx = 3")
    assert cell("%%beep_eval\nx").value == 3


def test_without_a_name_and_without_a_backend_the_environments_are_listed(cell) -> None:
    done = cell("%%beep_eval\n1")
    assert isinstance(done.error, UsageError)
    assert done.error.what == "The cell names no backend, and not exactly one is running."
    assert done.error.cure == "Name one of: legacy."


def test_without_a_name_and_with_two_backends_they_are_listed(cell) -> None:
    cell("%beep start --venv legacy --name one")
    cell("%beep start --venv legacy --name two")
    assert cell("%%beep_eval\n1").error.cure == "Name one of: one, two."


def test_without_anything_the_way_to_begin_is_said(cell) -> None:
    cell("%beep venv delete legacy")
    assert cell("%%beep_eval\n1").error.cure == (
        "Build an environment with `%beep venv create NAME`, or start a backend with `%beep start`."
    )


def test_use_routes_plain_cells_until_it_is_switched_off(cell, shell) -> None:
    assert cell("%beep use legacy").out == "Plain cells run in 'legacy' until `%beep use --off`.\n"
    cell("x = 10")
    assert "x" not in shell.user_ns
    assert cell("x + 1").value == 11
    assert cell("%beep use").out == "Plain cells run in 'legacy' until `%beep use --off`.\n"
    assert cell("%beep use --off").out == "Plain cells run in the notebook.\n"
    assert isinstance(cell("x").error, NameError)
    assert not isinstance(cell("x").error, ExecutionError)


def test_use_of_a_name_that_means_nothing_fails_at_once_and_changes_nothing(cell) -> None:
    done = cell("%beep use legcy")
    assert done.error.what == "No backend or environment is called 'legcy'."
    assert cell("%beep use").out == "Plain cells run in the notebook.\n"


def test_use_with_a_name_and_off_is_refused(cell) -> None:
    done = cell("%beep use legacy --off")
    assert done.error.what == "`use` takes a name or --off, not both."
    assert done.error.cure == "Say `%beep use NAME` or `%beep use --off`."


def test_an_error_of_a_command_is_a_sentence_and_stops_run_all(cell) -> None:
    done = cell("%beep venv status nope")
    assert done.error.what == "No environment is called 'nope'."
    assert done.out.replace("\x1b[31m", "").replace("\x1b[0m", "") == (
        "EnvironmentNotFoundError: No environment is called 'nope'.\nThere are: legacy.\n"
    )


def test_an_open_quotation_is_refused(cell) -> None:
    done = cell('%beep use "leg')
    assert done.error.what == "The line cannot be read: no closing quotation."
    assert done.error.cure == "Close the quotation mark."


def test_braces_and_dollars_of_the_line_reach_the_backend_as_they_are(cell, shell) -> None:
    shell.user_ns["x"] = "expanded"
    assert cell("%beep eval legacy \"print('{x}', '$x')\"").out == "{x} $x\n"


def test_eval_in_a_notebook_raises_like_a_cell(cell) -> None:
    assert isinstance(cell('%beep eval legacy "1/0"').error, ZeroDivisionError)


def test_a_listing_is_an_escaped_html_table_with_text_beside_it(cell, shell) -> None:
    done = cell("%beep venv list")
    data = done.displays[0].data
    assert "<td" in data["text/html"]
    assert ">legacy<" in data["text/html"]
    assert data["text/plain"].splitlines()[0].startswith("name")


def test_json_in_a_notebook_is_printed(cell) -> None:
    assert '"name": "legacy"' in cell("%beep venv list --json").out


def test_a_backend_that_the_notebook_started_survives_reloading_the_extension(cell, shell) -> None:
    cell("%%beep_eval legacy\nx = 8")
    shell.run_line_magic("reload_ext", "beep_jupyter")
    assert cell("%%beep_eval legacy\nx").value == 8


def test_a_large_transfer_is_told_of_and_a_small_one_is_not(cell, shell) -> None:
    shell.user_ns.update(large=bytes(12 << 20), small=[1])
    told = cell("%%beep_eval legacy -i large,small -o back\nback = large").out.splitlines()
    assert re.fullmatch(r"large → legacy: bytes, 12\.0 MiB, \d+ ms", told[0])
    assert re.fullmatch(r"back ← legacy: bytes, 12\.0 MiB, \d+ ms", told[1])
    assert len(told) == 2
    assert cell("%%beep_eval legacy --quiet -o back\n''").out == ""


def test_pickles_travel_where_the_line_says_so(cell, shell) -> None:
    shell.user_ns["kind"] = range
    assert "cannot be sent" in str(cell("%%beep_eval legacy -i kind\n1").error)
    done = cell("%%beep_eval legacy -i kind -o made --pickle\nmade = kind(3), kind")
    assert done.error is None
    assert shell.user_ns["made"] == (range(3), range)

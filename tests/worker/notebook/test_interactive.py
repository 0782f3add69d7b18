"""`get_ipython()` in a session with nothing installed: commands, history, events, and errors that do not end a cell."""

from __future__ import annotations

import time

import pytest


def test_a_command_writes_to_a_terminal_and_both_its_streams_are_printed(cell) -> None:
    outputs = cell("!test -t 1 && echo terminal; echo oops >&2").outputs
    assert [(each["name"], each["text"]) for each in outputs] == [("stdout", "terminal\r\noops\r\n")]


def test_files_are_listed_in_columns(printed, tmp_path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).touch()
    printed(f"%cd -q {tmp_path}")
    assert printed("!ls").split("\n")[0].split() == ["a", "b", "c"]


def test_what_a_command_leaves_in_the_background_does_not_hold_the_cell(printed) -> None:
    assert printed("!(sleep 5; echo late) & echo now") == "now\n"


def test_a_command_tells_its_status(printed) -> None:
    assert printed("!exit 3\n_exit_code") == "3"


def test_lines_hold_what_went_to_stderr_too(printed) -> None:
    assert printed("both = !echo out; echo err >&2\nboth") == "['out', 'err']"


def test_a_captured_commands_output_is_kept(printed) -> None:
    printed("%%capture seen\n!echo inside")
    assert printed("seen.stdout.strip()") == "'inside'"


def test_results_and_texts_are_remembered_by_the_notebooks_numbers(printed) -> None:
    assert printed("6 * 7") == "42"
    assert printed("_, _1, Out[1]") == "(42, 42, 42)"
    assert printed("_i, In[1], In[-1]") == "('_, _1, Out[1]', '6 * 7', '_i, In[1], In[-1]')"


def test_the_folder_may_be_gone_before_the_first_cell(backend, cell, tmp_path) -> None:
    backend.evaluate(f"import os\nos.mkdir({str(tmp_path / 'gone')!r})\nos.chdir({str(tmp_path / 'gone')!r})")
    (tmp_path / "gone").rmdir()
    assert cell("1 + 1").result == 2


def test_a_variable_with_a_name_of_the_history_is_the_users(backend, cell) -> None:
    cell("class Array:\n    def __eq__(self, other): return self\n    def __bool__(self): raise ValueError")
    cell("Out = Array()")
    assert set(backend.variables()) == {"Array", "Out"}


def test_libraries_see_a_notebook(printed) -> None:
    assert printed("hasattr(get_ipython(), 'kernel'), type(get_ipython()).__name__") == "(True, 'ZMQInteractiveShell')"


def test_callbacks_come_before_and_after_cells_until_they_are_taken_back(printed) -> None:
    printed("def told(): print('told')\nget_ipython().events.register('pre_execute', told)")
    assert printed("1") == "told\n1"
    printed("get_ipython().events.unregister('pre_execute', told)")
    assert printed("1") == "1"


def test_a_callback_may_take_what_is_known_of_the_cell(printed) -> None:
    printed("def told(info): print(info.raw_cell)\nget_ipython().events.register('pre_run_cell', told)")
    assert printed("2") == "2\n2"


def test_a_callback_is_told_whether_the_cell_went_well(cell, printed) -> None:
    printed("def told(info): print(info.success, info.error_in_exec)")
    printed("get_ipython().events.register('post_run_cell', told)")
    assert cell("1 / 0").outputs[-1]["text"] == "False division by zero\n"
    assert printed("2") == "2True None\n"


def test_what_libraries_publish_themselves_may_hold_bytes_and_is_refused_at_once_where_it_cannot_be_sent(cell) -> None:
    cell("publish = get_ipython().display_pub.publish")
    assert cell("publish({'image/png': b'abc'})").outputs[0]["data"] == {"image/png": "YWJj"}
    assert cell("publish({'a/b': object()})").error["ename"] == "TypeError"
    cell("import threading\nthreading.Timer(0.1, publish, [{'a/b': object()}]).start()")
    time.sleep(0.3)
    assert "TypeError" in cell("0").outputs[0]["text"]  # between cells too; and the worker goes on


def test_a_program_can_see_that_it_is_in_a_notebook(printed) -> None:
    assert printed("__IPYTHON__") == "True"


@pytest.mark.parametrize("method", ["__repr__", "_repr_html_"])
def test_a_representation_that_fails_is_an_error_that_does_not_end_the_cell(cell, method: str) -> None:
    execution = cell(f"class Broken:\n    def {method}(self): raise ValueError('no picture')\nBroken()")
    assert execution.status == "ok"
    error = execution.outputs[0]["metadata"]["beep"]["error"]
    assert (error["ename"], error["evalue"]) == ("ValueError", "no picture")
    assert "line 2" in "".join(error["traceback"])


def test_a_cell_in_a_cell_tells_how_it_went(printed, cell) -> None:
    assert printed("done = get_ipython().run_cell('2 + 2')\ndone.result, done.success") == "4(4, True)"
    execution = cell("failed = get_ipython().run_cell('1 / 0')\nfailed.success")
    assert execution.outputs[0]["metadata"]["beep"]["error"]["ename"] == "ZeroDivisionError"
    assert execution.outputs[-1]["data"]["text/plain"] == "False"

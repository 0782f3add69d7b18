"""Sessions, the background, several backends, the notebook too, and variables that are found."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

import pytest
from IPython.utils.capture import capture_output

from beep_jupyter import Beep
from beep_jupyter.errors import ExecutionError


@pytest.fixture
def run(shell: Any, legacy: str) -> Callable[[str], Any]:
    """Runs a cell; returns what it showed, with the error that it ended with."""

    def run(text: str) -> Any:
        with capture_output() as seen:
            result = shell.run_cell(text)
        seen.error = result.error_before_exec or result.error_in_exec
        return seen

    return run


@pytest.fixture
def two(legacy: str) -> Iterator[tuple[str, str]]:
    """Two backends in the environment."""
    beep = Beep()
    with beep.start("pipe", legacy, name="one"), beep.start("http", legacy, name="two"):
        yield "one", "two"


@pytest.fixture
def other_notebook(run: Callable[[str], Any]) -> Iterator[Callable[[str], Future[Any]]]:
    """Runs a cell of another notebook in the backend that this one uses too; returns while that runs."""
    run("%%beep_eval legacy\nimport time")
    begun = threading.Event()

    with Beep().connect("legacy") as backend, ThreadPoolExecutor() as threads:

        def begin(code: str) -> Future[Any]:
            cell = f"print('begun', flush=True)\n{code}"
            future = threads.submit(backend.execute, cell, on_output=lambda _: begun.set())
            assert begun.wait(10)
            return future

        yield begin


def until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so"
        time.sleep(0.01)


def test_a_session_is_another_namespace(run, shell) -> None:
    run("%%beep_eval legacy\nx = 1")
    assert isinstance(run("%%beep_eval legacy --session other\nx").error, NameError)
    run("%%beep_eval legacy --session other\nx = 2")
    run("%%beep_eval legacy -o x\npass")
    assert shell.user_ns["x"] == 1


def test_a_cell_in_the_background_leaves_the_notebook_free(run, shell) -> None:
    begun = time.monotonic()
    assert (
        run("%%beep_eval legacy --bg job -o y\nimport time; time.sleep(1.5); print('late'); y = 7\ny * 6").error is None
    )
    job = shell.user_ns["job"]
    assert time.monotonic() - begun < 1.4 or not job.done()
    until(lambda: "running" in repr(job))
    with pytest.raises(TimeoutError, match="has not ended"):
        job.result(0.01)
    assert job.result(20) == 42
    assert (job.done(), shell.user_ns["y"], job.outputs[0]["text"]) == (True, 7, "late\n")
    assert repr(job) == "<cell in 'legacy', done>"
    assert job.cancel() is False


@pytest.mark.parametrize("cell", [" --quiet\n6 * 7", "\n6 * 7;"])
def test_a_cell_in_the_background_that_shows_nothing_has_its_result(run, shell, cell: str) -> None:
    run(f"%%beep_eval legacy --bg job{cell}")
    assert (shell.user_ns["job"].result(20), shell.user_ns["job"].outputs) == (42, [])


def test_a_cell_in_the_background_is_cancelled(run, shell) -> None:
    run("%%beep_eval legacy --bg job\nkept = 1\nprint('begun')\nimport time; time.sleep(60)")
    job = shell.user_ns["job"]
    until(lambda: bool(job.outputs))
    assert job.cancel() is True
    with pytest.raises(CancelledError):
        job.result(10)
    assert repr(job) == "<cell in 'legacy', cancelled>"
    assert run("%%beep_eval legacy -o kept\npass").error is None
    assert shell.user_ns["kept"] == 1


def test_a_cell_in_the_background_that_fails_raises_where_its_result_is_asked_for(run, shell) -> None:
    run("%%beep_eval legacy --bg job\n1 / 0")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="division by zero") as raised:
            shell.user_ns["job"].result(20)
        assert isinstance(raised.value, ExecutionError)
    assert repr(shell.user_ns["job"]) == "<cell in 'legacy', failed>"
    told = run("job.result()")
    assert "background.py" not in told.stdout
    assert "1 / 0" in told.stdout


def test_of_a_cell_in_the_background_that_lacks_an_output_the_others_come_back(run, shell) -> None:
    run("%%beep_eval legacy --bg job -o here,gone\nhere = 5")
    with pytest.raises(NameError, match="'gone'"):
        shell.user_ns["job"].result(20)
    assert shell.user_ns["here"] == 5


def test_a_cell_that_waits_for_another_is_cancelled_without_touching_that(run, shell) -> None:
    run("%%beep_eval legacy --bg first\nprint('begun')\nimport time; time.sleep(1); 1")
    run("%%beep_eval legacy --bg second\nran = True")
    first, second = shell.user_ns["first"], shell.user_ns["second"]
    until(lambda: bool(first.outputs))
    assert repr(second) == "<cell in 'legacy', waiting>"
    assert second.cancel() is True
    with pytest.raises(CancelledError):
        second.result(10)
    assert repr(second) == "<cell in 'legacy', cancelled>"
    assert first.result(20) == 1
    assert isinstance(run("%%beep_eval legacy\nran").error, NameError)


def test_a_cell_that_waits_for_another_notebooks_is_cancelled_without_touching_that(run, shell, other_notebook) -> None:
    theirs = other_notebook("import time; time.sleep(1.5); 'whole'")
    run("%%beep_eval legacy --bg job\nran = True")
    job = shell.user_ns["job"]
    time.sleep(0.2)
    assert job.cancel() is True
    with pytest.raises(CancelledError):
        job.result(10)
    assert not theirs.done()
    assert theirs.result(10).result == "whole"
    assert isinstance(run("%%beep_eval legacy\nran").error, NameError)


@pytest.mark.parametrize("call", ["job.result(0.01)", "job.cancel(); job.result()"])
def test_what_is_expected_of_a_cell_in_the_background_has_no_traceback(run, shell, call: str) -> None:
    run("%%beep_eval legacy --bg job\nprint('begun')\nimport time; time.sleep(60)")
    job = shell.user_ns["job"]
    until(lambda: bool(job.outputs))
    told = run(call).stdout
    assert "Error" in told
    assert len(told.splitlines()) == 1
    job.cancel()


def test_several_backends_run_the_cell_at_the_same_time(run, shell, two) -> None:
    begun = time.monotonic()
    done = run(
        "%%beep_eval one,two -o pid\nimport os, time\ntime.sleep(1)\nprint('<here>')\npid = os.getpid()\npid > 0"
    )
    assert (done.error, time.monotonic() - begun < 1.9) == (None, True)
    shown = done.outputs[0].data
    assert shown["text/html"].count("&lt;here&gt;") == 2
    assert shown["text/plain"] == "one:\n    <here>\n    True\n\ntwo:\n    <here>\n    True"
    assert set(shell.user_ns["pid"]) == {"one", "two"}
    assert len(set(shell.user_ns["pid"].values())) == 2
    assert shell.user_ns["_"] == {"one": True, "two": True}


def test_of_several_backends_each_shows_its_own_error(run, two) -> None:
    run("%%beep_eval two\nx = 0")
    done = run("%%beep_eval one,two\nprint(1 / x)")
    assert isinstance(done.error, NameError)
    assert "name &#x27;x&#x27; is not defined" in done.outputs[0].data["text/html"]
    assert "ZeroDivisionError: division by zero" in done.outputs[0].data["text/plain"]
    assert run("%%beep_eval one,two --no-raise\nx").error is None


def test_columns_show_what_a_notebook_would_keep(run, two) -> None:
    done = run(
        "%%beep_eval one,two\nfrom IPython.display import clear_output, display\nimport time\nprint('cleared')\n"
        "clear_output()\nshown = display('first', display_id=True)\nfor part in ('10%\\r20%\\r', '100%', ' done\\n'):\n"
        "    print('\\x1b[1m' + part, end='', flush=True); time.sleep(0.1)\nshown.update('last')"
    )
    assert done.outputs[0].data["text/plain"] == "one:\n    'last'\n    100% done\n\ntwo:\n    'last'\n    100% done"


def test_an_interrupt_of_several_backends_ends_the_cell_whatever_it_lets_pass(run, two) -> None:
    code = "if __import__('os').getpid() % 1 == 0: raise KeyboardInterrupt"
    assert isinstance(run(f"%%beep_eval one,two --no-raise\n{code}").error, KeyboardInterrupt)


def test_a_stop_of_several_backends_leaves_another_notebooks_code_alone(run, legacy, other_notebook) -> None:
    with Beep().start("http", legacy, name="two"):
        theirs = other_notebook("import time; time.sleep(1.5); 'whole'")
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        assert isinstance(run("%%beep_eval legacy,two\nimport time; time.sleep(60)").error, KeyboardInterrupt)
        assert theirs.result(10).result == "whole"


def test_local_runs_the_cell_in_the_notebook_too(run, shell) -> None:
    done = run("%%beep_eval legacy --local\nimport os\npid = os.getpid()\nprint('twice')")
    assert (done.error, done.stdout) == (None, "twice\ntwice\n")
    run("%%beep_eval legacy -o there\nthere = pid")
    assert shell.user_ns["pid"] != shell.user_ns["there"]


def test_local_runs_in_the_notebook_while_a_backend_is_used(run, shell) -> None:
    run("%beep use legacy")
    done = run("%%beep_eval --local\nimport os\npid = os.getpid()\nprint('twice')")
    assert (done.error, done.stdout) == (None, "twice\ntwice\n")
    run("%%beep_eval -o there\nthere = pid")
    assert shell.user_ns["pid"] != shell.user_ns["there"]
    assert "routed" not in shell.user_ns
    run("routed = 1")
    assert "routed" not in shell.user_ns, "cells are routed again"


def test_an_error_of_the_local_run_is_shown_once_and_ends_the_cell(run, shell) -> None:
    run("%%beep_eval legacy\nonly_there = 1")
    done = run("%%beep_eval legacy --local\nonly_there")
    assert type(done.error).__name__ == "NameError"
    assert done.stdout.count("NameError") == 2, "its name above and below the lines"
    assert isinstance(run("undefined").error, NameError), "shown as ever"


def test_auto_sends_what_the_cell_needs_and_brings_what_it_makes(run, shell) -> None:
    shell.user_ns.update(a=3, b=[1, 2], unused=object())
    done = run("%%beep_eval legacy -i auto -o auto\nimport math\ntotal = a + sum(b)\nroot = math.sqrt(total)")
    assert done.error is None
    assert (shell.user_ns["total"], shell.user_ns["root"]) == (6, 6**0.5)
    assert "math" not in shell.user_ns


def test_auto_lets_pass_what_the_cell_turns_out_not_to_make(run, shell) -> None:
    done = run("%%beep_eval legacy -o auto\nfor row in []:\n    last = row\nmade = 1\nmade + 1")
    assert (done.error, shell.user_ns["made"], shell.user_ns["_"]) == (None, 1, 2)
    assert "last" not in shell.user_ns
    assert isinstance(run("%%beep_eval legacy -o auto\nx = undefined").error, NameError)


def test_auto_leaves_the_shells_own_names_here(run) -> None:
    done = run("%%beep_eval legacy -i auto\n!echo hello\nexit;")
    assert (done.error, done.stdout.split()) == (None, ["hello"])


def test_a_used_backend_that_is_gone_says_how_to_go_on(run) -> None:
    run("%beep start --venv legacy --name lab")
    run("%beep use lab")
    run("%beep stop lab")
    assert "`%beep use --off`" in run("1 + 1").error.cure
    assert "`%beep use --off`" not in run("%%beep_eval other\n1").error.cure
    assert run("%beep use --off\n").error is None


def test_the_extension_is_loaded_again_while_a_backend_is_used(run) -> None:
    run("%beep use legacy")
    assert run("%load_ext beep_jupyter").error is None
    assert run("%unload_ext beep_jupyter").error is None
    assert "Line magic function `%beep` not found" in run("%beep use --off").stderr


def test_the_name_of_the_future_is_no_word_of_python(run) -> None:
    assert run("%%beep_eval legacy --bg class\n1").error.what == "'class' cannot be the name of a variable."

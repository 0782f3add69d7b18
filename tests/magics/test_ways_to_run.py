"""Sessions, the background, several backends, the notebook too, and variables that are found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
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
    assert "running" in repr(job)
    with pytest.raises(TimeoutError, match="has not ended"):
        job.result(0.01)
    assert job.result(20) == 42
    assert (job.done(), shell.user_ns["y"], job.outputs[0]["text"]) == (True, 7, "late\n")
    assert repr(job) == "<cell in 'legacy', done>"
    assert job.cancel() is False


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
    with pytest.raises(ExecutionError, match="ZeroDivisionError"):
        shell.user_ns["job"].result(20)
    assert repr(shell.user_ns["job"]) == "<cell in 'legacy', failed>"


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


def test_local_runs_the_cell_in_the_notebook_too(run, shell) -> None:
    done = run("%%beep_eval legacy --local\nimport os\npid = os.getpid()\nprint('twice')")
    assert (done.error, done.stdout) == (None, "twice\ntwice\n")
    run("%%beep_eval legacy -o there\nthere = pid")
    assert shell.user_ns["pid"] != shell.user_ns["there"]


def test_an_error_of_the_local_run_is_shown_once_and_ends_the_cell(run, shell) -> None:
    run("%%beep_eval legacy\nonly_there = 1")
    done = run("%%beep_eval legacy --local\nonly_there")
    assert done.error is not None
    assert done.stdout.count("NameError") == 2, "its name above and below the lines"


def test_auto_sends_what_the_cell_needs_and_brings_what_it_makes(run, shell) -> None:
    shell.user_ns.update(a=3, b=[1, 2], unused=object())
    done = run("%%beep_eval legacy -i auto -o auto\nimport math\ntotal = a + sum(b)\nroot = math.sqrt(total)")
    assert done.error is None
    assert (shell.user_ns["total"], shell.user_ns["root"]) == (6, 6**0.5)
    assert "math" not in shell.user_ns

"""`eval` and `run` in real backends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from beep_jupyter import Beep

pytestmark = [pytest.mark.usefixtures("legacy"), pytest.mark.filterwarnings("ignore::ResourceWarning")]
BEEP = [sys.executable, "-m", "beep_jupyter"]


def test_eval_streams_and_prints_the_last_value(beep) -> None:
    done = beep("eval", "legacy", "import sys\nprint('out')\nprint('err', file=sys.stderr)\n40 + 2")
    assert (done.status, done.out, done.err) == (0, "out\n42\n", "err\n")


def test_eval_reads_code_from_standard_input(home) -> None:
    done = subprocess.run([*BEEP, "eval", "legacy", "-"], input="x = 3\nx * 2\n", capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "6\n"), done.stderr


@pytest.mark.parametrize(
    ("code", "status", "err"),
    [
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(None)", 0, ""),
        ("import sys; sys.exit(0)", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit(-1)", 255, ""),
        ("import sys; sys.exit('goodbye')", 1, "goodbye\n"),
    ],
)
def test_the_exit_status_follows_sys_exit(beep, code: str, status: int, err: str) -> None:
    done = beep("eval", "legacy", code)
    assert (done.status, done.err) == (status, err)


def test_an_exception_is_1_with_the_remote_traceback(beep) -> None:
    done = beep("eval", "legacy", "def f():\n    return 1 / 0\nf()")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Traceback (most recent call last):\n")
    assert "    return 1 / 0\n" in done.err
    assert done.err.endswith("ZeroDivisionError: division by zero\n")


def test_a_timeout_is_1_with_its_cure(beep) -> None:
    done = beep("eval", "legacy", "import time\ntime.sleep(30)", "--timeout", "0.3")
    assert done.status == 1
    assert done.err == (
        "Error: The code did not end within 0.3 s and was interrupted.\n"
        "Hint: Its variables are kept; give it more time with `--timeout` or `timeout_s`.\n"
    )


def test_a_worker_that_dies_is_1_and_says_why(beep) -> None:
    done = beep("eval", "legacy", "import os; os._exit(9)")
    assert done.status == 1
    assert done.err == (
        "Error: The worker of backend 'legacy' exited with status 9.\n"
        "Hint: Its variables are lost; the next cell starts in a fresh one.\n"
    )


def test_ctrl_c_interrupts_the_code_and_is_130(home) -> None:
    code = "import time\nprint('begun', flush=True)\ntime.sleep(30)"
    process = subprocess.Popen(
        [*BEEP, "eval", "legacy", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.endswith("KeyboardInterrupt\n")


def test_the_backend_of_an_environment_ends_with_the_command(beep) -> None:
    assert beep("eval", "legacy", "x = 1").status == 0
    assert Beep().backends() == []
    assert "NameError" in beep("eval", "legacy", "x").err


def test_a_shared_backend_keeps_its_variables_and_runs_on(beep) -> None:
    assert beep("start", "--detach", "--venv", "legacy", "--name", "shared").status == 0
    assert beep("eval", "shared", "x = 5").status == 0
    assert beep("eval", "shared", "x").out == "5\n"
    assert [health.name for health in Beep().backends()] == ["shared"]


def test_a_name_that_means_nothing_is_1_with_the_nearest(beep) -> None:
    done = beep("eval", "legcy", "1")
    assert done.status == 1
    assert done.err == (
        "Error: No backend or environment is called 'legcy'.\nHint: Did you mean 'legacy'? `beep status` shows all.\n"
    )


def test_run_runs_a_file_as_a_script(beep, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("value = 7")
    script = tmp_path / "say.py"
    script.write_text("import sys, beside\nprint(sys.argv[1:], __file__, __name__, beside.value)\n")
    done = beep("run", "legacy", str(script), "--flag", "b")
    assert (done.status, done.out, done.err) == (0, f"['--flag', 'b'] {script} __main__ 7\n", "")


def test_a_script_that_raises_shows_its_own_frames_only(beep, tmp_path: Path) -> None:
    script = tmp_path / "fail.py"
    script.write_text("def f():\n    raise ValueError('no')\n\nf()\n")
    done = beep("run", "legacy", str(script))
    assert done.status == 1
    assert done.err == (
        "Traceback (most recent call last):\n"
        f'  File "{script}", line 4, in <module>\n    f()\n'
        f"  File \"{script}\", line 2, in f\n    raise ValueError('no')\n"
        "ValueError: no\n"
    )


def test_a_script_with_a_syntax_error_shows_where(beep, tmp_path: Path) -> None:
    script = tmp_path / "bad.py"
    script.write_text("x = = 1\n")
    done = beep("run", "legacy", str(script))
    assert done.status == 1
    assert f'  File "{script}", line 1\n    x = = 1\n' in done.err
    assert "<cell" not in done.err


def test_the_exit_status_of_a_script_is_passed_on(beep, tmp_path: Path) -> None:
    script = tmp_path / "leave.py"
    script.write_text("import sys\nsys.exit(4)\n")
    assert beep("run", "legacy", str(script)).status == 4


def test_a_file_that_is_not_there_is_2_before_anything_starts(beep, tmp_path: Path) -> None:
    done = beep("run", "legacy", str(tmp_path / "none.py"))
    assert done.status == 2
    assert "none.py' does not exist.\n" in done.err


def test_output_streams_while_the_code_runs(home) -> None:
    code = "import time\nprint('early', flush=True)\ntime.sleep(3)"
    process = subprocess.Popen([*BEEP, "eval", "legacy", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    begun = time.monotonic()
    assert process.stdout.readline() == "early\n"
    early_s = time.monotonic() - begun
    process.communicate(timeout=20)
    assert time.monotonic() - begun - early_s > 2.5

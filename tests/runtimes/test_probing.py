"""Asking interpreters: the real ones of this machine, and every way in which one can be broken."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from beep_jupyter.runtimes import probing
from beep_jupyter.runtimes.probing import Answer, probe

from .conftest import THIS_PYTHON, THIS_VERSION, Machine, run_python

EVERY_PYENV = sorted(Path.home().glob(".pyenv/versions/*/bin/python"))


def ask(path: Path) -> Answer:
    return probe([path])[path]


def test_this_python_says_what_it_is() -> None:
    answer = ask(THIS_PYTHON)
    assert (answer.implementation, answer.version, answer.problem) == ("cpython", THIS_VERSION, "")
    assert answer.executable == str(THIS_PYTHON)
    assert answer.prefix == os.path.realpath(run_python(THIS_PYTHON, "import sys; print(sys.prefix)"))
    assert answer.library == run_python(THIS_PYTHON, "import os; print(os.__file__)")


@pytest.mark.skipif(not EVERY_PYENV, reason="needs Pythons under ~/.pyenv/versions")
def test_every_version_answers_down_to_the_oldest() -> None:
    answers = probe(EVERY_PYENV)
    assert {path.parent.parent.name: answers[path].version for path in EVERY_PYENV} == {
        path.parent.parent.name: path.parent.parent.name for path in EVERY_PYENV
    }


def test_variables_of_the_caller_do_not_confuse_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "socket.py").write_text("raise SystemExit(9)")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert ask(THIS_PYTHON).version == THIS_VERSION


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("exit 1", "does not start: exit status 1"),
        ("echo could not load libpython >&2; exit 127", "does not start: exit status 127 (could not load libpython)"),
        ("kill -SEGV $$", "does not start: signal 11"),
        ("echo 3.9.18", "does not answer as a Python does"),
        ("echo 'beep-probe (1, 2'", "does not answer as a Python does"),
        ("echo 'beep-probe __import__(\"os\").getcwd()'", "does not answer as a Python does"),
        ("head -c 3000000 /dev/urandom; head -c 3000000 /dev/urandom >&2", "does not answer as a Python does"),
        ("", "does not answer as a Python does"),
    ],
)
def test_broken_interpreter_is_an_answer_with_a_problem(body: str, problem: str, machine: Machine) -> None:
    assert ask(machine.script("bin/python3", body)) == Answer(problem=problem)


def test_what_cannot_even_be_started_is_said(machine: Machine, tmp_path: Path) -> None:
    dangling = machine.link("bin/python3.9", Path("/nowhere/python3.9"))
    locked = machine.script("bin/python3.8", "", is_executable=False)
    foreign = tmp_path / "python3.10"
    foreign.write_bytes(b"MZ\x90\x00 for another system")
    foreign.chmod(0o755)
    paths = [dangling, locked, foreign, tmp_path / "gone", tmp_path]
    assert [answer.problem for answer in probe(paths).values()] == [
        "is a link to /nowhere/python3.9, which is gone",
        "is not executable",
        "does not start: Exec format error",
        "is gone",
        "is a folder",
    ]


def test_hanging_ones_cost_one_time_limit_together_and_are_killed_with_their_children(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(probing, "TIME_LIMIT_S", 0.5)
    body = f"trap '' TERM; sleep 100 & echo $! >> {tmp_path}/children; echo $$ >> {tmp_path}/children; wait"
    hanging = [machine.script(f"{number}/python3", body) for number in range(3)]
    began = time.monotonic()
    answers = probe([*hanging, THIS_PYTHON])
    assert time.monotonic() - began < 2
    assert [answers[path] for path in hanging] == [Answer(problem="does not answer within 0.5 s")] * 3
    assert answers[THIS_PYTHON].version == THIS_VERSION
    children = [int(line) for line in (tmp_path / "children").read_text().split()]
    assert len(children) == 6
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in children)


def test_one_that_leaves_a_child_with_the_pipe_does_not_hold_us(machine: Machine) -> None:
    script = machine.saying("bin/python3", "3.9.1")
    script.write_text(script.read_text().replace("cat", "sleep 100 &\ncat"))
    began = time.monotonic()
    assert ask(script).version == "3.9.1"
    assert time.monotonic() - began < 2


def test_many_are_asked_side_by_side(machine: Machine) -> None:
    slow = [machine.script(f"{number}/python3", "sleep 0.5; exit 1") for number in range(8)]
    began = time.monotonic()
    probe(slow)
    assert time.monotonic() - began < 2


def test_however_many_hang_there_is_a_limit_for_all(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "TIME_LIMIT_S", 0.3)
    monkeypatch.setattr(probing, "LIMIT_FOR_ALL_S", 0.5)
    hanging = [machine.script(f"{number}/python3", "exec sleep 100") for number in range(40)]
    began = time.monotonic()
    problems = {answer.problem for answer in probe(hanging).values()}
    assert time.monotonic() - began < 3
    assert problems == {"does not answer within 0.3 s", "was not asked, because too many others do not answer"}

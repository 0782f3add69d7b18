from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import beep_jupyter
from beep_jupyter.cli import main as main_module
from beep_jupyter.errors import BeepError

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
BEEP = [sys.executable, "-m", "beep_jupyter"]


def test_done_is_0(beep) -> None:
    done = beep("config", "uv.offline")
    assert (done.status, done.out, done.err) == (0, "false\n", "")


def test_a_failure_is_1_with_a_sentence_and_a_hint_on_stderr(beep) -> None:
    done = beep("venv", "status", "nope")
    assert (done.status, done.out) == (1, "")
    assert (
        done.err
        == "Error: No environment is called 'nope'.\nHint: There is none yet; `beep venv create NAME` makes one.\n"
    )


def test_wrong_usage_is_2(beep) -> None:
    done = beep("strat")
    assert (done.status, done.out) == (2, "")
    assert done.err == "Error: No command is called 'beep strat'.\nHint: Did you mean `beep start`?\n"


@pytest.mark.parametrize("name", ["../x", "a" * 80, "<img>", "A"])
def test_a_name_that_cannot_be_is_2_and_makes_nothing(beep, home, name: str) -> None:
    done = beep("venv", "create", name)
    assert done.status == 2
    assert "cannot name an environment." in done.err
    assert list(home.environments.iterdir()) == []


@pytest.mark.parametrize("package", ["--index-url=http://x", "-r file", "numpy\n--index-url=http://x"])
def test_a_package_that_smuggles_an_option_is_2_and_makes_nothing(beep, home, package: str) -> None:
    done = beep("venv", "create", "a", "--", package)
    assert done.status == 2
    assert done.err.startswith("Error: ")
    assert "\nHint: " in done.err
    assert list(home.environments.iterdir()) == []


def test_an_unexpected_exception_keeps_its_traceback(beep, monkeypatch) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(main_module, "invoke", fail)
    with pytest.raises(ZeroDivisionError):
        beep("list")


def test_ctrl_c_is_130_without_a_traceback(beep, monkeypatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(main_module, "invoke", interrupted)
    assert beep("list") == type(beep("list"))(130, "", "")


def test_an_unusable_home_is_1_with_its_cure(beep, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BEEP_HOME", str(tmp_path / "file"))
    done = beep("venv", "list")
    assert done.status == 1
    assert done.err.endswith("Hint: Set BEEP_HOME to a folder of your own.\n")


def test_a_reader_that_leaves_early_causes_no_traceback(home) -> None:
    shell = f"{sys.executable} -m beep_jupyter config | head -c 1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert done.stderr == ""


def test_python_m_and_version(home) -> None:
    done = subprocess.run([*BEEP, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"beep-jupyter {beep_jupyter.__version__}\n"


@pytest.mark.parametrize("words", ["beep st", "beep stat", "beep venv cr", "beep start --det"])
def test_a_shell_gets_its_completions(home, words: str, monkeypatch) -> None:
    variables = {"_BEEP_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = subprocess.run(BEEP, capture_output=True, text=True, check=True)
    last = words.split()[-1]
    assert done.stdout.splitlines()
    assert all(line.startswith(f"plain,{last}") for line in done.stdout.splitlines())


def test_bash_completes_a_word_by_tab(home, tmp_path: Path) -> None:
    """The script that `beep completion bash` prints, in a real bash."""
    program = tmp_path / "beep"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m beep_jupyter "$@"\n')
    program.chmod(0o755)
    script = f"""
PATH={tmp_path}:$PATH
source <(beep completion bash)
COMP_WORDS=(beep venv cr) COMP_CWORD=2
_beep_completion beep cr venv
echo "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.stdout == "create\n", done.stderr


def test_every_error_of_ours_is_caught(beep, monkeypatch) -> None:
    def fail(*_: object) -> int:
        raise BeepError("It failed.", "Do this.")

    monkeypatch.setattr(main_module, "invoke", fail)
    done = beep("list")
    assert (done.status, done.err) == (1, "Error: It failed.\nHint: Do this.\n")

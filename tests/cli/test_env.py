"""`env sync`: what a notebook declares, built from the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from beep_jupyter import Beep

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
VERSION = ".".join(map(str, sys.version_info[:3]))
PYTHON = f"python = {sys.executable!r}"


def write(folder: Path, *sources: str) -> Path:
    """A notebook of these cells."""
    path = folder / "story.ipynb"
    cells = [{"cell_type": "code", "source": source} for source in sources]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_each_environment_is_built_and_gets_a_line(beep, tmp_path: Path) -> None:
    notebook = write(tmp_path, f"%%beep_env a\n{PYTHON}", "1 + 1", f"\n%%beep_env b.c\n{PYTHON}")
    done = beep("env", "sync", str(notebook))
    ready = f"is ready: Python {VERSION}, no packages, locked in"
    lines = f"Environment 'a' {ready} pylock.a.toml.\nEnvironment 'b.c' {ready} pylock.b_c.toml.\n"
    assert (done.status, done.out) == (0, lines)
    assert {path.name for path in tmp_path.glob("*.toml")} == {"pylock.a.toml", "pylock.b_c.toml"}
    again = beep("env", "sync", str(notebook))
    assert (again.status, again.out, again.err) == (0, lines, "")


def test_one_that_cannot_be_built_does_not_keep_the_others_from_it(beep, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    notebook = write(tmp_path, f'%%beep_env a\n{PYTHON}\ndependencies = ["no-such-thing"]', f"%%beep_env b\n{PYTHON}")
    done = beep("env", "sync", str(notebook))
    assert done.status == 1
    assert done.out.startswith("Environment 'b' is ready: ")
    lines = done.err.splitlines()
    assert [line for line in lines if line.startswith("Environment 'a' was not locked: ")]
    assert lines[-2:] == [
        f"Error: 1 of the 2 environments of {notebook} are not ready: a.",
        "Hint: Mend what is said above, and run it again.",
    ]


def test_the_only_one_that_cannot_be_built_is_the_error(beep, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    notebook = write(tmp_path, f'%%beep_env a\n{PYTHON}\ndependencies = ["no-such-thing"]')
    done = beep("env", "sync", str(notebook))
    assert (done.status, done.out) == (1, "")
    assert "Error: Environment 'a' was not locked: " in done.err


def test_a_notebook_without_any_is_told_how(beep, tmp_path: Path) -> None:
    notebook = write(tmp_path, "1 + 1")
    done = beep("env", "sync", str(notebook))
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{notebook} declares no environment; a cell that begins with `%%beep_env NAME` does.\n"


@pytest.mark.parametrize(
    ("sources", "what", "hint"),
    [
        (
            ["1", "%%beep_env a\npython = 3.9"],
            "Cell 2 of story.ipynb: In the declaration of environment 'a', ",
            "Write",
        ),
        (["%%beep_env A\n#"], "Cell 1 of story.ipynb: 'A' cannot name an environment.", "Use 1 to 64 of"),
        (["%%beep_env\nset = 'web'"], "Cell 1 of story.ipynb: Missing argument 'NAME'.", "`%%beep_env --help`"),
        (["%%beep_env a --now\n#"], "Cell 1 of story.ipynb: No such option '--now'.", ""),
        (["%%beep_env 'a\n#"], "Cell 1 of story.ipynb: The line cannot be read: no closing quotation.", "Close the"),
        (["%%beep_env a\ndependencies = ['-e .']"], "Cell 1 of story.ipynb: '-e .' is an option", "Write it as"),
        (
            ["%%beep_env a\n#", "%%beep_env a\n#"],
            "Cell 2 of story.ipynb declares 'a', whose lock pylock.a.toml is that of cell 1 too.",
            "Give each environment one cell, and a name of its own.",
        ),
        (["%%beep_env a.b\n#", "%%beep_env a_b\n#"], "Cell 2 of story.ipynb declares 'a_b', whose lock", "Give each"),
        (["%%bash\n%%beep_env a"], "Cell 1 of story.ipynb begins with `%%bash`", "Give `%%beep_env` a cell"),
    ],
)
def test_a_wrong_declaration_is_2_and_nothing_is_built(
    beep, tmp_path: Path, sources: list[str], what: str, hint: str
) -> None:
    done = beep(
        "env", "sync", str(write(tmp_path, f"%%beep_env good\n{PYTHON}", *sources).rename(tmp_path / "s.ipynb"))
    )
    what = what.replace("Cell 2", "Cell 3").replace("Cell 1", "Cell 2").replace("cell 1", "cell 2")
    assert (done.status, done.out) == (2, "")
    assert f"Error: {what.replace('story', 's')}" in done.err
    assert f"\nHint: {hint}" in done.err
    assert Beep().environments.list() == []


def test_a_notebook_that_is_not_there_is_2(beep, tmp_path: Path) -> None:
    done = beep("env", "sync", str(tmp_path / "no.ipynb"))
    assert (done.status, done.out) == (2, "")
    assert done.err == f"Error: There is no notebook {tmp_path / 'no.ipynb'}.\nHint: Give the path of an .ipynb file.\n"


def test_a_name_that_is_taken_otherwise_is_refused_until_replace(beep, tmp_path: Path, legacy) -> None:
    notebook = write(tmp_path, f"%%beep_env legacy\n{PYTHON}")
    done = beep("env", "sync", str(notebook))
    assert done.status == 1
    assert "Error: Environment 'legacy' exists, and was not made by a declaration.\n" in done.err
    assert beep("env", "sync", str(notebook), "--replace").status == 0
    assert beep("env", "sync", str(notebook)).status == 0

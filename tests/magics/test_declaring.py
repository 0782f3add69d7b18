"""`%%beep_env` in a shell, and in a whole notebook that is run headless on two machines."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from beep_jupyter import Beep
from beep_jupyter.errors import EnvironmentBusyError, UsageError
from beep_jupyter.home import Home
from tests.environments.conftest import make_wheel
from tests.interpreters import OLDEST
from tests.kernel import executed

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
VERSION = ".".join(map(str, sys.version_info[:3]))
PYTHON = f"python = {sys.executable!r}\n"


@pytest.fixture
def declare(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `%%beep_env one` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda text, line="one": shell.run_cell_magic("beep_env", line, text)


def test_it_builds_and_says_so_and_again_at_once(declare: Any, tmp_path: Path, capsys) -> None:
    declare(PYTHON)
    said = f"Environment 'one' is ready: Python {VERSION}, no packages, locked in pylock.one.toml.\n"
    assert capsys.readouterr().out.endswith(said)
    assert (tmp_path / "pylock.one.toml").is_file()
    started = time.perf_counter()
    declare(PYTHON)
    assert time.perf_counter() - started < 0.05
    assert capsys.readouterr().out == said


def test_what_it_declares_is_there_for_beep_eval(declare: Any, shell: Any) -> None:
    declare(PYTHON)
    try:
        shell.run_cell_magic("beep_eval", "one -o where", "import sys\nwhere = sys.prefix")
        assert shell.user_ns["where"] == str(Beep().environments.get("one").path)
        declare(PYTHON)
        with pytest.raises(EnvironmentBusyError, match="cannot be rebuilt while backends run in it: one"):
            declare(PYTHON + "set = 'testing'", line="one --replace")
    finally:
        Beep().stop_all()


@pytest.mark.parametrize(
    ("line", "text", "what"),
    [
        ("one", "python = 3.9", "In the declaration of environment 'one', 'python' cannot be 3.9."),
        ("", "python = '3.9'", "Missing argument 'NAME'."),
        ("one two", "python = '3.9'", "Got unexpected extra argument (two)."),
        ("{one}", "python = '3.9'", "'{one}' cannot name an environment."),
    ],
)
def test_what_is_wrong_is_one_sentence_without_our_traceback(declare: Any, line: str, text: str, what: str) -> None:
    with pytest.raises(UsageError) as refused:
        declare(text, line)
    assert refused.value.what == what
    assert "UsageError" in refused.value._render_traceback_()[0]  # what IPython shows in the place of a traceback


def test_help_says_what_may_be_declared(declare: Any, capsys) -> None:
    declare("# IPython calls no magic without text", line="--help")
    shown = capsys.readouterr().out
    assert "%%beep_env" in shown
    assert "python, dependencies, requirements, set, dotnet" in " ".join(shown.split())


def test_it_stays_in_the_notebook_while_a_backend_is_used(shell: Any, declare: Any) -> None:
    declare(PYTHON)
    shell.run_line_magic("beep", "use one")
    try:
        shell.run_cell(f"%%beep_env two\n{PYTHON}").raise_error()
        assert Beep().environments.get("two").state == "ready"
    finally:
        shell.run_line_magic("beep", "use --off")
        Beep().stop_all()


@pytest.mark.timeout(90)
def test_a_notebook_builds_on_another_machine_what_it_built_on_the_first(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = tmp_path / "source", tmp_path / "folder"
    source.mkdir()
    folder.mkdir()
    make_wheel(source, "alpha", "1.0")
    for name, value in (("FIND_LINKS", source), ("DEFAULT_INDEX", "file:///nowhere"), ("CACHE_DIR", tmp_path / "uv")):
        monkeypatch.setenv(f"UV_{name}", str(value))
    assert run(folder) == ["1.0", OLDEST.version]
    make_wheel(source, "alpha", "2.0")
    monkeypatch.setenv("BEEP_HOME", str(tmp_path / "other"))
    assert run(folder) == ["1.0", OLDEST.version]
    (folder / "pylock.one.toml").unlink()
    monkeypatch.setenv("BEEP_HOME", str(tmp_path / "third"))
    assert run(folder) == ["2.0", OLDEST.version]


def run(folder: Path) -> list[str]:
    """What the notebook found: the versions of alpha and of Python."""
    cells = [
        f"%load_ext beep_jupyter\n%cd -q {folder}",
        f"%%beep_env one\npython = {str(OLDEST.path)!r}\ndependencies = ['alpha']",
        "%%beep_eval one -o found\nimport alpha, platform\nfound = [alpha.version, platform.python_version()]",
        "print(*found)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with executed(notebook, timeout_s=40):
        assert [backend.name for backend in Beep().backends()] == ["one"]
        return str(notebook.cells[-1].outputs[0].text).split()

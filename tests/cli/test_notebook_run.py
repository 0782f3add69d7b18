"""Running a notebook in a kernel of one's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from beep_jupyter.cli.notebook_run import run_notebook
from beep_jupyter.cli.own_kernel import write_kernelspec
from beep_jupyter.errors import ExecutionError, StartError
from beep_jupyter.home import Home

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@contextmanager
def nothing(cell: NotebookNode) -> Iterator[None]:
    yield


def run(folder: Path, home: Home, *sources: str) -> NotebookNode:
    """The notebook after its run, in whose cells the outputs are."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    run_notebook(notebook, write_kernelspec(folder, home.root), folder, folder / "kernel.log", nothing)
    return notebook


def test_cells_run_in_this_interpreter_with_this_home_and_folder(home: Home, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("BEEP_HOME", "/somewhere/else")
    code = "import os, sys, beep_jupyter\nprint(sys.executable, os.environ['BEEP_HOME'], os.getcwd(), sep='\\n')"
    (output,) = run(tmp_path, home, code).cells[0].outputs
    assert output.text.splitlines() == [sys.executable, str(home.root), str(tmp_path)]


def test_every_cell_is_announced_before_it_runs(home: Home, tmp_path: Path) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("print('seen')")])
    seen: list[tuple[str, int]] = []

    @contextmanager
    def around(cell: NotebookNode) -> Iterator[None]:
        seen.append((cell.source, len(cell.get("outputs", []))))
        yield
        seen.append((cell.source, len(cell.get("outputs", []))))

    run_notebook(notebook, write_kernelspec(tmp_path, home.root), tmp_path, tmp_path / "kernel.log", around)
    assert seen == [("# Title", 0), ("# Title", 0), ("print('seen')", 0), ("print('seen')", 1)]


def test_a_cell_that_raises_ends_the_run(home: Home, tmp_path: Path) -> None:
    with pytest.raises(ExecutionError) as raised:
        run(tmp_path, home, "raise KeyError('k')", "open('reached', 'w')")
    assert (raised.value.ename, raised.value.evalue) == ("KeyError", "'k'")
    assert not (tmp_path / "reached").exists()


def test_a_kernel_that_dies_is_named_with_the_place_of_its_last_words(home: Home, tmp_path: Path) -> None:
    code = "import os\nos.write(2, b'')\nos.system('echo last words >&2')\nos._exit(3)"
    with pytest.raises(StartError) as raised:
        run(tmp_path, home, code)
    log = tmp_path / "kernel.log"
    assert str(raised.value) == f"The notebook's kernel did not start, or died. Its last words are in {log}."


def test_a_kernel_that_does_not_start_is_named_too(home: Home, tmp_path: Path) -> None:
    kernels = write_kernelspec(tmp_path, home.root)
    spec = kernels / "python3/kernel.json"
    spec.write_text(spec.read_text().replace("ipykernel_launcher", "no_such_module"))
    notebook = new_notebook(cells=[new_code_cell("1")])
    with pytest.raises(StartError, match="did not start"):
        run_notebook(notebook, kernels, tmp_path, tmp_path / "kernel.log", nothing)
    assert "no_such_module" in (tmp_path / "kernel.log").read_text()

"""The notebooks as they are kept: clean, complete and for any front end. The campaign runs them as a front end does.

The default run executes the quickstart through `beep demo`, in tests/cli/test_demo.py.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from beep_jupyter import Beep
from beep_jupyter.home import Home
from beep_jupyter.resources import find_folder
from tests.kernel import executed

NOTEBOOKS = sorted(find_folder("notebooks").glob("*.ipynb"))
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_quickstart_is_there() -> None:
    assert "01-quickstart.ipynb" in [path.name for path in NOTEBOOKS]


@every_notebook
def test_it_is_kept_without_outputs_and_counts(path: Path) -> None:
    assert [cell.id for cell in code_cells(path) if cell.outputs or cell.execution_count is not None] == []


@every_notebook
def test_it_opens_without_a_question_and_without_a_repair(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert all(cell.id for cell in notebook.cells)


@every_notebook
def test_it_ends_every_line_before_120_characters(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert [line for cell in cells for line in cell.source.splitlines() if len(line) > 120] == []


@pytest.mark.parametrize("step", ["read", "analyse"])
def test_the_quickstart_sends_the_same_cell_to_both(step: str) -> None:
    cells = {cell.id: cell.source for cell in code_cells(NOTEBOOKS[0])}
    old, new = cells[f"{step}-old"], cells[f"{step}-new"]
    assert old != new
    assert old.replace("demo-old", "demo-new", 1) == new


@pytest.mark.timeout(60)
def test_code_in_admin_makes_an_environment_works_in_it_and_deletes_it(home: Home) -> None:
    notebook = nbformat.read(find_folder("notebooks") / "admin.ipynb", as_version=4)
    with executed(notebook, timeout_s=50):
        assert Beep().backends() == []
    cells = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    listed = [line.split()[0] for line in cells["list"][0].data["text/plain"].splitlines()]
    assert listed == ["name", "admin", "admin-trial"]
    oldest, _ = Beep().runtimes.oldest_and_newest()
    assert cells["create"][0].text == f"'admin-trial' has Python {oldest.version}\n"
    assert cells["answer"][0].text.count(" is ") == 4
    assert [environment.name for environment in Beep().environments.list()] == ["admin"]


@pytest.mark.campaign
@pytest.mark.timeout(300)
@every_notebook
def test_it_runs_from_top_to_bottom_in_a_fresh_home(home: Home, path: Path) -> None:
    with executed(nbformat.read(path, as_version=4), timeout_s=240):
        assert Beep().backends() == []

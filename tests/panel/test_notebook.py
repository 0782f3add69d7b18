from __future__ import annotations

import nbformat
import pytest

from beep_jupyter import Beep
from beep_jupyter.home import Home
from beep_jupyter.resources import find_folder
from tests.kernel import executed


@pytest.mark.timeout(90)
def test_the_notebook_shows_the_panel_and_tells_its_story(home: Home) -> None:
    notebook = nbformat.read(find_folder("notebooks") / "04-panel.ipynb", as_version=4)
    with executed(notebook, timeout_s=60):
        assert Beep().backends() == []
    shown = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    assert "application/vnd.jupyter.widget-view+json" in shown["panel"][0].data
    assert shown["watch"][0].text == "The backend is busy\n"
    assert "pi is about 3.1" in shown["result"][0].text
    assert "signal 9" in shown["die"][0].text
    assert "hits is gone" in shown["again"][0].text
    assert Beep().environments.list() == []

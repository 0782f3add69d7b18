"""The main promise: environments without a single package run the cells of one notebook, and stay without one."""

from __future__ import annotations

import json
import subprocess

import nbformat
import uv as uv_module
from nbformat.v4 import new_code_cell, new_notebook

from beep_jupyter import Beep
from beep_jupyter.home import Home
from tests.interpreters import NEWEST, OLDEST
from tests.kernel import executed

SUM = "import sys\ntotal = sum(data['numbers'])\nversion = sys.version_info[:2]"
CELLS = [
    "%load_ext beep_jupyter",
    "data = {'numbers': [1, 2, 3], 'raw': b'bytes'}",
    f"%%beep_eval oldest -i data -o total,version\n{SUM}",
    "first = total, version",
    f"%%beep_eval newest -i data -o total,version\n{SUM}",
    "print(first, (total, version))",
    "%%beep_eval oldest\nprint('state:', total); total * 2",
    "%beep stop oldest newest",
]


def test_bare_environments_of_the_oldest_and_newest_python_run_one_notebook(home: Home) -> None:
    beep = Beep()
    for name, interpreter in {"oldest": OLDEST, "newest": NEWEST}.items():
        beep.environments.create(name, python=str(interpreter.path))
    assert packages(beep, "oldest") == packages(beep, "newest") == []
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in CELLS])
    with executed(notebook, timeout_s=60):
        assert beep.backends() == []
    assert printed(notebook, 5) == f"(6, {OLDEST.pair}) (6, {NEWEST.pair})\n"
    assert printed(notebook, 6) == "state: 6\n"
    assert notebook.cells[6].outputs[-1]["data"]["text/plain"] == "12"
    assert packages(beep, "oldest") == packages(beep, "newest") == []


def printed(notebook: nbformat.NotebookNode, cell: int) -> str:
    return "".join(output.get("text", "") for output in notebook.cells[cell].outputs)


def packages(beep: Beep, environment: str) -> list[str]:
    """What uv says is installed there."""
    uv, python = uv_module.find_uv_bin(), str(beep.environments.get(environment).python)
    command = [uv, "pip", "list", "--format", "json", "--python", python]
    return [entry["name"] for entry in json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL))]

"""One notebook, one environment, a backend of each kind: every cell looks the same, whichever way it went."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from beep_jupyter import Beep
from beep_jupyter.home import Home
from tests.interpreters import NEWEST, OLDEST, Interpreter
from tests.kernel import executed

KINDS = ("pipe", "http", "grpc")
CELLS = {
    "text in order": (
        "import os, sys\nprint('out'); print('err', file=sys.stderr)\nstatus = os.system('echo child')\nprint('ä€😀')"
    ),
    "a value": "[1, 2.5, {'a': (None, True)}]",
    "a rich value": (
        "class Rich:\n    def _repr_html_(self): return '<b>rich</b>'\n    def __repr__(self): return 'rich'\nRich()"
    ),
    "values both ways": "total = sum(data['numbers']); raw = data['raw'] * 100_000",
    "what was sent": "len(raw), type(raw).__name__, total",
    "an error": "def fail():\n    return {}['missing']\nfail()",
    "a chained error": "try:\n    fail()\nexcept KeyError as error:\n    raise ValueError('wrapped') from error",
    "a syntax error": "for x in range(3) print(x)",
    "leaving": "raise SystemExit(3)",
    "a coroutine": "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "the state after all this": "total",
}
OPTIONS = {"values both ways": " -i data -o total,raw", "what was sent": " -o raw"}


@pytest.mark.parametrize("interpreter", [OLDEST, NEWEST], ids=lambda interpreter: interpreter.version)
def test_cells_give_the_same_outputs_over_every_kind(home: Home, interpreter: Interpreter) -> None:
    Beep().environments.create("bare", python=str(interpreter.path))
    quiet = "import warnings; warnings.filterwarnings('ignore', 'To exit')"  # at the first SystemExit
    cells = ["%load_ext beep_jupyter", quiet, "data = {'numbers': [1, 2, 3], 'raw': b'bytes'}"]
    cells += [f"%beep start {kind} --venv bare --name {kind}" for kind in KINDS]
    first = len(cells)
    cells += [f"%%beep_eval {kind}{OPTIONS.get(what, '')}\n{code}" for what, code in CELLS.items() for kind in KINDS]
    cells += ["len(raw), type(raw).__name__", "%beep stop --all"]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    with executed(notebook, timeout_s=60, allow_errors=True):
        assert Beep().backends() == []
    shown = [comparable(cell) for cell in notebook.cells]
    for number, what in enumerate(CELLS):
        pipe, http, grpc = shown[first + number * len(KINDS) :][: len(KINDS)]
        assert pipe or what == "values both ways", what
        assert (what, http) == (what, pipe)
        assert (what, grpc) == (what, pipe)
    assert shown[-2][0]["data"] == {"text/plain": "(500000, 'bytes')"}


def comparable(cell: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """A cell's outputs without what is the time's or the kind's own; text that came in pieces is put together."""
    outputs: list[dict[str, Any]] = []
    for output in cell.outputs:
        plain = {name: part for name, part in output.items() if name not in ("execution_count", "metadata")}
        if outputs and plain["output_type"] == "stream" and outputs[-1].get("name") == plain["name"]:
            outputs[-1]["text"] += plain["text"]
        else:
            outputs.append(plain)
        if "traceback" in plain:
            lines = [re.sub(r"In\[\d+\]", "In[N]", line) for line in plain["traceback"]]
            plain["traceback"] = [re.sub("(pipe|http|grpc)", "KIND", line) for line in lines]
    return outputs

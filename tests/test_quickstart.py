"""Which pandas the quickstart takes for which Pythons; the campaign builds and compares them in each."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from beep_jupyter import Beep
from beep_jupyter.home import Home
from beep_jupyter.models import Runtime
from beep_jupyter.quickstart import two_environments
from tests.interpreters import SUPPORTED, Interpreter

NOTEBOOK = Path(__file__).parents[1] / "notebooks/01-quickstart.ipynb"


def runtime(version: str) -> Runtime:
    return Runtime(f"cpython-{version}", version, "system", Path("/usr/bin/python3"))


@pytest.mark.parametrize(
    ("version", "packages"),
    [
        ("3.8.18", ("pandas==1.3.5", "numpy<2", "vega-datasets")),
        ("3.9.18", ("pandas==1.3.5", "numpy<2", "vega-datasets")),
        ("3.10.13", ("pandas==1.3.5", "numpy<2", "vega-datasets")),
        ("3.11.2", ("pandas==1.5.3", "numpy<2", "vega-datasets")),
        ("3.12.1", ("pandas>=2.2,<3", "vega-datasets")),
        ("3.14.0", ("pandas>=2.2,<3", "vega-datasets")),
    ],
)
def test_the_oldest_python_gets_the_oldest_pandas_that_has_a_wheel_for_it(version: str, packages: tuple) -> None:
    old, _ = two_environments(runtime(version), runtime("3.14.0"))
    assert (old.name, old.python, old.version) == ("demo-old", f"cpython-{version}", version)
    assert old.packages == packages


@pytest.mark.parametrize(
    ("version", "pandas"),
    [("3.8.18", "pandas>=2,<3"), ("3.10.13", "pandas>=2,<3"), ("3.11.2", "pandas>=3,<4"), ("3.13.0", "pandas>=3,<4")],
)
def test_the_newest_python_gets_the_newest_pandas_and_draws(version: str, pandas: str) -> None:
    _, new = two_environments(runtime("3.8.18"), runtime(version))
    assert (new.name, new.python, new.version) == ("demo-new", f"cpython-{version}", version)
    assert new.packages == (pandas, "matplotlib", "vega-datasets")


@pytest.mark.campaign
@pytest.mark.timeout(300)
@pytest.mark.parametrize("interpreter", SUPPORTED, ids=lambda interpreter: interpreter.version)
def test_where_there_is_only_one_python_it_gets_both(home: Home, interpreter: Interpreter) -> None:
    beep = Beep()
    only = beep.runtimes.find(str(interpreter.path))
    cells = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    values = []
    for wanted, kind in zip(two_environments(only, only), ("old", "new"), strict=True):
        beep.environments.create(wanted.name, python=wanted.python, packages=wanted.packages)
        with beep.start(environment=wanted.name) as backend:
            backend.execute(cells[f"read-{kind}"].partition("\n")[2])
            analysis = cells[f"analyse-{kind}"].partition("\n")[2]
            values.append(backend.execute(analysis, outputs=["mileage", "traits"]).values)
            if kind == "new":
                code = cells["draw"].partition("\n")[2]
                drawn = backend.execute(code, inputs={"old_mileage": values[0]["mileage"]})
                assert [list(output["data"]) for output in drawn.outputs] == [["text/plain", "image/png"]]
    assert values[0]["mileage"] == values[1]["mileage"]
    assert values[0]["traits"] != values[1]["traits"]

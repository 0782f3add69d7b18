"""The admin environment: the host's Python, from which this project can be imported and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.errors import EnvironmentBusyError
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager

from .conftest import UvLog, break_interpreter, manager_with


def test_code_in_it_manages_this_home(environments: EnvironmentManager, python: str, tmp_path: Path) -> None:
    environments.create("one", python=python)
    made = environments.admin()
    code = "from beep_jupyter import Beep; import click, numpy; print([e.name for e in Beep().environments.list()])"
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    told = subprocess.run(
        [made.python, "-c", code], capture_output=True, text=True, check=True, env=variables, cwd=tmp_path
    )
    assert told.stdout == "['admin', 'one']\n"
    assert made.version == ".".join(map(str, sys.version_info[:3]))
    assert made.name == "admin"


def test_it_is_made_once_and_without_a_download(
    environments: EnvironmentManager, uv_log: UvLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEP_UV_OFFLINE", "1")
    made = environments.admin()
    assert environments.admin() == made
    assert len(uv_log.commands("venv")) == len(uv_log.commands()) == 1


def test_it_is_made_again_when_the_host_has_moved(environments: EnvironmentManager, home: Home) -> None:
    made = environments.admin()
    pretend_moved(made.path.parent)
    again = environments.admin()
    assert again.path != made.path
    assert not made.path.exists()


def test_it_is_made_again_when_its_interpreter_is_gone(environments: EnvironmentManager) -> None:
    made = environments.admin()
    break_interpreter(made.path)
    assert environments.get("admin").problem.endswith("Rebuild it with `beep venv admin`.")
    assert environments.admin().state == "ready"


def test_it_is_not_made_again_while_a_backend_runs_in_it(home: Home, runtimes: RuntimeManager) -> None:
    running: list[str] = []
    environments = manager_with(home, runtimes, running)
    pretend_moved(environments.admin().path.parent)
    running.append("a")
    with pytest.raises(EnvironmentBusyError, match="'admin' cannot be rebuilt while backends run in it: a"):
        environments.admin()


def pretend_moved(generation: Path) -> None:
    """Writes into the record that the host was elsewhere when the environment was made."""
    record = json.loads((generation / "record.json").read_text())
    record["spec"]["host"] = ["/elsewhere"]
    (generation / "record.json").write_text(json.dumps(record))

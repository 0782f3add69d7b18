"""Deleting is atomic to whoever looks, refused while backends run, and what was broken off is swept."""

from __future__ import annotations

from pathlib import Path

import pytest

from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.environments.store import EnvironmentFolder
from beep_jupyter.errors import EnvironmentBusyError, EnvironmentNotFoundError, UsageError
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager

from .conftest import break_interpreter, entries, manager_with


def test_a_deleted_environment_is_gone(environments: EnvironmentManager, home: Home, python: str) -> None:
    environments.create("one", python=python)
    environments.delete("one")
    assert entries(home) == []
    with pytest.raises(EnvironmentNotFoundError):
        environments.get("one")


def test_a_broken_one_can_be_deleted(environments: EnvironmentManager, home: Home, python: str) -> None:
    break_interpreter(environments.create("one", python=python).path)
    environments.delete("one")
    assert entries(home) == []


def test_one_whose_files_are_damaged_can_be_deleted(environments: EnvironmentManager, home: Home, python: str) -> None:
    environments.create("one", python=python)
    (home.environments / "one" / "ready.json").write_text("{")
    environments.delete("one")
    assert entries(home) == []


def test_deleting_is_refused_while_backends_run(home: Home, runtimes: RuntimeManager, python: str) -> None:
    running = ["a"]
    environments = manager_with(home, runtimes, running)
    made = environments.create("one", python=python)
    with pytest.raises(EnvironmentBusyError) as caught:
        environments.delete("one")
    assert caught.value.what == "Environment 'one' cannot be deleted while backends run in it: a."
    assert caught.value.cure == "Stop them first: `beep stop a`."
    assert environments.get("one") == made


def test_force_stops_the_backends_first(home: Home, runtimes: RuntimeManager, python: str) -> None:
    running = ["a"]
    environments = manager_with(home, runtimes, running)
    environments.create("one", python=python)
    environments.delete("one", force=True)
    assert running == []
    assert entries(home) == []


def test_deleting_is_refused_while_somebody_works_on_it(
    environments: EnvironmentManager, home: Home, python: str
) -> None:
    environments.create("one", python=python)
    with EnvironmentFolder(home, "one").lock(), pytest.raises(EnvironmentBusyError) as caught:
        environments.delete("one")
    assert caught.value.what == "Environment 'one' is being worked on by another process."
    assert caught.value.cure == "Wait until that ends, then try again."
    assert environments.get("one").state == "ready"


def test_an_unknown_name_names_the_nearest(environments: EnvironmentManager, python: str) -> None:
    environments.create("legacy", python=python)
    with pytest.raises(EnvironmentNotFoundError) as caught:
        environments.delete("legcy")
    assert str(caught.value).startswith("No environment is called 'legcy'. Did you mean 'legacy'?")


def test_a_name_cannot_leave_the_folder(environments: EnvironmentManager, home: Home) -> None:
    home.environments.mkdir(exist_ok=True)
    with pytest.raises(UsageError):
        environments.delete("..")
    assert home.root.is_dir()


def test_a_deletion_that_was_broken_off_is_finished(environments: EnvironmentManager, home: Home) -> None:
    trash = home.environments / ".trash-0123456789ab"
    (trash / "venv").mkdir(parents=True)
    (home.environments / ".trash-file").touch()
    assert environments.list() == []
    assert entries(home) == []


def test_a_build_that_was_broken_off_is_swept(environments: EnvironmentManager, home: Home) -> None:
    (home.environments / "one" / "0badcafe" / "venv").mkdir(parents=True)
    (home.environments / "two").mkdir()
    (home.environments / "three").mkdir()
    (home.environments / "three" / ".ready.json.x").touch()
    assert environments.list() == []
    assert entries(home) == []


def test_a_rebuild_that_was_broken_off_is_swept(environments: EnvironmentManager, home: Home, python: str) -> None:
    made = environments.create("one", python=python)
    (home.environments / "one" / "0badcafe" / "venv").mkdir(parents=True)
    assert environments.list() == [made]
    assert not (home.environments / "one" / "0badcafe").exists()


def test_a_build_under_way_is_shown_and_left_alone(environments: EnvironmentManager, home: Home) -> None:
    generation = home.environments / "one" / "0badcafe"
    with EnvironmentFolder(home, "one").lock():
        generation.mkdir(parents=True)
        assert [(found.name, found.state) for found in environments.list()] == [("one", "building")]
        assert environments.get("one").state == "building"
    assert generation.is_dir()


def test_a_replaced_build_in_which_a_backend_runs_is_left_alone(
    home: Home, runtimes: RuntimeManager, python: str
) -> None:
    busy: set[Path] = set()
    environments = manager_with(home, runtimes, [])
    environments._backends_in = environments._creator._backends_in = lambda path: ["a"] if path in busy else []
    environments.create("one", python=python)
    old = home.environments / "one" / "0badcafe"
    old.mkdir()
    busy.add(old / "venv")
    environments.list()
    assert old.is_dir()
    busy.clear()
    environments.list()
    assert not old.exists()

"""Finding environments by name and by path, in every state."""

from __future__ import annotations

import os
import sys
import venv
from pathlib import Path

import pytest

from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.environments.sizes import size_on_disk_bytes
from beep_jupyter.errors import ConfigurationError, EnvironmentNotFoundError, UnsupportedRuntimeError, UsageError
from beep_jupyter.home import Home

from .conftest import break_interpreter


def test_the_list_is_sorted_by_name(environments: EnvironmentManager, python: str) -> None:
    for name in ("b", "a.b", "c-1"):
        environments.create(name, python=python)
    assert [found.name for found in environments.list()] == ["a.b", "b", "c-1"]


def test_a_broken_one_is_listed_with_its_cure(environments: EnvironmentManager, python: str) -> None:
    break_interpreter(environments.create("one", python=python).path)
    (found,) = environments.list()
    assert found.state == "broken"
    assert found.problem == (
        "Its interpreter /nowhere/bin/python3.9 is gone. "
        "Rebuild it with `beep venv create one --python VERSION --replace`, or delete it with `beep venv delete one`."
    )


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("{", "Expecting property name"),
        ("[]", "list indices must be"),
        ('{"format": 99, "generation": "x"}', "another version of beep-jupyter made it"),
        ('{"format": 1, "generation": "gone"}', "its record is missing"),
    ],
)
def test_damaged_files_make_it_broken_and_hurt_no_other(
    environments: EnvironmentManager, home: Home, python: str, marker: str, said: str
) -> None:
    environments.create("one", python=python)
    environments.create("two", python=python)
    (home.environments / "one" / "ready.json").write_text(marker)
    one, two = environments.list()
    assert (one.state, two.state) == ("broken", "ready")
    assert said in one.problem
    with pytest.raises(ConfigurationError) as caught:
        environments.resolve("one")
    assert caught.value.what.startswith("The files of environment 'one' cannot be read: ")
    assert caught.value.cure == "Delete it with `beep venv delete one`, and build it again."


def test_resolve_takes_a_name(environments: EnvironmentManager, python: str) -> None:
    assert environments.resolve("one" if environments.create("one", python=python) else "") == environments.get("one")


def test_resolve_takes_any_virtual_environment_and_leaves_it_as_it_is(
    environments: EnvironmentManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "foreign"
    venv.create(folder, with_pip=False)
    before = sorted((path, path.lstat().st_mtime_ns) for path in folder.rglob("*"))
    found = environments.resolve(folder)
    monkeypatch.chdir(tmp_path)
    assert environments.resolve("foreign") == environments.resolve("./foreign") == found
    assert (found.name, found.path, found.python) == (str(folder), folder, folder / "bin" / "python")
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.state == "ready"
    assert sorted((path, path.lstat().st_mtime_ns) for path in folder.rglob("*")) == before


def test_resolve_takes_a_conda_environment(environments: EnvironmentManager, tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.9" / "site-packages"
    (site / "six-1.16.0.dist-info").mkdir(parents=True)
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "python-3.9.18-0.json").touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    found = environments.resolve(tmp_path)
    assert (found.version, found.packages, found.python) == ("3.9.18", ("six==1.16.0",), tmp_path / "bin" / "python")


def test_a_name_comes_before_a_folder(
    environments: EnvironmentManager, tmp_path: Path, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "one", with_pip=False)
    monkeypatch.chdir(tmp_path)
    made = environments.create("one", python=python)
    assert environments.resolve("one") == made


def test_what_is_no_environment_is_refused(environments: EnvironmentManager, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone"):
        with pytest.raises(UsageError) as caught:
            environments.resolve(path)
        assert caught.value.what == f"{path} is neither a virtual nor a conda environment."
        assert caught.value.cure == "Give the folder that holds pyvenv.cfg or conda-meta."
    with pytest.raises(UsageError, match="cannot name an environment"):
        environments.resolve("NOT a name")


def test_an_unknown_name_is_not_found(environments: EnvironmentManager, python: str) -> None:
    with pytest.raises(EnvironmentNotFoundError, match=r"There is none yet"):
        environments.resolve("one")
    environments.create("legacy", python=python)
    with pytest.raises(EnvironmentNotFoundError, match=r"Did you mean 'legacy'\?"):
        environments.get("legacyy")


def test_a_broken_one_cannot_be_resolved(environments: EnvironmentManager, tmp_path: Path, python: str) -> None:
    break_interpreter(environments.create("one", python=python).path)
    with pytest.raises(UnsupportedRuntimeError, match="Environment 'one' is broken"):
        environments.resolve("one")
    venv.create(tmp_path / "foreign", with_pip=False)
    break_interpreter(tmp_path / "foreign")
    with pytest.raises(UnsupportedRuntimeError) as caught:
        environments.resolve(tmp_path / "foreign")
    assert caught.value.what == (
        f"Environment {tmp_path / 'foreign'} is broken. Its interpreter /nowhere/bin/python3.9 is gone."
    )
    assert caught.value.cure == "Rebuild it with the tool that made it."


def test_the_size_is_that_of_the_whole_folder(environments: EnvironmentManager, home: Home, python: str) -> None:
    environments.create("one", python=python, packages=["bulk"])
    assert environments.size_bytes("one") == size_on_disk_bytes(home.environments / "one") >= 4 << 20


def test_listing_does_not_start_anything(environments: EnvironmentManager, python: str) -> None:
    environments.create("one", python=python)
    before = os.times()
    environments.list()
    after = os.times()
    assert (after.children_user, after.children_system) == (before.children_user, before.children_system)


def test_uv_tells_its_version(environments: EnvironmentManager) -> None:
    assert environments.uv_version().startswith("uv 0.")

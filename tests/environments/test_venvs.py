"""Environments are read from their files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from beep_jupyter.environments.venvs import installed_packages, is_environment, problem_of, version_of


def make(folder: Path, settings: str, target: str = sys.executable) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(target)
    (folder / "pyvenv.cfg").write_text(settings)
    return folder


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        ("home = /usr/bin\nversion_info = 3.8.18\n", "3.8.18"),  # uv
        ("home = /usr/bin\nversion = 3.9.2\n", "3.9.2"),  # the standard library
        ("version_info = 3.10.4.final.0\n", "3.10.4"),  # virtualenv
        ("version = 3.14.0rc1\n", "3.14.0rc1"),
        ("home = /usr/bin\n", ""),
    ],
)
def test_the_version_comes_from_whoever_made_it(tmp_path: Path, settings: str, version: str) -> None:
    assert version_of(make(tmp_path / "v", settings)) == version


def test_a_conda_environment_is_one(tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "python-3.9.18-h955ad1f_0.json").touch()
    (tmp_path / "conda-meta" / "python-dateutil-2.8.2-pyhd3eb1b0_0.json").touch()
    assert is_environment(tmp_path)
    assert version_of(tmp_path) == "3.9.18"


def test_a_plain_folder_is_none(tmp_path: Path) -> None:
    assert not is_environment(tmp_path)
    assert version_of(tmp_path) == ""


def test_an_interpreter_that_is_gone_is_named(tmp_path: Path) -> None:
    venv = make(tmp_path / "v", "version_info = 3.9.1\n", "/nowhere/python3.9")
    assert problem_of(venv) == "Its interpreter /nowhere/python3.9 is gone."


def test_an_interpreter_that_became_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "python3.12").symlink_to("/bin/sh")
    real = tmp_path / "real" / "python3.12"
    real.parent.mkdir()
    real.touch()
    venv = make(tmp_path / "v", "version_info = 3.9.1\n", str(real))
    assert problem_of(venv) == "Its interpreter was Python 3.9.1 and has been replaced by Python 3.12."


def test_a_good_one_has_no_problem(tmp_path: Path) -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    assert problem_of(make(tmp_path / "v", f"version_info = {version}\n")) == ""


def test_packages_are_read_from_the_names_of_metadata(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "pypy3.9" / "site-packages"
    site.mkdir(parents=True)
    names = ("six-1.16.0.dist-info", "A_b.c-2.0.dist-info", "old-1.0-py3.9.egg-info", "six", "x.py", "-info")
    for name in names:
        (site / name).mkdir()
    assert installed_packages(tmp_path) == ("a-b-c==2.0", "old==1.0", "six==1.16.0")

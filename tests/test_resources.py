from __future__ import annotations

from pathlib import Path

import pytest

from beep_jupyter import resources
from beep_jupyter.errors import ConfigurationError
from beep_jupyter.resources import find_folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder without anything in or beside it."""
    folder = tmp_path / "beep_jupyter"
    folder.mkdir()
    monkeypatch.setattr(resources, "PACKAGE", folder)
    return folder


def test_an_installation_finds_its_servers() -> None:
    assert (find_folder("servers") / "pipe_server.py").is_file()


def test_the_wheel_holds_the_folder_inside_the_package(package: Path) -> None:
    (package / "_servers").mkdir()
    assert find_folder("servers") == package / "_servers"


def test_a_checkout_comes_before_the_stale_copy_of_an_editable_install(package: Path) -> None:
    (package / "_servers").mkdir()
    (package.parent / "servers").mkdir()
    (package.parent / "pyproject.toml").touch()
    assert find_folder("servers") == package.parent / "servers"


def test_somebody_elses_folder_beside_the_package_is_not_ours(package: Path) -> None:
    (package / "_servers").mkdir()
    (package.parent / "servers").mkdir()  # site-packages/servers, from another distribution
    assert find_folder("servers") == package / "_servers"


def test_a_damaged_installation_is_named(package: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_folder("notebooks")
    assert caught.value.what == "The installation of beep-jupyter lacks its folder 'notebooks'."
    assert caught.value.cure == "Install it again: `pip install --force-reinstall beep-jupyter`."

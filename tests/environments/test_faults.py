"""A full disk and a missing network become one sentence, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.errors import InstallError
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager

from .conftest import entries


@pytest.fixture
def small_home(tmp_path: Path) -> Iterator[Home]:
    """A home on a disk of 2 MiB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(tmp_path / "disk")]
    (tmp_path / "disk").mkdir()
    if (failed := subprocess.run(mount, capture_output=True, text=True, check=False)).returncode:
        pytest.skip(f"a small disk cannot be mounted here: {failed.stderr.strip()}")
    yield Home(tmp_path / "disk" / "home")
    subprocess.run(["umount", "--lazy", str(tmp_path / "disk")], check=True)


@pytest.fixture
def cramped(small_home: Home) -> EnvironmentManager:
    config = Config(small_home)
    return EnvironmentManager(small_home, config, RuntimeManager(small_home, config))


def test_a_disk_too_small_for_a_package(cramped: EnvironmentManager, small_home: Home, python: str) -> None:
    with pytest.raises(InstallError) as caught:
        cramped.create("one", python=python, packages=["bulk"])
    assert caught.value.what.startswith("Environment 'one' was not built: No space is left on the disk")
    assert caught.value.cure.startswith("Free some")
    assert entries(small_home) == []
    assert cramped.create("one", python=python, packages=["alpha"]).state == "ready"


def test_a_disk_that_is_full_already(cramped: EnvironmentManager, small_home: Home, python: str) -> None:
    before = cramped.create("one", python=python)
    fill(small_home.root / "filler")
    for act in (
        lambda: cramped.create("two", python=python),
        lambda: cramped.create("one", python=python, packages=["alpha"], replace=True),
        lambda: cramped.install("one", ["alpha"]),
        lambda: cramped.lock("one"),
        lambda: cramped.admin(),
    ):
        with pytest.raises(InstallError, match=r"[Nn]o space"):
            act()
        assert cramped.list() == [before]
        assert entries(small_home) == ["one"]
    (small_home.root / "filler").unlink()
    assert cramped.create("two", python=python).state == "ready"


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def test_a_package_that_the_cache_lacks_while_offline(
    environments: EnvironmentManager, home: Home, python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BEEP_UV_OFFLINE", "true")
    with pytest.raises(InstallError) as caught:
        environments.create("one", python=python, packages=["six"])
    assert "six was not found in the cache" in caught.value.what
    assert caught.value.cure == "uv may not ask the network now: `beep config uv.offline false`, or unset UV_OFFLINE."
    assert entries(home) == []


def test_an_empty_environment_needs_no_network(
    environments: EnvironmentManager, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert environments.create("one", python=python).state == "ready"


def test_an_index_that_cannot_be_reached(
    environments: EnvironmentManager, home: Home, python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(InstallError) as caught:
        environments.create("one", python=python, packages=["six"])
    assert caught.value.what.startswith("Environment 'one' was not built: 127.0.0.1:9 could not be reached: ")
    assert "\n" not in str(caught.value)
    assert entries(home) == []

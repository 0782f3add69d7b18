"""Finding .NET, and the variables that lead pythonnet to it; roots of .NET are made of empty files here."""

from __future__ import annotations

from pathlib import Path

import pytest

from beep_jupyter.backends.variables import worker_variables
from beep_jupyter.environments import dotnet
from beep_jupyter.environments.dotnet import dotnet_variables, find_dotnet, look_at
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.home import Home

from .conftest import make_wheel

INVARIANT = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"


def make_root(root: Path, *versions: str) -> Path:
    """A root of .NET with these runtimes."""
    for version in versions:
        touch(root / "shared/Microsoft.NETCore.App" / version / "libcoreclr.so")
        touch(root / "host/fxr" / version / "libhostfxr.so")
    touch(root / "dotnet").chmod(0o755)
    return root


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No .NET and no Mono is installed."""
    monkeypatch.setattr(dotnet, "_REGISTERED", tmp_path / "install_location")
    monkeypatch.setattr(dotnet, "_USUAL", (str(tmp_path / "usual"),))
    monkeypatch.setattr(dotnet, "_has_mono", lambda: False)


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A virtual environment of the user's with pythonnet in it."""
    touch(tmp_path / "venv/pyvenv.cfg")
    touch(tmp_path / "venv/lib/python3.9/site-packages/pythonnet/__init__.py")
    return tmp_path / "venv"


def test_the_newest_runtime_of_a_root_counts(tmp_path: Path) -> None:
    found = look_at(make_root(tmp_path, "6.0.36", "10.0.0-preview.1", "10.0.0", "9.0.11"))
    assert found == dotnet.DotnetRuntime(tmp_path, "10.0.0")


def test_a_root_without_a_runtime_from_6_on_does_not_count(tmp_path: Path) -> None:
    assert look_at(tmp_path / "missing") is None
    assert look_at(make_root(tmp_path / "old", "3.1.32", "5.0.17")) is None
    touch(tmp_path / "sdk/sdk/8.0.100/dotnet.dll")
    assert look_at(tmp_path / "sdk") is None


def test_a_root_that_lacks_a_part_does_not_count(tmp_path: Path) -> None:
    for missing in ("host/fxr/8.0.4/libhostfxr.so", "shared/Microsoft.NETCore.App/8.0.4/libcoreclr.so"):
        root = make_root(tmp_path / Path(missing).name, "8.0.4")
        (root / missing).unlink()
        assert look_at(root) is None


def test_the_user_s_own_comes_before_installed_ones_and_the_home_s_last(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is taken away after it was found, so that the next shows."""
    registered = make_root(tmp_path / "registered", "8.0.4")
    (tmp_path / "install_location").write_text(f"{registered}\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/dotnet").symlink_to(make_root(tmp_path / "on-path", "8.0.4") / "dotnet")
    own = {"DOTNET_ROOT": str(make_root(tmp_path / "own", "8.0.4")), "PATH": str(tmp_path / "bin")}
    places = [tmp_path / "own", tmp_path / "on-path", registered]
    places.append(make_root(tmp_path / "usual", "8.0.4"))
    places += [make_root(home.dotnet / version, version) for version in ("10.0.0", "8.0.4")]
    for place in places:
        found = find_dotnet(own, home)
        assert found is not None
        assert found.root == place
        (place / "shared").rename(place / "gone")
    assert find_dotnet(own, home) is None


def test_pythonnet_is_led_to_the_runtime(home: Home, venv: Path) -> None:
    root = make_root(home.dotnet / "8.0.4", "8.0.4")
    expected = {"DOTNET_ROOT": str(root), "PYTHONNET_RUNTIME": "coreclr", INVARIANT: "1"}
    assert dotnet_variables({}, home, venv) == expected


def test_an_environment_without_pythonnet_is_left_alone(home: Home, venv: Path) -> None:
    make_root(home.dotnet / "8.0.4", "8.0.4")
    (venv / "lib/python3.9/site-packages/pythonnet").rename(venv / "elsewhere")
    assert dotnet_variables({}, home, venv) == {}


def test_what_the_user_has_set_stays(home: Home, venv: Path, tmp_path: Path) -> None:
    make_root(home.dotnet / "8.0.4", "8.0.4")
    own = {"DOTNET_ROOT": str(make_root(tmp_path / "own", "6.0.1")), "PYTHONNET_RUNTIME": "mono", INVARIANT: "0"}
    assert own | dotnet_variables(own, home, venv) == own


def test_a_root_of_the_user_s_that_is_unusable_gives_way_only_to_a_usable_one(home: Home, venv: Path) -> None:
    own = {"DOTNET_ROOT": "/nowhere"}
    assert "DOTNET_ROOT" not in dotnet_variables(own, home, venv)
    root = make_root(home.dotnet / "8.0.4", "8.0.4")
    assert dotnet_variables(own, home, venv)["DOTNET_ROOT"] == str(root)


def test_mono_stays_pythonnet_s_choice_but_where_net_was_asked_for(
    home: Home,
    venv: Path,
    environments: EnvironmentManager,
    python: str,
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    make_wheel(source, "pythonnet", "3.0")
    make_root(home.dotnet / "8.0.4", "8.0.4")
    monkeypatch.setattr(dotnet, "_has_mono", lambda: True)
    assert dotnet_variables({}, home, venv) == {}
    plain = environments.create("plain", python=python, packages=["pythonnet"])
    assert dotnet_variables({}, home, plain.path) == {}
    asked = environments.create("asked", python=python, dotnet=True)
    assert dotnet_variables({}, home, asked.path)["PYTHONNET_RUNTIME"] == "coreclr"


def test_a_worker_gets_them_keeps_pythonnet_s_settings_and_has_the_runtime_s_program_on_path(
    home: Home, venv: Path
) -> None:
    root = make_root(home.dotnet / "8.0.4", "8.0.4")
    own = {"PYTHONPATH": "/x", "PYTHONNET_CORECLR_RUNTIME_CONFIG": "/my.json", "PATH": "/bin"}
    made = worker_variables(own, home, venv / "bin/python")
    assert made["PATH"].split(":") == [str(venv / "bin"), str(home.cache / "shims"), str(root), "/bin"]
    assert (made["DOTNET_ROOT"], made["PYTHONNET_RUNTIME"]) == (str(root), "coreclr")
    assert made["PYTHONNET_CORECLR_RUNTIME_CONFIG"] == "/my.json"
    assert "PYTHONPATH" not in made

"""A lock says exactly what is installed, and builds exactly that again."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.errors import EnvironmentExistsError, InstallError, UnsupportedRuntimeError, UsageError

from .conftest import UvLog, break_interpreter, make_wheel


@pytest.fixture
def one(environments: EnvironmentManager, python: str) -> EnvironmentManager:
    environments.create("one", python=python, packages=["beta", "alpha<2"])
    return environments


def test_a_lock_lists_what_is_installed_with_hashes(one: EnvironmentManager) -> None:
    path = one.lock("one")
    lock = tomllib.loads(path.read_text())
    assert path.name == "pylock.toml"
    assert [(package["name"], package["version"]) for package in lock["packages"]] == [
        ("alpha", "1.0"),
        ("beta", "1.0"),
    ]
    assert all(len(wheel["hashes"]["sha256"]) == 64 for package in lock["packages"] for wheel in package["wheels"])
    assert lock["tool"]["beep-jupyter"] == {
        "environment": "one",
        "python": ".".join(one.get("one").version.split(".")[:2]),
    }
    assert one.get("one").is_locked
    assert one.get("one").state == "ready"


def test_an_environment_from_a_lock_is_exactly_the_same(one: EnvironmentManager, tmp_path: Path, python: str) -> None:
    file = one.export("one", tmp_path / "any-name.lock")
    assert file == tmp_path / "any-name.lock"
    made = one.create("two", python=python, lock=file)
    assert made.packages == one.get("one").packages == ("alpha==1.0", "beta==1.0")
    assert made.is_locked
    assert one.create("two", python=python, lock=file) == made


def test_a_lock_brings_its_python(one: EnvironmentManager, tmp_path: Path) -> None:
    file = one.export("one", tmp_path)
    assert file == tmp_path / "pylock.toml"
    assert one.create("two", lock=file).version.split(".")[:2] == one.get("one").version.split(".")[:2]


def test_a_lock_refuses_a_package_that_is_not_the_recorded_one(
    environments: EnvironmentManager, tmp_path: Path, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    make_wheel(source, "gamma", "1.0")
    monkeypatch.setenv("UV_FIND_LINKS", str(source))
    environments.create("one", python=python, packages=["gamma"])
    file = environments.export("one", tmp_path / "pylock.toml")
    make_wheel(source, "gamma", "1.0", size_bytes=10)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(InstallError, match=r"The checksum of .*gamma.* is not the expected one"):
        environments.create("two", python=python, lock=file)
    assert [found.name for found in environments.list()] == ["one"]


def test_a_clone_is_exactly_the_same(one: EnvironmentManager) -> None:
    made = one.clone("one", "two")
    assert (made.packages, made.version) == (one.get("one").packages, one.get("one").version)
    assert made.path != one.get("one").path
    assert one.clone("one", "two") == made


def test_a_clone_of_a_modified_one_holds_what_is_there(one: EnvironmentManager) -> None:
    one.lock("one")
    one.uninstall("one", ["beta"])
    assert one.clone("one", "two").packages == ("alpha==1.0",)


def test_a_clone_does_not_take_a_taken_name(one: EnvironmentManager, python: str) -> None:
    one.create("two", python=python)
    with pytest.raises(EnvironmentExistsError, match="it was made without the lock"):
        one.clone("one", "two")


def test_changing_packages_ends_the_lock(one: EnvironmentManager) -> None:
    one.lock("one")
    one.install("one", ["bulk"])
    assert not one.get("one").is_locked


def test_a_lock_that_still_holds_is_not_made_again(one: EnvironmentManager, tmp_path: Path, uv_log: UvLog) -> None:
    one.lock("one")
    uv_log.clear()
    one.export("one", tmp_path / "pylock.toml")
    assert uv_log.commands() == []


def test_an_empty_environment_can_be_locked_and_cloned(environments: EnvironmentManager, python: str) -> None:
    environments.create("one", python=python)
    assert environments.clone("one", "two").packages == ()


def test_a_local_wheel_is_locked_by_its_full_path(
    environments: EnvironmentManager, wheels: Path, tmp_path: Path, python: str
) -> None:
    environments.create("one", python=python, packages=[str(wheels / "alpha-1.0-py3-none-any.whl")])
    file = environments.export("one", tmp_path / "pylock.toml")
    assert environments.create("two", python=python, lock=file).packages == ("alpha==1.0",)


def test_a_broken_environment_cannot_be_locked(one: EnvironmentManager) -> None:
    break_interpreter(one.get("one").path)
    for act in (lambda: one.lock("one"), lambda: one.clone("one", "two"), lambda: one.export("one", "x")):
        with pytest.raises(UnsupportedRuntimeError, match="Environment 'one' is broken"):
            act()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "There is no lock "),
        ("x", "cannot be read"),
        ("a = 1", "cannot be read"),
        ('packages = [{archive = {path = "a.whl"}}]', "names the relative path 'a.whl'. Write full paths into it."),
        ('packages = [{wheels = [{path = "b.whl"}]}]', "names the relative path 'b.whl'. Write full paths into it."),
    ],
)
def test_a_file_that_is_no_lock_is_refused(
    environments: EnvironmentManager, tmp_path: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "l.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        environments.create("two", lock=tmp_path / "l.toml")
    assert said in str(caught.value)
    assert environments.list() == []


def test_nothing_can_be_added_to_a_lock(one: EnvironmentManager, tmp_path: Path) -> None:
    file = one.export("one", tmp_path)
    with pytest.raises(UsageError, match=r"A lock says all that is installed.*`beep venv install`"):
        one.create("two", lock=file, packages=["alpha"])


def test_an_export_that_cannot_be_written_is_refused(one: EnvironmentManager, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        one.export("one", tmp_path / "no" / "folder.toml")
    target = tmp_path / "no" / "folder.toml"
    assert caught.value.what == f"The lock cannot be written to {target}: No such file or directory."
    assert caught.value.cure == "Give the path of a file in a folder."

"""Sets of packages: ours resolve today, the user's extend or override them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from beep_jupyter.environments.package_sets import SHIPPED, find_set, known_sets
from beep_jupyter.errors import ConfigurationError, UsageError

from .conftest import HOST_PYTHON, uv_program

OURS = ["data-science", "database", "machine-learning", "nlp", "testing", "web"]


@pytest.fixture
def user_sets(tmp_path: Path) -> Path:
    return tmp_path / "sets"


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text)


def test_the_sets_that_come_with_the_package(user_sets: Path) -> None:
    assert known_sets(user_sets) == OURS
    assert all(find_set(name, user_sets).packages and find_set(name, user_sets).description for name in OURS)


def test_an_unknown_set_names_the_nearest(user_sets: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_set("data-sience", user_sets)
    assert str(caught.value) == "No set of packages is called 'data-sience'. Did you mean 'data-science'?"
    with pytest.raises(UsageError, match="There are: data-science, database, machine-learning, nlp, testing, web"):
        find_set("zzz", user_sets)


def test_a_name_cannot_leave_the_folders_of_sets(user_sets: Path) -> None:
    with pytest.raises(UsageError, match="No set of packages is called"):
        find_set("../sets/web", user_sets)


def test_a_users_file_takes_the_place_of_ours(user_sets: Path) -> None:
    write(user_sets, "web", 'packages = ["Six"]')
    assert find_set("web", user_sets).packages == ("six",)


def test_a_users_file_extends_ours_of_its_own_name(user_sets: Path) -> None:
    before = find_set("web", user_sets).packages
    write(user_sets, "web", 'extends = "web"\npackages = ["six"]')
    assert find_set("web", user_sets).packages == tuple(sorted({*before, "six"}))


def test_a_new_set_extends_another_of_the_users(user_sets: Path) -> None:
    write(user_sets, "mine", 'extends = "base"\npackages = ["six"]')
    write(user_sets, "base", 'packages = ["idna"]')
    assert find_set("mine", user_sets).packages == ("idna", "six")
    assert "mine" in known_sets(user_sets)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("packages = [", "Invalid value"),
        ("packages = 3", "'packages' is not a list of texts"),
        ('packages = ["-r x"]', "'-r x' is an option, not a requirement"),
        ('extends = "nothing"', "it extends 'nothing', which there is not"),
        ('extends = "other"', "it extends itself"),
    ],
)
def test_a_users_file_that_cannot_be_used_is_named(user_sets: Path, text: str, reason: str) -> None:
    write(user_sets, "mine", text)
    write(user_sets, "other", 'extends = "mine"')
    with pytest.raises(ConfigurationError) as caught:
        find_set("mine", user_sets)
    assert str(user_sets / "mine.toml") in caught.value.what
    assert reason in caught.value.what
    assert caught.value.cure == "Mend or delete that file."


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_each_set_resolves_today(version: str, user_sets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_CACHE_DIR"):
        monkeypatch.delenv(name)
    require_registry(monkeypatch)
    for name in OURS:
        result = compile_for(version, "\n".join(find_set(name, user_sets).packages))
        assert result.returncode == 0, f"{name}: {result.stderr}"


def require_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skips where the registry does not answer: whether our sets resolve cannot be known then."""
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "10")
    if (probe := compile_for("3.11", "six", "--refresh")).returncode:
        pytest.skip(f"the package registry cannot be reached: {probe.stderr.strip().splitlines()[-1]}")


def compile_for(version: str, packages: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [uv_program(), "--no-config", "pip", "compile", "--quiet", "--only-binary", ":all:", *options]
    command += ["--python", HOST_PYTHON, "--python-version", version, "-"]  # else uv looks for one, for 10 s
    return subprocess.run(command, input=packages, capture_output=True, text=True, env=os.environ, check=False)


def test_sets_are_files_of_the_package() -> None:
    assert sorted(path.stem for path in SHIPPED.iterdir()) == OURS

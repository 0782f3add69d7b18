"""Installing and removing packages in an environment that is there."""

from __future__ import annotations

import subprocess

import pytest

from beep_jupyter.environments.changes import PackageChanges
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.errors import (
    EnvironmentExistsError,
    EnvironmentNotFoundError,
    InstallError,
    UnsupportedRuntimeError,
    UsageError,
)
from beep_jupyter.home import Home

from .conftest import UvLog, break_interpreter, uv_program


@pytest.fixture
def one(environments: EnvironmentManager, python: str) -> EnvironmentManager:
    environments.create("one", python=python, packages=["alpha<2"])
    return environments


def by_hand(environments: EnvironmentManager, *arguments: str) -> None:
    """Changes the environment as a user would, past us."""
    python = str(environments.get("one").python)
    subprocess.run(
        [uv_program(), "--no-config", "--quiet", "pip", arguments[0], "--python", python, *arguments[1:]], check=True
    )


def test_installing_says_what_was_done_and_rewrites_the_spec(one: EnvironmentManager, python: str) -> None:
    assert one.install("one", ["beta"]) == PackageChanges(("beta==1.0",), (), is_dry_run=False)
    assert one.get("one").state == "ready"
    assert one.create("one", python=python, packages=["alpha<2", "beta"]).packages == ("alpha==1.0", "beta==1.0")
    with pytest.raises(EnvironmentExistsError, match="it was made with beta"):
        one.create("one", python=python, packages=["alpha<2"])


def test_an_upgrade_is_in_both_lists(one: EnvironmentManager) -> None:
    done = one.install("one", ["alpha>1"])
    assert (done.added, done.removed) == (("alpha==2.0",), ("alpha==1.0",))
    assert str(done) == "Added alpha==2.0 and removed alpha==1.0."


def test_a_dry_run_says_the_same_and_changes_nothing(one: EnvironmentManager) -> None:
    before = one.get("one")
    planned = one.install("one", ["alpha>1", "beta"], dry_run=True)
    assert planned == PackageChanges(("alpha==2.0", "beta==1.0"), ("alpha==1.0",), is_dry_run=True)
    assert str(planned) == "Would add alpha==2.0, beta==1.0 and remove alpha==1.0."
    assert one.uninstall("one", ["alpha"], dry_run=True) == PackageChanges((), ("alpha==1.0",), is_dry_run=True)
    assert one.get("one") == before


def test_nothing_to_do_is_said(one: EnvironmentManager) -> None:
    assert str(one.install("one", ["alpha"], dry_run=True)) == "Nothing would change."
    assert str(one.install("one", ["alpha<2"])) == "Nothing had to be changed."


def test_uninstalling_rewrites_the_spec(one: EnvironmentManager, python: str) -> None:
    assert one.uninstall("one", ["Alpha"]) == PackageChanges((), ("alpha==1.0",), is_dry_run=False)
    assert one.create("one", python=python).packages == ()


def test_uninstalling_what_is_not_there_names_the_nearest(one: EnvironmentManager) -> None:
    with pytest.raises(UsageError) as caught:
        one.uninstall("one", ["alfa"])
    assert str(caught.value) == "'alfa' is not installed in environment 'one'. Did you mean 'alpha'?"
    with pytest.raises(UsageError, match="`beep venv status one` shows what is"):
        one.uninstall("one", ["zzz"])


@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_no_package_at_all_is_refused(one: EnvironmentManager, verb: str) -> None:
    with pytest.raises(UsageError, match=r"No package was named\. Name at least one, such as `numpy`\."):
        getattr(one, verb)("one", [])


@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_an_option_is_refused_before_anything_runs(one: EnvironmentManager, uv_log: UvLog, verb: str) -> None:
    with pytest.raises(UsageError):
        getattr(one, verb)("one", ["--target=/tmp"])
    assert uv_log.commands() == []


def test_what_does_not_resolve_changes_nothing(one: EnvironmentManager) -> None:
    before = one.get("one")
    with pytest.raises(InstallError) as caught:
        one.install("one", ["beta==7"])
    assert caught.value.what.startswith("Environment 'one' was not changed: Because ")
    assert "\n" not in str(caught.value)
    assert one.get("one") == before


def test_a_change_by_hand_shows_as_modified_until_it_is_undone(one: EnvironmentManager) -> None:
    by_hand(one, "install", "beta")
    assert one.get("one").state == "modified"
    assert one.get("one").packages == ("alpha==1.0", "beta==1.0")
    by_hand(one, "uninstall", "beta")
    assert one.get("one").state == "ready"


def test_a_change_of_ours_does_not_hide_one_by_hand(one: EnvironmentManager) -> None:
    by_hand(one, "uninstall", "alpha")
    one.install("one", ["bulk"])
    assert one.get("one").state == "modified"
    one.install("one", ["alpha==1.0"])
    assert one.get("one").state == "ready"


def test_the_same_spec_finds_a_modified_one_and_replace_rebuilds_it(one: EnvironmentManager, python: str) -> None:
    by_hand(one, "install", "beta")
    assert one.create("one", python=python, packages=["alpha<2"]).state == "modified"
    rebuilt = one.create("one", python=python, packages=["alpha<2"], replace=True)
    assert (rebuilt.state, rebuilt.packages) == ("ready", ("alpha==1.0",))


def test_a_broken_or_unknown_environment_is_refused(one: EnvironmentManager, home: Home) -> None:
    with pytest.raises(EnvironmentNotFoundError, match="Did you mean 'one'"):
        one.install("on", ["alpha"])
    break_interpreter(one.get("one").path)
    with pytest.raises(UnsupportedRuntimeError, match="Environment 'one' is broken"):
        one.install("one", ["alpha"])
    with pytest.raises(UnsupportedRuntimeError, match="Environment 'one' is broken"):
        one.uninstall("one", ["alpha"])

"""Finding what is meant, the default, adopting, removing and `init`."""

from __future__ import annotations

import subprocess
import time
import venv
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.errors import (
    DownloadError,
    RuntimeBusyError,
    RuntimeNotFoundError,
    UnsupportedRuntimeError,
    UsageError,
)
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager

from .conftest import THIS_PYTHON, THIS_VERSION, Machine, Source

MINOR = THIS_VERSION.rpartition(".")[0]


@pytest.fixture
def several(machine: Machine) -> Machine:
    """3.13.2, 3.9.18, 3.9.2, a PyPy 3.9.16, a prerelease, a free-threaded build, one too old and one broken."""
    for version in ("3.13.2", "3.9.18", "3.9.2", "3.15.0b1", "3.6.15"):
        machine.saying(f"user/.pyenv/versions/{version}/bin/python3", version)
    machine.saying("user/.pyenv/versions/pypy/bin/pypy3", "3.9.16", implementation="pypy")
    machine.saying("user/.pyenv/versions/t/bin/python3", "3.14.0", implementation="cpython-freethreaded")
    machine.script("usr/bin/python3", "exit 1")
    return machine


@pytest.mark.parametrize(
    ("spec", "id"),
    [
        ("3", "cpython-3.13.2"),
        ("3.9", "cpython-3.9.18"),
        ("3.9.2", "cpython-3.9.2"),
        ("python3.9", "cpython-3.9.18"),
        ("cpython-3.9", "cpython-3.9.18"),
        ("pypy", "pypy-3.9.16"),
        ("pypy3.9", "pypy-3.9.16"),
        ("pypy-3.9.16", "pypy-3.9.16"),
        (">=3.9,<3.12", "cpython-3.9.18"),
        ("<3.9.10", "cpython-3.9.2"),
        ("~=3.9.1", "cpython-3.9.18"),
        ("3.15", "cpython-3.15.0b1"),
        ("3.15.0b1", "cpython-3.15.0b1"),
        ("3.14t", "cpython-freethreaded-3.14.0"),
        ("cpython-3.9.2", "cpython-3.9.2"),
        (" 3.9 ", "cpython-3.9.18"),
    ],
)
def test_version_means_the_newest_that_fits(spec: str, id: str, manager: RuntimeManager, several: Machine) -> None:
    assert manager.find(spec).id == id


FOUND = (
    "Found: cpython-3.13.2, cpython-3.9.18, cpython-3.9.2, cpython-freethreaded-3.14.0, pypy-3.9.16, cpython-3.15.0b1"
)


def test_version_that_is_not_there_lists_what_is(manager: RuntimeManager, several: Machine) -> None:
    with pytest.raises(RuntimeNotFoundError) as caught:
        manager.find("3.14")
    assert str(caught.value) == f"No Python 3.14 was found. {FOUND}; `beep init 3.14` downloads one."
    assert "cpython-3.9.18" in caught.value.known
    with pytest.raises(RuntimeNotFoundError, match=r"`beep init '>=3.14'` downloads one\."):
        manager.find(">=3.14")


def test_nothing_at_all_says_how_to_get_one(manager: RuntimeManager) -> None:
    with pytest.raises(RuntimeNotFoundError) as caught:
        manager.find("3.12")
    assert str(caught.value) == "No Python 3.12 was found. `beep init 3.12` downloads one."
    for method in (manager.choose_default, manager.oldest_and_newest):
        with pytest.raises(RuntimeNotFoundError) as caught:
            method()
        assert str(caught.value) == "No Python 3.8 or newer was found. `beep init` downloads one."


def test_mistyped_id_gets_the_nearest(manager: RuntimeManager, several: Machine) -> None:
    with pytest.raises(RuntimeNotFoundError) as caught:
        manager.find("cpyton-3.9.18")
    assert str(caught.value) == (
        "No Python runtime is called 'cpyton-3.9.18'. Did you mean 'cpython-3.9.18'? `beep list` shows all."
    )


def test_path_that_is_not_there(manager: RuntimeManager) -> None:
    with pytest.raises(RuntimeNotFoundError) as caught:
        manager.find("/nowhere/python")
    assert str(caught.value) == "There is no Python at /nowhere/python. `beep init` downloads one."


def test_too_old_says_which_could_be_used(manager: RuntimeManager, several: Machine) -> None:
    with pytest.raises(UnsupportedRuntimeError) as caught:
        manager.find("3.6")
    path = several.user / ".pyenv/versions/3.6.15/bin/python3"
    assert str(caught.value) == (
        f"Python 3.6.15 at {path} is too old: 3.8 or newer is needed. {FOUND}; `beep init` downloads one."
    )


def test_broken_interpreter_named_by_path_says_what_it_does(manager: RuntimeManager, several: Machine) -> None:
    with pytest.raises(UnsupportedRuntimeError) as caught:
        manager.find(several.system / "python3")
    assert caught.value.what == f"{several.system}/python3 does not start: exit status 1."


def test_path_is_found_without_a_look_at_the_others(manager: RuntimeManager, machine: Machine) -> None:
    machine.script("usr/bin/python3", f"touch {machine.user}/asked; exit 1")
    runtime = manager.find(THIS_PYTHON)
    assert (runtime.version, runtime.path) == (THIS_VERSION, THIS_PYTHON)
    assert not (machine.user / "asked").exists()
    assert manager.find(runtime.id) == runtime
    assert not (machine.user / "asked").exists()


def test_installation_folder_means_its_interpreter(manager: RuntimeManager, several: Machine) -> None:
    assert manager.find(several.user / ".pyenv/versions/3.9.2").id == "cpython-3.9.2"


def test_first_default_is_the_newest_final_and_stays(manager: RuntimeManager, several: Machine) -> None:
    assert manager.default is None
    runtime, is_new = manager.choose_default()
    assert (runtime.id, runtime.is_default, is_new) == ("cpython-3.13.2", True, True)
    several.saying("usr/bin/python3.14", "3.14.1")
    assert manager.choose_default() == (runtime, False)
    assert [one.id for one in manager.list() if one.is_default] == ["cpython-3.13.2"]
    assert manager.find("3.13").is_default


def test_default_that_is_gone_is_none(manager: RuntimeManager, several: Machine) -> None:
    manager.set_default(manager.find("3.9.2"))
    (several.user / ".pyenv/versions/3.9.2/bin/python3").unlink()
    assert manager.default is None
    assert manager.choose_default()[0].id == "cpython-3.13.2"


def test_default_may_be_set_as_a_version(manager: RuntimeManager, several: Machine, home: Home) -> None:
    Config(home).set("runtime.default", "3.9")
    assert manager.default is not None
    assert manager.default.id == "cpython-3.9.18"
    assert [one.id for one in manager.list() if one.is_default] == ["cpython-3.9.18"]


def test_adopted_interpreter_is_listed_from_then_on(manager: RuntimeManager, machine: Machine, home: Home) -> None:
    path = machine.saying("far/away/python3", "3.9.1")
    assert manager.list() == []
    adopted = manager.adopt(path)
    assert (adopted.id, adopted.kind, adopted.path) == ("cpython-3.9.1", "adopted", path)
    again = RuntimeManager(home, Config(home), machine.places)
    assert again.list() == [adopted]
    assert again.adopt(path) == adopted


def test_adopted_one_can_have_a_name_and_another(manager: RuntimeManager, machine: Machine) -> None:
    path = machine.saying("far/away/python3", "3.9.1")
    assert manager.adopt(path, "old").id == "old"
    assert manager.adopt(path, "older").id == "older"
    assert [one.id for one in manager.list()] == ["older"]
    other = machine.saying("far/off/python3", "3.10.1")
    with pytest.raises(UsageError, match=r"A runtime is already called 'older'\."):
        manager.adopt(other, "older")


def test_adopting_what_does_not_work_changes_nothing(manager: RuntimeManager, machine: Machine, home: Home) -> None:
    with pytest.raises(UnsupportedRuntimeError, match=r"does not start: exit status 1\."):
        manager.adopt(machine.script("x/python3", "exit 1"))
    with pytest.raises(UnsupportedRuntimeError, match="is too old"):
        manager.adopt(machine.saying("y/python2.7", "2.7.18"))
    assert list(home.runtimes.iterdir()) == []


def test_adopted_one_that_broke_stays_listed_with_its_problem(manager: RuntimeManager, machine: Machine) -> None:
    path = machine.saying("far/away/python3", "3.9.1")
    manager.adopt(path)
    path.unlink()
    assert [(one.id, one.problem) for one in manager.list()] == [("cpython-3.9.1", "is gone")]


def test_forgetting_an_adopted_one_leaves_its_files(manager: RuntimeManager, machine: Machine, home: Home) -> None:
    path = machine.saying("far/away/python3", "3.9.1")
    manager.set_default(manager.adopt(path))
    manager.remove("cpython-3.9.1")
    assert path.exists()
    assert manager.list() == []
    assert Config(home).get("runtime.default") == ""


def test_only_ours_can_be_removed(manager: RuntimeManager, several: Machine) -> None:
    path = several.user / ".pyenv/versions/3.9.2/bin/python3"
    with pytest.raises(UsageError) as caught:
        manager.remove("cpython-3.9.2")
    assert str(caught.value) == (
        f"Runtime 'cpython-3.9.2' was found at {path}, not installed by beep. "
        "Remove it with the tool that installed it."
    )
    with pytest.raises(RuntimeNotFoundError, match=r"No Python runtime is called '\.\./x'\."):
        manager.remove("../x")
    assert path.exists()


def test_removal_is_refused_while_an_environment_uses_it(manager: RuntimeManager, source: Source, home: Home) -> None:
    runtime = manager.install()
    manager.set_default(runtime)
    environment = home.environments / "legacy/ab12cd34/venv"
    subprocess.run([runtime.path, "-m", "venv", "--without-pip", environment], check=True)
    with pytest.raises(RuntimeBusyError) as caught:
        manager.remove(runtime.id)
    assert str(caught.value) == (
        f"Runtime '{runtime.id}' is used by the environment legacy. Delete it first: `beep venv delete legacy`."
    )
    assert manager.find(runtime.id).problem == ""
    (environment / "pyvenv.cfg").unlink()
    manager.remove(runtime.id)
    assert list(home.runtimes.iterdir()) == []
    assert manager.default is None


def test_environment_of_another_python_does_not_hold_it(manager: RuntimeManager, source: Source, home: Home) -> None:
    runtime = manager.install()
    venv.create(home.environments / "other/ab12cd34/venv", with_pip=False)
    manager.remove(runtime.id)
    assert list(home.runtimes.iterdir()) == []


def test_init_downloads_and_makes_the_first_one_the_default(manager: RuntimeManager, source: Source) -> None:
    result = manager.init()
    assert (result.how, result.note) == ("downloaded", "")
    assert result.runtime.is_default
    assert result.runtime.kind == "managed"
    assert manager.init().how == "present"
    assert manager.init(MINOR).how == "present"


def test_init_keeps_a_default_unless_told(manager: RuntimeManager, source: Source, several: Machine) -> None:
    manager.choose_default()
    assert not manager.init(MINOR).runtime.is_default
    assert manager.init(MINOR, make_default=True).runtime.is_default


def test_init_from_a_path_adopts_it(manager: RuntimeManager, several: Machine) -> None:
    path = several.user / ".pyenv/versions/3.9.2/bin/python3"
    result = manager.init(path=path, name="old")
    assert (result.how, result.runtime.id, result.runtime.path, result.runtime.is_default) == (
        "adopted",
        "old",
        path,
        True,
    )
    with pytest.raises(UsageError) as caught:
        manager.init("3.12", path=path)
    assert str(caught.value) == f"{path} is Python 3.9.2, not 3.12. Leave the version out."


def test_init_without_a_way_to_download_adopts_the_best_and_says_why(
    manager: RuntimeManager, source: Source, several: Machine
) -> None:
    source.offer("missing")
    result = manager.init()
    host = source.address.removeprefix("http://")
    assert (result.how, result.runtime.id, result.runtime.kind) == ("adopted", "cpython-3.13.2", "adopted")
    assert result.runtime.is_default
    assert result.note == (
        f"Python {THIS_VERSION} could not be downloaded: {host} answered 404 Not Found. "
        "The best Python found on this machine is used instead: 3.13.2."
    )


def test_init_of_a_version_never_adopts_another(
    manager: RuntimeManager, source: Source, several: Machine, home: Home
) -> None:
    source.offer("missing", "3.12.9")
    with pytest.raises(DownloadError, match=r"Python 3\.12\.9 could not be downloaded"):
        manager.init("3.12")
    assert list(home.runtimes.iterdir()) == []
    assert manager.default is None
    source.offer("missing", "3.9.25")
    assert manager.init("3.9").runtime.id == "cpython-3.9.18"


def test_init_does_not_cover_up_a_wrong_checksum(manager: RuntimeManager, source: Source, several: Machine) -> None:
    source.offer("flipped")
    with pytest.raises(DownloadError, match="checksum"):
        manager.init()
    assert manager.default is None


@pytest.mark.parametrize("setting", ["BEEP_UV_OFFLINE", "UV_OFFLINE"])
def test_init_offline_adopts_at_once(
    setting: str, manager: RuntimeManager, several: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting, "1")
    began = time.monotonic()
    result = manager.init()
    assert time.monotonic() - began < 3
    assert result.runtime.id == "cpython-3.13.2"
    assert "would have to be downloaded" in result.note


def test_init_without_uv_adopts(manager: RuntimeManager, several: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEEP_UV_PATH", "/nowhere/uv")
    result = manager.init("3.9")
    assert result.runtime.id == "cpython-3.9.18"
    assert result.note.startswith("The setting 'uv.path' is /nowhere/uv, which is not a program.")


def test_unreachable_host_is_given_up_in_seconds(
    manager: RuntimeManager, several: Machine, source: Source, tmp_path: Path
) -> None:
    source.list_file.write_text(source.list_file.read_text().replace(source.address, "http://127.0.0.1:9"))
    began = time.monotonic()
    result = manager.init()
    assert time.monotonic() - began < 5
    assert result.note.startswith(f"Python {THIS_VERSION} could not be downloaded: 127.0.0.1:9 could not be reached")

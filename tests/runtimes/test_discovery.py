"""What is found on a machine: every place, each installation once, what is wrong with the others, and how fast."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.home import Home
from beep_jupyter.runtimes import memory, probing
from beep_jupyter.runtimes.manager import RuntimeManager

from .conftest import THIS_PYTHON, THIS_VERSION, Machine

EVERY_PYENV = sorted(Path.home().glob(".pyenv/versions/*/bin/python"))
Listed = list[tuple[str, str, str]]


def listed(manager: RuntimeManager) -> Listed:
    return [(one.id, one.kind, one.problem) for one in manager.list()]


def test_this_python_is_found_on_the_real_machine(home: Home) -> None:
    runtimes = RuntimeManager(home, Config(home)).list()
    mine = next(one for one in runtimes if one.path == THIS_PYTHON)
    assert (mine.version, mine.problem) == (THIS_VERSION, "")


@pytest.mark.skipif(not EVERY_PYENV, reason="needs Pythons under ~/.pyenv/versions")
def test_pyenvs_versions_are_found_and_those_too_old_say_so(home: Home) -> None:
    runtimes = RuntimeManager(home, Config(home)).list()
    found = {one.version: one.problem for one in runtimes if one.kind == "pyenv"}
    too_old = "is too old: 3.8 or newer is needed"
    for path in EVERY_PYENV:
        version = path.parent.parent.name
        is_old = tuple(int(part) for part in version.split(".")[:2]) < (3, 8)
        assert found[version] == (too_old if is_old else "")


def test_every_place_has_its_kind(manager: RuntimeManager, machine: Machine) -> None:
    machine.saying("user/.local/share/uv/python/cpython-3.14.1-linux-x86_64-gnu/bin/python3", "3.14.1")
    machine.saying("user/.pyenv/versions/3.13.1/bin/python3", "3.13.1")
    machine.saying("usr/bin/python3.12", "3.12.1")
    (machine.user / "miniforge3/conda-meta").mkdir(parents=True)
    machine.saying("user/miniforge3/bin/python3", "3.11.1")
    (machine.user / "miniforge3/envs/old/conda-meta").mkdir(parents=True)
    machine.saying("user/miniforge3/envs/old/bin/python3", "3.10.1")
    (machine.user / "far/conda-meta").mkdir(parents=True)
    machine.saying("user/far/bin/python3", "3.9.1")
    (machine.user / ".conda").mkdir()
    (machine.user / ".conda/environments.txt").write_text(f"{machine.user}/far\n/gone\n")
    machine.saying("opt/pypy/bin/pypy3", "3.9.2", implementation="pypy")
    machine.environ["PATH"] = f"{machine.user.parent}/opt/pypy/bin:relative:/nowhere"
    assert listed(manager) == [
        ("cpython-3.14.1", "uv", ""),
        ("cpython-3.13.1", "pyenv", ""),
        ("cpython-3.12.1", "system", ""),
        ("cpython-3.11.1", "conda", ""),
        ("cpython-3.10.1", "conda", ""),
        ("cpython-3.9.1", "conda", ""),
        ("pypy-3.9.2", "path", ""),
    ]


def test_folders_set_by_variables_are_searched(manager: RuntimeManager, machine: Machine) -> None:
    machine.saying("a/versions/x/bin/python3", "3.13.1")
    machine.saying("b/cpython/bin/python3", "3.12.1")
    (machine.user.parent / "c/conda-meta").mkdir(parents=True)
    machine.saying("c/bin/python3", "3.11.1")
    root = machine.user.parent
    machine.environ |= {
        "PYENV_ROOT": f"{root}/a",
        "UV_PYTHON_INSTALL_DIR": f"{root}/b",
        "CONDA_PREFIX": f"{root}/c",
    }
    assert [kind for _, kind, _ in listed(manager)] == ["pyenv", "uv", "conda"]


def test_many_ways_to_one_installation_are_one_runtime(manager: RuntimeManager, machine: Machine) -> None:
    for relative in ("usr/bin/python3", "usr/bin/python", "elsewhere/python3.11", "user/.pyenv/versions/3/bin/python3"):
        machine.link(relative)
    machine.environ["PATH"] = f"{machine.user.parent}/elsewhere:{THIS_PYTHON.parent}"
    assert [one.path for one in manager.list()] == [THIS_PYTHON]


@pytest.mark.parametrize("symlinks", [True, False])
def test_virtual_environment_leads_to_its_installation(
    symlinks: bool, manager: RuntimeManager, machine: Machine
) -> None:
    venv.create(machine.user / "env", symlinks=symlinks, with_pip=False)
    machine.environ["PATH"] = str(machine.user / "env/bin")
    assert [one.path for one in manager.list()] == [THIS_PYTHON]
    assert manager.find(machine.user / "env").path == THIS_PYTHON


def test_environment_whose_installation_is_gone_has_a_problem(manager: RuntimeManager, machine: Machine) -> None:
    machine.link("env/bin/python3", Path("/nowhere/bin/python3.9"))
    (machine.user.parent / "env/pyvenv.cfg").write_text("home = /nowhere/bin\nversion = 3.9.1\n")
    machine.environ["PATH"] = str(machine.user.parent / "env/bin")
    assert listed(manager) == [("broken", "path", "is gone")]


def test_broken_ones_come_last_with_their_problem(manager: RuntimeManager, machine: Machine) -> None:
    machine.saying("usr/bin/python3.9", "3.9.1")
    machine.script("usr/bin/python3", "exit 1")
    machine.link("usr/bin/python3.12", Path("/nowhere/python3.12"))
    machine.saying("usr/bin/python2.7", "2.7.18")
    assert sorted(listed(manager)[1:]) == [
        ("broken", "system", "does not start: exit status 1"),
        ("broken-2", "system", "is a link to /nowhere/python3.12, which is gone"),
        ("cpython-2.7.18", "system", "is too old: 3.8 or newer is needed"),
    ]
    assert listed(manager)[0] == ("cpython-3.9.1", "system", "")


def test_what_only_looks_like_an_interpreter_is_left_alone(manager: RuntimeManager, machine: Machine) -> None:
    for name in ("python3-config", "pythonw.txt", "python3.9-gdb.py", "pythontex"):
        machine.script(f"usr/bin/{name}", "exit 1")
    (machine.system / "python3").mkdir()
    assert manager.list() == []


def test_shim_leads_to_what_it_starts_and_pyenvs_shims_are_not_asked(manager: RuntimeManager, machine: Machine) -> None:
    machine.script("shims/python3", f'exec {THIS_PYTHON} "$@"')
    machine.script("user/.pyenv/shims/python3", "exit 1")
    machine.environ["PATH"] = f"{machine.user}/.pyenv/shims:{machine.user.parent}/shims"
    assert [one.path for one in manager.list()] == [THIS_PYTHON]


def test_prereleases_and_other_builds_come_after_finals(manager: RuntimeManager, machine: Machine) -> None:
    said = [("3.15.0a2", "cpython"), ("3.15.0rc1", "cpython"), ("3.9.1", "cpython"), ("3.10.1", "cpython")]
    for number, (version, name) in enumerate([*said, ("3.14.1", "cpython-freethreaded"), ("3.11.9", "pypy")]):
        machine.saying(f"user/.pyenv/versions/{number}/bin/python3", version, implementation=name)
    assert [one.id for one in manager.list()] == [
        "cpython-3.10.1",
        "cpython-3.9.1",
        "cpython-freethreaded-3.14.1",
        "pypy-3.11.9",
        "cpython-3.15.0rc1",
        "cpython-3.15.0a2",
    ]
    assert [one.version for one in manager.oldest_and_newest()] == ["3.9.1", "3.10.1"]


def test_twins_keep_their_ids_when_another_comes_first(manager: RuntimeManager, machine: Machine) -> None:
    first = machine.saying("usr/bin/python3", "3.9.1")
    assert [(one.id, one.path) for one in manager.list()] == [("cpython-3.9.1", first)]
    second = machine.saying("user/.pyenv/versions/3.9.1/bin/python3", "3.9.1")
    assert {one.id: one.path for one in manager.list()} == {"cpython-3.9.1": first, "cpython-3.9.1-2": second}
    first.unlink()
    assert [one.id for one in manager.list()] == ["cpython-3.9.1-2"]


def test_second_look_asks_nobody(manager: RuntimeManager, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.link("usr/bin/python3")
    first = manager.list()
    monkeypatch.setattr(probing, "TIME_LIMIT_S", -1.0)  # whoever were asked now would be too late
    began = time.monotonic()
    assert manager.list() == first
    assert time.monotonic() - began < 0.1


def test_replaced_interpreter_is_asked_again(manager: RuntimeManager, machine: Machine) -> None:
    script = machine.saying("usr/bin/python3", "3.9.1")
    manager.list()
    script.unlink()
    machine.saying("usr/bin/python3", "3.10.11")
    assert [one.id for one in manager.list()] == ["cpython-3.10.11"]


def test_installation_whose_library_went_is_asked_again(
    manager: RuntimeManager, machine: Machine, tmp_path: Path
) -> None:
    script = machine.saying("usr/bin/python3", "3.9.1")
    library = tmp_path / "os.py"
    library.write_text("")
    script.write_text(script.read_text().replace(f"'{script}')", f"'{library}')"))
    assert listed(manager) == [("cpython-3.9.1", "system", "")]
    library.unlink()
    status = script.stat()
    script.write_text("#!/bin/sh\nexit 1\n".ljust(status.st_size, "#"))
    os.utime(script, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert listed(manager) == [("broken", "system", "does not start: exit status 1")]


def test_problem_is_remembered_for_a_while_only(
    manager: RuntimeManager, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.script("usr/bin/python3", f'test -e {machine.user}/mended || exit 1; exec {THIS_PYTHON} "$@"')
    assert listed(manager)[0][2]
    (machine.user / "mended").write_text("")
    assert listed(manager)[0][2], "remembered, or each list would wait for a hanging one"
    monkeypatch.setattr(memory.time, "time", lambda: time.monotonic() + 1e10)
    assert listed(manager)[0][2] == ""


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"answers": 3, "ids": {}}', b'{"answers": {"/x": 1}, "ids": {}}'])
def test_damaged_cache_is_as_none(data: bytes, manager: RuntimeManager, machine: Machine, home: Home) -> None:
    machine.link("usr/bin/python3")
    (home.cache / "runtimes.json").write_bytes(data)
    assert [one.version for one in manager.list()] == [THIS_VERSION]


def test_importing_the_manager_brings_no_uv_and_no_packaging() -> None:
    code = "import sys, beep_jupyter.runtimes.manager; print({'uv', 'packaging', 'psutil'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"

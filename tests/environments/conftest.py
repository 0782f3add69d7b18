"""An environment manager over a small package source of its own, so that these tests need no network."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager

HOST_PYTHON = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def make_wheel(folder: Path, name: str, version: str, requires: tuple[str, ...] = (), size_bytes: int = 0) -> Path:
    """Writes a wheel of one module, with incompressible ballast of that size beside it."""
    module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *(f"Requires-Dist: {r}" for r in requires)]
    files = {
        f"{module}/__init__.py": f"version = {version!r}\n".encode(),
        f"{module}/ballast.bin": os.urandom(size_bytes),
        f"{info}/METADATA": ("\n".join(metadata) + "\n").encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in files.items():
            archive.writestr(file, data)
        archive.writestr(
            f"{info}/RECORD", "".join(_record_line(*item) for item in files.items()) + f"{info}/RECORD,,\n"
        )
    return path


def _record_line(file: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{file},sha256={digest},{len(data)}\n"


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels: alpha 1.0 and 2.0, beta 1.0 (needs alpha), bulk 1.0 (4 MiB)."""
    folder = tmp_path_factory.mktemp("wheels")
    for version in ("1.0", "2.0"):
        make_wheel(folder, "alpha", version)
    make_wheel(folder, "beta", "1.0", ("alpha",))
    make_wheel(folder, "bulk", "1.0", size_bytes=4 << 20)
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uv-cache")


@pytest.fixture(autouse=True)
def source(wheels: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes uv take packages from `wheels` only, in this process and in those that a test starts.

    An index that is not there, since uv has no variable for `--no-index`.
    """
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "file:///nowhere")
    monkeypatch.setenv("UV_CACHE_DIR", str(cache))
    return wheels


@pytest.fixture
def runtimes(home: Home) -> RuntimeManager:
    return RuntimeManager(home, Config(home))


@pytest.fixture
def environments(home: Home, runtimes: RuntimeManager) -> EnvironmentManager:
    return EnvironmentManager(home, Config(home), runtimes)


@pytest.fixture
def python() -> str:
    """The interpreter that most tests build from: by path, so that nothing has to be discovered."""
    return HOST_PYTHON


class UvLog:
    """What uv was asked for, by this process and by those that a test starts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def commands(self, subcommand: str | None = None) -> list[str]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [line for line in lines if subcommand is None or subcommand in line.split()]

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


@pytest.fixture
def uv_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UvLog:
    """Puts a program before uv that writes down the arguments of each run."""
    from uv import find_uv_bin

    log, program = tmp_path / "uv.log", tmp_path / "logged-uv"
    program.write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {find_uv_bin()} "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BEEP_UV_PATH", str(program))
    return UvLog(log)


def entries(home: Home) -> list[str]:
    """What lies in the folder of environments, trash included."""
    return sorted(path.name for path in home.environments.iterdir())


def break_interpreter(venv: Path) -> None:
    """Does what removing the Python does that an environment was built from."""
    interpreter = venv / "bin" / "python"
    interpreter.unlink()
    interpreter.symlink_to("/nowhere/bin/python3.9")


def uv_program() -> str:
    """For tests that change an environment behind our back."""
    from uv import find_uv_bin

    return str(find_uv_bin() or shutil.which("uv"))


def manager_with(home: Home, runtimes: RuntimeManager, running: list[str]) -> EnvironmentManager:
    """A manager over a home in which backends of these names run."""
    return EnvironmentManager(
        home, Config(home), runtimes, backends_in=lambda path: list(running), stop_backends=lambda path: running.clear()
    )

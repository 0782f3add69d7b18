"""Backends for tests, in every Python of this machine that can run a worker, and the proof that nothing is left."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter.backends import processes
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.registry import BackendRegistry
from beep_jupyter.config import Config
from beep_jupyter.errors import BeepError
from beep_jupyter.home import Home
from tests.interpreters import NEWEST, OLDEST, SUPPORTED, Interpreter

Start = Callable[..., Backend]
SETTINGS: dict[str, Any] = {"port": 0, "detach": False, "idle_timeout_s": None, "memory_limit_bytes": 0}


def _param(interpreter: Interpreter) -> object:
    is_edge = interpreter in (OLDEST, NEWEST)
    return pytest.param(interpreter.path, id=interpreter.version, marks=() if is_edge else pytest.mark.campaign)


@pytest.fixture(params=[_param(interpreter) for interpreter in SUPPORTED])
def python(request: pytest.FixtureRequest) -> Path:
    """The oldest and the newest interpreter that a worker supports; in the campaign those between, too."""
    path: Path = request.param
    return path


class Shared:
    """One backend for each Python that tests of a folder use after one another, each with a fresh worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._homes: list[Home] = []
        self._backends: dict[Path, Backend] = {}

    def backend(self, python: Path) -> Backend:
        """A backend in that Python as if it had just been started, in a home that no test has."""
        known = self._backends.get(python)
        if known is None or not _is_fresh_again(known):
            known = self._backends[python] = self._started(python)
        return known

    def close(self) -> None:
        """Ends them, and proves that nothing of them is left."""
        for backend in self._backends.values():
            backend.stop()
        for home in self._homes:
            assert wait_until(lambda home=home: not beep_processes(home)), f"left running: {beep_processes(home)}"
        assert list(self._folder.glob("*/run/beep/*/*")) == []

    def _started(self, python: Path) -> Backend:
        folder = self._folder / str(len(self._homes))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BEEP_HOME", str(folder / "home"))
            patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "run"))
            home = Home()
            self._homes.append(home)
            return BackendRegistry(home, Config(home)).start("pipe", python, "bare", name="test", **SETTINGS)


def _is_fresh_again(backend: Backend) -> bool:
    try:
        for session in set(backend.health().sessions) - {"default"}:
            backend._transport.control("sessions", {"close": session})
        backend.restart()
    except BeepError:  # the test before has ended it
        return False
    return True


@pytest.fixture(scope="package")
def shared() -> Iterator[Shared]:
    with tempfile.TemporaryDirectory(prefix="beep-") as folder:
        backends = Shared(Path(folder))
        yield backends
        backends.close()


@pytest.fixture(params=[interpreter.path for interpreter in SUPPORTED], ids=[found.version for found in SUPPORTED])
def every_backend(request: pytest.FixtureRequest, shared: Shared) -> Backend:
    """A backend in each supported Python, for what every run has to prove in all of them."""
    return shared.backend(request.param)


@pytest.fixture
def registry(home: Home) -> BackendRegistry:
    return BackendRegistry(home, Config(home))


@pytest.fixture
def start(home: Home, registry: BackendRegistry) -> Iterator[Start]:
    """Starts pipe backends in a bare interpreter; afterwards nothing of them is left: processes, files, sockets."""

    def begin(python: Path | str = sys.executable, name: str = "test", **options: object) -> Backend:
        return registry.start("pipe", Path(python), "bare", name=name, **SETTINGS | options)  # type: ignore[arg-type]

    before = set(os.listdir("/proc/self/fd"))
    yield begin
    registry.stop_all()
    assert wait_until(lambda: not beep_processes(home)), f"left running: {beep_processes(home)}"
    assert list(home.runtime_folder.iterdir()) == []
    assert len(set(os.listdir("/proc/self/fd")) - before) <= 4, "descriptors are left open"


@pytest.fixture
def backend(shared: Shared, python: Path) -> Backend:
    """A backend in the oldest and in the newest supported Python."""
    return shared.backend(python)


@pytest.fixture
def host_backend(shared: Shared) -> Backend:
    """A backend in the Python that runs the tests, for what does not depend on the version."""
    return shared.backend(Path(sys.executable))


def beep_processes(home: Home) -> list[int]:
    """Servers of this home, and everything that bears a worker's marker of one of them."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            variables = (entry / "environ").read_bytes()
        except OSError:
            continue
        is_ours = b"pipe_server.py" in command or b"BEEP_WORKER=" in variables
        if is_ours and str(home.root).encode() in command + variables and processes.is_alive(int(entry.name)):
            found.append(int(entry.name))
    return found


def wait_until(claim: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Whether the claim came true in time."""
    deadline = time.monotonic() + within_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True

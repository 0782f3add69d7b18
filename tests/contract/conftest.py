"""A home for the whole suite, the backends that run in it, and the proof that nothing is left of them."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.session import Session
from beep_jupyter.home import Home
from tests.interpreters import Interpreter

from .leaks import processes_of
from .places import EVERYWHERE, KINDS, ON_HOST, Place
from .waiting import wait_until

Start = Callable[..., Backend]


@pytest.fixture(scope="package")
def home() -> Iterator[Home]:
    """One home for all tests here, under a short path because sockets live there."""
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEEP_HOME", str(folder / "home"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "run"))
        yield Home()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def beep(home: Home) -> Beep:
    return Beep()


class Environments:
    """Bare virtual environments, one for each interpreter, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, interpreter: Interpreter) -> Path:
        path = self._folder / f"bare-{interpreter.version}"
        if not path.exists():
            self.make(interpreter, path)
        return path

    def make(self, interpreter: Interpreter, path: Path) -> None:
        """A virtual environment in which nothing is installed, not even pip."""
        subprocess.run([interpreter.path, "-m", "venv", "--without-pip", path], check=True)


@pytest.fixture(scope="package")
def environments(home: Home) -> Environments:
    return Environments(home.root.parent)


class Pool:
    """Backends that tests share; one that a test has ended is replaced."""

    def __init__(self, beep: Beep, environments: Environments) -> None:
        self._backends: dict[str, Backend] = {}
        self._beep = beep
        self._environments = environments

    def backend(self, place: Place) -> Backend:
        """A running backend at a place."""
        known = self._backends.get(place.name)
        if known is None or not known.connection_file.exists():
            environment = self._environments.of(place.interpreter)
            known = self._backends[place.name] = self._beep.start(place.kind, environment, name=place.name)
        return known

    def close(self) -> None:
        for backend in self._backends.values():
            backend.stop()


@pytest.fixture(scope="package")
def pool(beep: Beep, home: Home, environments: Environments) -> Iterator[Pool]:
    """At the end of the suite nothing is left of what ran in it."""
    pool = Pool(beep, environments)
    yield pool
    pool.close()
    assert wait_until(lambda: not processes_of(home)), f"left running: {processes_of(home)}"
    assert list(home.runtime_folder.iterdir()) == []


@pytest.fixture(scope="module", params=EVERYWHERE)
def place(request: pytest.FixtureRequest) -> Place:
    """Each kind, with the oldest or the newest Python; in the campaign with all of them."""
    found: Place = request.param
    return found


@pytest.fixture(scope="module", params=ON_HOST)
def host_place(request: pytest.FixtureRequest) -> Place:
    """Each kind, with the Python that runs the tests."""
    found: Place = request.param
    return found


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


_serial = itertools.count(1)


def opened(backend: Backend) -> Iterator[Session]:
    """A fresh session, which ends with whoever asked for it."""
    name = f"test-{next(_serial)}"
    session = backend.session(name)
    yield session
    session.close()
    if backend.connection_file.exists():
        close_session(backend, name)


def close_session(backend: Backend, name: str) -> None:
    """Ends a session and its worker."""
    backend._transport.control("sessions", {"close": name})


@pytest.fixture
def backend(pool: Pool, place: Place) -> Backend:
    return pool.backend(place)


@pytest.fixture
def host_backend(pool: Pool, host_place: Place) -> Backend:
    return pool.backend(host_place)


@pytest.fixture(scope="module")
def session(pool: Pool, place: Place) -> Iterator[Session]:
    """A session that the tests of a module share, at every place."""
    yield from opened(pool.backend(place))


@pytest.fixture(scope="module")
def host_session(pool: Pool, host_place: Place) -> Iterator[Session]:
    """A session that the tests of a module share, of every kind."""
    yield from opened(pool.backend(host_place))


@pytest.fixture
def fresh_session(pool: Pool, host_place: Place) -> Iterator[Session]:
    """A session of the test's own, of every kind."""
    yield from opened(pool.backend(host_place))


@pytest.fixture
def start(beep: Beep, environments: Environments, home: Home) -> Iterator[Start]:
    """Starts a backend of the test's own, in the Python that runs the tests unless told otherwise; it is stopped."""
    running: list[Backend] = []

    def begin(kind: str, environment: Path | None = None, **options: Any) -> Backend:
        where = environment or environments.of(ON_HOST[0].values[0].interpreter)
        options.setdefault("name", f"own-{next(_serial)}")
        running.append(beep.start(kind, where, **options))
        return running[-1]

    before = set(processes_of(home))
    yield begin
    for backend in running:
        if backend.connection_file.exists():
            backend.stop()
        backend.close()
    assert wait_until(lambda: not set(processes_of(home)) - before), set(processes_of(home)) - before


@pytest.fixture(autouse=True, scope="package")
def let_go() -> Iterator[None]:
    """Drops clients that tests have forgotten here, before another module's test is blamed for them."""
    import gc

    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()

"""`backend.environments` does over each transport what `beep.environments` does here, and leaves nothing half done."""

from __future__ import annotations

import inspect
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends import processes
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.remote_environments import RemoteEnvironments
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.errors import (
    BeepError,
    ConnectionLostError,
    EnvironmentBusyError,
    EnvironmentExistsError,
    EnvironmentNotFoundError,
    InstallError,
    RuntimeNotFoundError,
    UsageError,
)
from beep_jupyter.models import Progress
from tests.environments.conftest import make_wheel
from tests.interpreters import NEWEST, OLDEST

from .conftest import wait_until

KINDS = ("pipe", "http", "grpc")
PYTHON = str(NEWEST.path)

SLOW_PROJECT = """
[build-system]
requires = []
build-backend = "slow"
backend-path = ["."]

[project]
name = "slow"
version = "1"
"""
SLOW_BACKEND = """
import os, pathlib, time

def build_wheel(*_, **__):
    (pathlib.Path(__file__).parent / "started.new").write_text(str(os.getpid()))
    os.rename("started.new", "started")
    time.sleep(100)
"""


@pytest.fixture(scope="module")
def beep() -> Iterator[Beep]:
    """A home, and a source of packages: alpha 1.0 and 2.0, and beta, which needs it."""
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    (folder / "wheels").mkdir()
    for version in ("1.0", "2.0"):
        make_wheel(folder / "wheels", "alpha", version)
    make_wheel(folder / "wheels", "beta", "1.0", ("alpha",))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("UV_")]:
            patch.delenv(name)
        patch.setenv("BEEP_HOME", str(folder / "home"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "run"))
        patch.setenv("UV_FIND_LINKS", str(folder / "wheels"))
        patch.setenv("UV_DEFAULT_INDEX", "file:///nowhere")
        patch.setenv("UV_CACHE_DIR", str(folder / "cache"))
        yield Beep()
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=KINDS)
def backend(request: pytest.FixtureRequest, beep: Beep) -> Iterator[Backend]:
    with beep.start(request.param, name=f"shared-{request.param}") as running:
        yield running


@pytest.fixture
def remote(backend: Backend, beep: Beep) -> Iterator[RemoteEnvironments]:
    """No test leaves an environment, a build or a job."""
    yield backend.environments
    for environment in beep.environments.list():
        beep.environments.delete(environment.name, force=True)
    assert wait_until(lambda: jobs_of(beep) == [])


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A project that takes 100 s to build, and writes the pid of that into the file `started`."""
    (tmp_path / "pyproject.toml").write_text(SLOW_PROJECT)
    (tmp_path / "slow.py").write_text(SLOW_BACKEND)
    return tmp_path


def jobs_of(beep: Beep) -> list[int]:
    """The processes of management commands in this home."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _is_job(pid, str(beep.home))]


def _is_job(pid: int, home: str) -> bool:
    try:
        command, variables = Path(f"/proc/{pid}/cmdline").read_bytes(), Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return b"venv_job.py" in command and home.encode() in variables and processes.is_alive(pid)


def build_of(project: Path) -> int:
    """The pid of the build, once it has begun."""
    assert wait_until((project / "started").exists, 20)
    return int((project / "started").read_text())


def is_clean(beep: Beep, build: int) -> bool:
    """Whether a build that was broken off is over, with its job and with what it had written."""
    left = list(beep.environments._home.environments.iterdir())
    return not processes.is_alive(build) and jobs_of(beep) == [] and left == []


class Building:
    """An environment being built, on a thread of its own."""

    def __init__(self, backend: Backend, project: Path) -> None:
        self.error: BeepError | None = None
        self._thread = threading.Thread(target=self._build, args=(backend.environments, project))
        self._thread.start()

    def _build(self, remote: RemoteEnvironments, project: Path) -> None:
        try:
            remote.create("half", python=PYTHON, packages=[str(project)])
        except BeepError as error:
            self.error = error

    def join(self) -> BeepError | None:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.error


def parameters(function: object) -> list[tuple[str, object, object]]:
    found = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return [(parameter.name, parameter.default, parameter.annotation) for parameter in found]


@pytest.mark.parametrize("method", [name for name in vars(RemoteEnvironments) if not name.startswith("_")])
def test_a_method_takes_and_returns_what_it_does_locally(method: str) -> None:
    here, there = getattr(EnvironmentManager, method), getattr(RemoteEnvironments, method)
    assert parameters(there) == parameters(here)
    assert inspect.signature(there).return_annotation == inspect.signature(here).return_annotation


@pytest.mark.parametrize(
    "python",
    [
        pytest.param(OLDEST.path, id=OLDEST.version),
        pytest.param(NEWEST.path, id=NEWEST.version, marks=pytest.mark.campaign),
    ],
)
def test_an_environment_is_built_with_its_progress_told(remote: RemoteEnvironments, beep: Beep, python: Path) -> None:
    told: list[Progress] = []
    made = remote.create("legacy", python=python, packages=["beta"], on_progress=told.append)
    assert (made.name, made.state, made.packages) == ("legacy", "ready", ("alpha==2.0", "beta==1.0"))
    assert made == beep.environments.get("legacy") == remote.get("legacy")
    assert remote.list() == [made]
    assert told[0] == Progress(f"Making environment 'legacy' with {python.resolve()}")
    assert any(progress.text == "+ beta==1.0" for progress in told)
    remote.delete("legacy")
    assert remote.list() == beep.environments.list() == []


def test_the_same_spec_again_is_the_same_and_another_is_refused(remote: RemoteEnvironments) -> None:
    made = remote.create("legacy", python=PYTHON, packages=["alpha<2"])
    assert remote.create("legacy", python=PYTHON, packages=["alpha<2"]) == made
    with pytest.raises(EnvironmentExistsError) as refused:
        remote.create("legacy", python=PYTHON, packages=["beta"])
    assert refused.value.what.startswith("Environment 'legacy' exists with another specification: ")
    replaced = remote.create("legacy", python=PYTHON, packages=["beta"], replace=True)
    assert replaced.packages == ("alpha==2.0", "beta==1.0")


def test_an_environment_gets_the_very_name_that_was_asked_for(remote: RemoteEnvironments, beep: Beep) -> None:
    assert remote.create("a--b.", python=PYTHON).name == "a--b."
    assert [environment.name for environment in beep.environments.list()] == ["a--b."]


def test_packages_come_and_go(remote: RemoteEnvironments) -> None:
    remote.create("legacy", python=PYTHON)
    planned = remote.install("legacy", ["beta"], dry_run=True)
    assert (planned.added, planned.is_dry_run) == (("alpha==2.0", "beta==1.0"), True)
    assert remote.get("legacy").packages == ()
    told: list[Progress] = []
    done = remote.install("legacy", ["beta"], on_progress=told.append)
    assert (done.added, done.removed, done.is_dry_run) == (("alpha==2.0", "beta==1.0"), (), False)
    assert told
    assert str(remote.uninstall("legacy", ["beta"])) == "Removed beta==1.0."
    assert remote.get("legacy").packages == ("alpha==2.0",)


def test_a_lock_and_a_clone_are_made_there(remote: RemoteEnvironments) -> None:
    remote.create("legacy", python=PYTHON, packages=["alpha<2"])
    lock = remote.lock("legacy")
    assert 'name = "alpha"' in lock.read_text()
    assert remote.get("legacy").is_locked
    assert remote.clone("legacy", "twin").packages == ("alpha==1.0",)


def test_files_of_the_client_are_sent_as_what_they_hold(remote: RemoteEnvironments, tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("alpha<2  # an old one\n")
    assert remote.create("one", python=PYTHON, requirements=wanted).packages == ("alpha==1.0",)
    lock = tmp_path / "any name.toml"
    lock.write_bytes(remote.lock("one").read_bytes())
    assert remote.create("two", python=PYTHON, lock=lock).packages == ("alpha==1.0",)


def test_a_file_that_cannot_be_read_is_refused_here(remote: RemoteEnvironments, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as missing:
        remote.create("one", requirements=tmp_path / "none.txt")
    assert str(missing.value) == (
        f"{tmp_path}/none.txt cannot be read: No such file or directory. Give the path of a text file."
    )
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="binary cannot be read: it is not UTF-8"):
        remote.create("one", lock=tmp_path / "binary")


def test_code_in_the_admin_environment_can_manage(remote: RemoteEnvironments, beep: Beep) -> None:
    made = remote.admin()
    assert made == beep.environments.admin()
    with beep.start("pipe", "admin") as inside:
        code = "from beep_jupyter import Beep\n[found.name for found in Beep().environments.list()]"
        assert inside.evaluate(code) == ["admin"]


def test_what_is_not_there_says_so_and_what_is(remote: RemoteEnvironments) -> None:
    remote.create("legacy", python=PYTHON)
    for act in (remote.get, remote.delete, remote.lock, lambda name: remote.install(name, ["alpha"])):
        with pytest.raises(EnvironmentNotFoundError) as unknown:
            act("legasy")
        assert str(unknown.value) == (
            "No environment is called 'legasy'. Did you mean 'legacy'? `beep venv list` shows all."
        )
        assert (unknown.value.name, unknown.value.known) == ("legasy", ["legacy"])
    with pytest.raises(RuntimeNotFoundError, match=r"No Python 2\.6 was found"):
        remote.create("x", python="2.6")
    assert [environment.name for environment in remote.list()] == ["legacy"]


def test_an_argument_that_cannot_be_meant_is_refused(remote: RemoteEnvironments) -> None:
    refusals: list[tuple[Callable[[], object], str]] = [
        (lambda: remote.create("Two Words"), "'Two Words' cannot name an environment."),
        (lambda: remote.get("../x"), "'../x' cannot name an environment."),
        (lambda: remote.delete("../x"), "'../x' cannot name an environment."),
        (lambda: remote.clone("../x", "y"), "'../x' cannot name an environment."),
        (lambda: remote.create("admin"), "'admin' is the environment of beep-jupyter itself."),
        (lambda: remote.create("x", packages=["--pre"]), "'--pre' is an option, not a requirement."),
        (lambda: remote.create("x", packages="alpha"), "Packages are a list, not the text 'alpha'."),
        (lambda: remote.uninstall("x", "alpha"), "Packages are a list, not the text 'alpha'."),
        (lambda: remote.create("x", set="none"), "No set of packages is called 'none'."),
    ]
    for act, what in refusals:
        with pytest.raises(UsageError) as refused:
            act()
        assert refused.value.what == what
        assert refused.value.cure


def test_a_package_that_there_is_not(remote: RemoteEnvironments, beep: Beep) -> None:
    with pytest.raises(InstallError) as failed:
        remote.create("x", python=PYTHON, packages=["nowhere-to-be-found"])
    assert failed.value.what.startswith("Environment 'x' was not built: ")
    assert "nowhere-to-be-found" in failed.value.log
    assert list(beep.environments._home.environments.iterdir()) == []


def test_an_environment_is_busy_while_a_backend_runs_in_it(remote: RemoteEnvironments, beep: Beep) -> None:
    remote.create("legacy", python=PYTHON)
    with beep.start("pipe", "legacy", name="inside") as inside:
        with pytest.raises(EnvironmentBusyError) as busy:
            remote.delete("legacy")
        assert str(busy.value) == (
            f"Environment 'legacy' cannot be deleted while backends run in it: inside@{os.getpid()}. "
            f"Stop them first: `beep stop inside@{os.getpid()}`."
        )
        remote.delete("legacy", force=True)
        assert not inside.connection_file.exists()
    assert remote.list() == []


def test_a_backend_does_not_delete_the_environment_that_it_runs_in(remote: RemoteEnvironments, beep: Beep) -> None:
    remote.create("legacy", python=PYTHON)
    with beep.start("pipe", "legacy", name="inside") as inside:
        with pytest.raises(EnvironmentBusyError) as refused:
            inside.environments.delete("legacy", force=True)
        assert str(refused.value) == (
            "Environment 'legacy' cannot be deleted by a backend in it, which would have to stop first. "
            "Delete it from elsewhere: `beep venv delete legacy --force`."
        )
        assert inside.evaluate("1 + 1") == 2


def test_an_interrupt_cancels_a_build_and_leaves_nothing(
    remote: RemoteEnvironments, backend: Backend, beep: Beep, slow: Path
) -> None:
    def interrupt() -> None:
        build_of(slow)
        os.kill(os.getpid(), signal.SIGINT)

    pressing = threading.Thread(target=interrupt)
    pressing.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        remote.create("half", python=PYTHON, packages=[str(slow)], on_progress=lambda _: None)
    pressing.join()
    assert wait_until(lambda: is_clean(beep, build_of(slow)))
    assert time.monotonic() - begun < 20
    assert remote.list() == []
    assert backend.health().state == "idle"


def test_a_callback_that_raises_cancels_the_command(remote: RemoteEnvironments, beep: Beep) -> None:
    def stumble(progress: Progress) -> None:
        raise RuntimeError(progress.text)

    with pytest.raises(RuntimeError, match="Making environment 'half'"):
        remote.create("half", python=PYTHON, packages=["beta"], on_progress=stumble)
    assert wait_until(lambda: jobs_of(beep) == [])
    assert all(environment.state == "ready" for environment in remote.list())


@pytest.mark.parametrize("kind", KINDS)
def test_a_backend_that_is_stopped_cancels_what_it_builds(beep: Beep, slow: Path, kind: str) -> None:
    with beep.start(kind, name=f"stopped-{kind}") as backend:
        building = Building(backend, slow)
        build = build_of(slow)
        begun = time.monotonic()
        backend.stop()
        assert time.monotonic() - begun < 5
        assert is_clean(beep, build)
        assert isinstance(building.join(), ConnectionLostError)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_goes_on_when_the_server_is_killed(beep: Beep, slow: Path, kind: str) -> None:
    with beep.start(kind, name=f"killed-{kind}") as backend:
        building = Building(backend, slow)
        build = build_of(slow)
        os.kill(backend.pid, signal.SIGKILL)
        assert wait_until(lambda: is_clean(beep, build))
        assert isinstance(building.join(), ConnectionLostError)


def test_a_backend_that_builds_is_not_idle(beep: Beep, slow: Path) -> None:
    backend = beep.start("pipe", name="brief", detach=True, idle_timeout_s=0.3)
    building = Building(backend, slow)
    build = build_of(slow)
    time.sleep(1)
    assert processes.is_alive(build)
    (job,) = jobs_of(beep)
    os.kill(job, signal.SIGKILL)
    building.join()
    assert wait_until(lambda: not backend.connection_file.exists())
    backend.close()


def test_a_job_that_is_killed_is_an_error_and_leaves_no_build(beep: Beep, slow: Path) -> None:
    with beep.start("pipe", name="shot") as backend:
        building = Building(backend, slow)
        build = build_of(slow)
        (job,) = jobs_of(beep)
        os.kill(job, signal.SIGKILL)
        error = building.join()
        assert str(error) == "Backend 'shot': the management command failed. Its log says how: `beep logs`."
        assert wait_until(lambda: not processes.is_alive(build))
        assert backend.environments.list() == []
        assert list(beep.environments._home.environments.iterdir()) == []


def test_a_backend_without_network_says_so_at_once(beep: Beep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("UV_OFFLINE", "1")
    with beep.start("pipe", name="offline") as backend:
        begun = time.monotonic()
        with pytest.raises(InstallError) as failed:
            backend.environments.create("x", python=PYTHON, packages=["six"])
        assert time.monotonic() - begun < 5
        assert "six was not found in the cache" in failed.value.what
        assert failed.value.cure == (
            "uv may not ask the network now: `beep config uv.offline false`, or unset UV_OFFLINE."
        )
        assert backend.environments.list() == []

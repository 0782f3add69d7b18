"""Makes the modules of the server programs importable, as they are for one another; runs a poller, and a backend."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.registry import BackendRegistry
from beep_jupyter.config import Config
from beep_jupyter.home import Home
from beep_jupyter.resources import find_folder
from tests.interpreters import SUPPORTED

sys.path.append(str(find_folder("servers")))

if TYPE_CHECKING:
    from poller import Poller


@pytest.fixture
def poller() -> Iterator[Poller]:
    """A poller whose thread runs as long as the test."""
    from poller import Poller

    made = Poller()
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join(5)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def grpc_backend() -> Iterator[Backend]:
    """A gRPC backend in the oldest Python, which the tests of a module share."""
    yield from _shared("grpc")


@pytest.fixture(scope="module")
def http_backend() -> Iterator[Backend]:
    """The same over HTTP."""
    yield from _shared("http")


@pytest.fixture(scope="module")
def http_backend_on_host() -> Iterator[Backend]:
    """An HTTP backend in the environment that runs the tests, with its libraries."""
    yield from _shared("http", Path(sys.executable))


def _shared(kind: str, python: Path = SUPPORTED[0].path) -> Iterator[Backend]:
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEEP_HOME", str(folder / "home"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "run"))
        registry = BackendRegistry(Home(), Config(Home()))
        options = {"name": "raw", "port": 0, "detach": False, "idle_timeout_s": None, "memory_limit_bytes": 0}
        with registry.start(kind, python, "bare", **options) as backend:  # type: ignore[arg-type]
            yield backend
        assert list(Home().runtime_folder.iterdir()) == []
    shutil.rmtree(folder)

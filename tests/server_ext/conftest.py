"""One Jupyter server for most tests, over a small package source of its own, so that no network is needed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environments.conftest import make_wheel
from tests.server_ext.jupyter import Client, JupyterServer

BACKEND = """
import time

def build_wheel(*args, **kwargs):
    time.sleep(60)
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "slow"
version = "1.0"
"""
HOST_PYTHON = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables that make uv take packages from a folder only: alpha 1.0 and 2.0, beta 1.0 (needs alpha)."""
    wheels = tmp_path_factory.mktemp("wheels")
    for version in ("1.0", "2.0"):
        make_wheel(wheels, "alpha", version)
    make_wheel(wheels, "beta", "1.0", ("alpha",))
    cache = tmp_path_factory.mktemp("uv-cache")
    return {
        "UV_FIND_LINKS": str(wheels),
        "UV_DEFAULT_INDEX": "file:///nowhere",
        "UV_CACHE_DIR": str(cache),
        "UV_HTTP_RETRIES": "0",
    }


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A package whose build takes a minute."""
    folder = tmp_path_factory.mktemp("slow")
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND)
    return str(folder)


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A folder under a short path, because sockets live below it."""
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(place: Path, source: dict[str, str]) -> Iterator[JupyterServer]:
    """A server under a base URL, in whose home the host's Python is the default runtime."""
    started = JupyterServer(place / "a", base_url="/hub/", variables={**source, "BEEP_RUNTIME_DEFAULT": HOST_PYTHON})
    try:
        yield started
    finally:
        left = started.below()
        started.end()
        assert left == set() or not any(Path(f"/proc/{pid}").exists() for pid in left)


@pytest.fixture
def client(server: JupyterServer) -> Iterator[Client]:
    """Logged in; what a test started is stopped behind it."""
    asked = server.client()
    yield asked
    for task in asked.get("tasks"):
        if task["ended_at"] is None:
            asked.ask("DELETE", "tasks/{id}", id=task["id"])
            asked.ended(task["id"])
    for backend in asked.get("backends"):
        asked.ask("DELETE", "backends/{name}", name=backend["name"])
    asked.http.close()


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter that environments are built from: by path, so that nothing has to be discovered."""
    return HOST_PYTHON

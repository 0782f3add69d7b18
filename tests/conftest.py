"""Fixtures that every test may use: a home of its own, and the Pythons of this machine."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter.home import Home


def pytest_configure() -> None:
    """A shell starts what it runs in the background with SIGINT ignored, and so would be all that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A fresh home and runtime folder, under a short path because sockets live there."""
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    monkeypatch.setenv("BEEP_HOME", str(folder / "home"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "run"))
    yield Home()
    shutil.rmtree(folder, ignore_errors=True)

"""`beep` as a terminal runs it, in this process, and an environment to run things in."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from beep_jupyter import Beep
from beep_jupyter.cli.main import main
from beep_jupyter.home import Home


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def beep(home: Home, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs `beep ARGUMENTS` and returns what a shell would see of it."""

    def beep(*arguments: str) -> Done:
        capfd.readouterr()
        status = main(arguments)
        seen = capfd.readouterr()
        return Done(status, seen.out, seen.err)

    return beep


@pytest.fixture
def legacy(home: Home) -> Iterator[str]:
    """An environment called `legacy`, of this Python and without a package; its backends end with the test."""
    manager = Beep()
    manager.environments.create("legacy", python=sys.executable)
    yield "legacy"
    manager.stop_all()


@pytest.fixture(autouse=True, scope="module")
def let_go() -> Iterator[None]:
    """Drops here what would end with the process of a command or a kernel, and of which Python warns: open clients,
    and the servers of backends that live on. Else another module's test would be blamed."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()

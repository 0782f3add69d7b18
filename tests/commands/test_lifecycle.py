"""Commands about a backend change what they are asked to change, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from beep_jupyter.commands.surface import Surface
from beep_jupyter.home import Home

OWNER = """
import sys
from beep_jupyter import Beep
backend = Beep().start(environment=sys.argv[1], name="twin")
print(backend.pid, flush=True)
sys.stdin.read()
backend.stop()
"""


@pytest.fixture
def twin(home: Home, environment: str) -> Iterator[str]:
    """What listings call a backend of another process."""
    command = [sys.executable, "-c", OWNER, environment]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline()
        yield f"twin@{owner.pid}"


@pytest.fixture
def environment() -> str:
    """One that is used as it is."""
    return sys.prefix


def test_a_look_at_anothers_backend_leaves_ones_own_name_alone(
    run: Callable[..., str], surface: Surface, twin: str, environment: str
) -> None:
    run("start", "--venv", environment, "--name", "twin")
    own = surface.beep.find("twin").pid
    run("logs", twin)
    assert "runs nothing now" in run("interrupt", twin)
    assert "fresh worker" in run("restart", twin)
    assert "ok" in run("doctor", twin)
    assert surface.beep.find("twin").pid == own
    run("stop", "twin")


def test_code_is_not_told_of_a_restart_that_was_asked_for_here(
    run: Callable[..., str], surface: Surface, environment: str
) -> None:
    run("start", "--venv", environment, "--name", "own")
    surface.beep.find("own").evaluate("kept = 1")
    run("restart", "own")
    assert surface.beep.find("own").evaluate("'kept' in globals()") is False
    run("stop", "own")

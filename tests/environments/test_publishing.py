"""Many builders at once, and builders that are killed: one build, and never half an environment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.home import Home

from .conftest import UvLog, entries

BUILD = """
import json, sys, time
from pathlib import Path
from beep_jupyter import Beep

name, python, packages, replace, gate = json.loads(sys.argv[1])
environments = Beep().environments
Path(gate + "." + str(__import__("os").getpid())).touch()
while not Path(gate).exists():
    time.sleep(0.001)
print(environments.create(name, python, packages, replace=replace).path)
"""


class Builders:
    """Processes that create an environment once the gate is opened."""

    def __init__(self, gate: Path) -> None:
        self._gate = gate
        self._started: list[subprocess.Popen[str]] = []

    def start(self, name: str, python: str, packages: list[str], *, replace: bool = False) -> subprocess.Popen[str]:
        argument = json.dumps([name, python, packages, replace, str(self._gate)])
        process = subprocess.Popen(
            [sys.executable, "-c", BUILD, argument], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._started.append(process)
        return process

    def open_gate(self) -> None:
        """Waits until all are there."""
        deadline = time.monotonic() + 60
        while any(not Path(f"{self._gate}.{process.pid}").exists() for process in self._started):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        self._gate.touch()

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()


@pytest.fixture
def builders(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], Builders]:
    def make() -> Builders:
        made = Builders(tmp_path / f"gate-{random.random()}")
        request.addfinalizer(made.end)
        return made

    return make


def test_eight_processes_make_one_build_and_eight_successes(
    builders: Callable[[], Builders], environments: EnvironmentManager, home: Home, python: str, uv_log: UvLog
) -> None:
    together = builders()
    processes = [together.start("one", python, []) for _ in range(8)]
    together.open_gate()
    told = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, told
    assert {out.strip() for out, _ in told} == {str(environments.get("one").path)}
    assert len(uv_log.commands("venv")) == 1
    assert sorted(path.name for path in (home.environments / "one").iterdir())[-1] == "ready.json"
    assert len(list((home.environments / "one").iterdir())) == 2


def test_two_environments_are_built_side_by_side(
    builders: Callable[[], Builders], environments: EnvironmentManager, python: str
) -> None:
    together = builders()
    processes = [together.start(name, python, ["beta"]) for name in ("one", "two")]
    together.open_gate()
    assert [process.wait(60) for process in processes] == [0, 0]
    assert [(found.name, found.state) for found in environments.list()] == [("one", "ready"), ("two", "ready")]


@pytest.mark.parametrize("replace", [False, True], ids=["create", "replace"])
def test_a_build_killed_at_any_moment_is_absent_or_whole(
    builders: Callable[[], Builders], environments: EnvironmentManager, home: Home, python: str, replace: bool
) -> None:
    kill_builds(builders, environments, home, python, replace=replace, times=2)


@pytest.mark.campaign
@pytest.mark.timeout(600)
@pytest.mark.parametrize("replace", [False, True], ids=["create", "replace"])
def test_twenty_builds_killed_at_random_moments_are_absent_or_whole(
    builders: Callable[[], Builders], environments: EnvironmentManager, home: Home, python: str, replace: bool
) -> None:
    kill_builds(builders, environments, home, python, replace=replace, times=20)


def kill_builds(
    builders: Callable[[], Builders],
    environments: EnvironmentManager,
    home: Home,
    python: str,
    *,
    replace: bool,
    times: int,
) -> None:
    seed = int(os.environ.get("BEEP_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"BEEP_TEST_SEED={seed}")
    moments = random.Random(seed)
    build_s = build_time_s(environments, python)
    for _ in range(times):
        if replace:
            environments.create("one", python=python)
        one = builders()
        process = one.start("one", python, ["beta"], replace=replace)
        one.open_gate()
        time.sleep(moments.uniform(0, 1.2 * build_s))
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = {environment.name: environment for environment in environments.list()}
        assert not replace or "one" in found
        for environment in found.values():
            assert environment.state == "ready"
            assert environment.packages in ((), ("alpha==2.0", "beta==1.0"))
            subprocess.run([environment.python, "-c", "pass"], check=True)
        made = environments.create("one", python=python, packages=["beta"], replace=replace)
        subprocess.run([made.python, "-c", "import alpha, beta"], check=True)
        assert made.state == "ready"
        environments.delete("one")
        assert settled(home) == []


def settled(home: Home) -> list[str]:
    """What is left once the uv of a killed builder is gone too; the kernel kills it, which takes a moment."""
    deadline = time.monotonic() + 5
    while entries(home) and time.monotonic() < deadline:
        time.sleep(0.02)
    return entries(home)


def build_time_s(environments: EnvironmentManager, python: str) -> float:
    start = time.perf_counter()
    environments.create("measured", python=python, packages=["beta"])
    taken_s = time.perf_counter() - start
    environments.delete("measured")
    return taken_s

"""Clients in a few lines, written from the reference alone, use objects of a backend; and the bytes that they see."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from beep_jupyter.backends.backend import Backend

from .auth_census import PipeDoor
from .conftest import Start

HERE = Path(__file__).parent
SAYS = {"pipe": "done: no_handle\n", "http": "done: 404 no_handle\n", "grpc": "done: no_handle\n"}
MAX_LINES = 60  # of the client of the pipe, blank ones left out


def test_a_raw_client_does_the_object_operations(host_backend: Backend) -> None:
    program = HERE / f"raw_{host_backend.kind}.py"
    command = [sys.executable, "-I", str(program), str(host_backend.connection_file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (SAYS[host_backend.kind], "")


@pytest.mark.parametrize("kind", SAYS)
def test_it_knows_nothing_of_ours(kind: str) -> None:
    lines = (HERE / f"raw_{kind}.py").read_text().splitlines()
    imports = [line for line in lines if line.lstrip().startswith(("import ", "from "))]
    assert imports
    assert not [line for line in imports if "beep" in line or "tests" in line or "from ." in line]


def test_the_protocol_of_the_first_kind_takes_sixty_lines() -> None:
    lines = (HERE / "raw_pipe.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= MAX_LINES


def test_the_reference_has_every_command_and_the_census_every_one_of_the_reference(start: Start) -> None:
    reference = (HERE.parents[1] / "docs/reference/protocol.md").read_text()
    tables = reference.partition("### Session plane")[2].partition("## Error codes")[0]
    listed = {name for line in re.findall(r"(?m)^\|([^|]*`[^|]*)\|", tables) for name in re.findall(r"`(\w+)`", line)}
    commands = {route.split()[1] for route in PipeDoor(start("pipe")).routes()} - {"nothing"}
    assert listed == commands

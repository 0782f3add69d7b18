"""The generated code is what the generator makes of `protos/beep.proto`, and loads without a warning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from beep_jupyter.backends import _proto
from beep_jupyter.resources import find_folder

PROTOS = find_folder("protos")


def test_the_generated_code_is_what_the_generator_makes_now(tmp_path: Path) -> None:
    command = [sys.executable, PROTOS / "generate.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the generator cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    kept = Path(_proto.__file__).parent
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == ["beep_pb2.py", "beep_pb2.pyi", "beep_pb2_grpc.py"]
    assert [name for name in made if (kept / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_the_generated_code_loads_without_a_warning() -> None:
    program = "from beep_jupyter.backends._proto import beep_pb2, beep_pb2_grpc"
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_every_message_and_rpc_is_explained() -> None:
    """Whoever reads the contract through a generator or in an editor sees what each part is for."""
    unexplained = []
    before = ""
    for line in (PROTOS / "beep.proto").read_text().splitlines():
        is_rpc = line.strip().startswith("rpc ")
        is_service = line.startswith("service ")
        if (is_rpc or is_service) and not before.strip().startswith("//"):
            unexplained.append(line)
        before = line
    assert unexplained == []

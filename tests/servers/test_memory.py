"""What a server knows of the kernel's killing for want of memory, in a real control group."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter.resources import find_folder

GROUPS = Path("/sys/fs/cgroup/memory")
LIMIT_BYTES = 64 << 20

# A process in a group of its own starts a child that wants more than the group may have, and tells the counter.
PROGRAM = f"""
import os, subprocess, sys
open(sys.argv[1] + "/cgroup.procs", "w").write(str(os.getpid()))
sys.path.insert(0, {str(find_folder("servers"))!r})
from memory import oom_kills
before = oom_kills()
greedy = subprocess.run([sys.executable, "-I", "-S", "-c", "x = bytearray(400 << 20)"])
print(greedy.returncode, oom_kills() - before)
"""


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group with a memory limit."""
    folder = GROUPS / f"beep-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no control group with a memory limit can be made here: {error.strerror}")
    (folder / "memory.limit_in_bytes").write_text(str(LIMIT_BYTES))
    yield folder
    folder.rmdir()


def test_a_kill_for_want_of_memory_is_counted(group: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(group)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["-9", "1"], done.stderr


def test_a_plain_kill_is_not_counted() -> None:
    from memory import oom_kills

    before = oom_kills()
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"])
    process.kill()
    process.wait()
    assert oom_kills() == before

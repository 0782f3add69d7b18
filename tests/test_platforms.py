"""The list of POSIX-only calls is complete: what a server on Windows would have to replace, and where."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PAGE = (CHECKOUT / "docs/explanation/platforms.md").read_text(encoding="utf-8")
SOURCES = sorted([*(CHECKOUT / "beep_jupyter").rglob("*.py"), *(CHECKOUT / "servers").glob("*.py")])

# Attributes of os, signal, socket and fcntl that CPython's documentation marks as not available on Windows.
POSIX_ONLY = {
    "AF_UNIX", "F_SETOWN", "F_SETSIG", "SCM_RIGHTS", "SIGCHLD", "SIGKILL", "SO_PEERCRED", "fork", "killpg",
    "memfd_create", "pidfd_open", "pidfd_send_signal", "posix_spawn", "pread", "prctl", "pwrite", "register_at_fork",
    "setsid", "wait4", "waitid", "waitpid",
}  # fmt: skip


def posix_calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in POSIX_ONLY}


def shown(path: Path) -> str:
    return str(path.relative_to(CHECKOUT)).removeprefix("beep_jupyter/")


@pytest.mark.parametrize("path", [path for path in SOURCES if posix_calls(path)], ids=shown)
def test_every_file_that_needs_posix_is_listed(path: Path) -> None:
    assert f"`{shown(path)}`" in PAGE, f"{shown(path)} uses {', '.join(sorted(posix_calls(path)))}"


def test_every_listed_file_exists() -> None:
    listed = {word for line in PAGE.splitlines() if line.startswith("|") for word in line.split("`") if ".py" in word}
    known = {shown(path) for path in SOURCES}
    assert listed <= known


_AS_ON_WINDOWS = """
import concurrent.futures, logging, os, random, sys, threading
import filelock, grpc, httpx, packaging.requirements, platformdirs, psutil
for name in ("register_at_fork", "memfd_create", "sched_yield", "sysconf"):
    delattr(os, name)
sys.modules["fcntl"] = None
from beep_jupyter.backends.exchange import Terms
from beep_jupyter.backends import backend, http_transport, grpc_transport
from beep_jupyter.worker.commands.capabilities import opens
assert Terms().limit_bytes == 0
reference = {"pid": 1, "fd": 1, "device": 1, "inode": 1, "nonce": "", "size": 1}
assert not opens(reference)
"""


def test_clients_of_backends_elsewhere_need_nothing_of_posix() -> None:
    done = subprocess.run([sys.executable, "-c", _AS_ON_WINDOWS], capture_output=True, text=True, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr

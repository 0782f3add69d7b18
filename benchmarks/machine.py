"""What a run ran on, without names of hosts, users or folders."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from .environment import environment_python
from .roster import ROSTER


def facts() -> dict[str, str | int | float]:
    """Of machine and interpreters."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "worker_python": _worker_python(),
        **{library: found for library in ("numpy", "pandas", "pyarrow") if (found := _version(library))},
    }


def versions() -> dict[str, str]:
    """Of the contestants' libraries, where they have one."""
    return {
        name: found
        for name, contestant in ROSTER.items()
        if contestant.distribution and (found := _version(contestant.distribution))
    }


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


def _worker_python() -> str:
    command = [environment_python(), "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

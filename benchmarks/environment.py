"""The environment that our backends, and the bare interpreters beside them, run in. `BENCHMARK_ENVIRONMENT` names it.

A virtual environment, as a user has one; the one that runs the benchmark if it is none of the user's choice.
"""

from __future__ import annotations

import os
import sys
import venv
from pathlib import Path

VARIABLE = "BENCHMARK_ENVIRONMENT"


def choose_environment(chosen: str | None, folder: Path) -> None:
    """Tells all processes of this run which environment it is.

    Args:
        chosen: its folder; None takes this process's own, or makes one in `folder` that sees the same packages.
    """
    if chosen is None and sys.prefix == sys.base_prefix:
        venv.create(folder / "environment", system_site_packages=True, symlinks=True)
        chosen = str(folder / "environment")
    os.environ[VARIABLE] = os.path.abspath(chosen or sys.prefix)


def environment() -> str:
    """Its folder."""
    return os.environ[VARIABLE]


def environment_python() -> str:
    """Its interpreter."""
    return str(Path(environment(), "bin", "python"))

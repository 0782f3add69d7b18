"""The environment variables of a server and its workers. Runs in any process of the host; standard library only.

A worker inherits what the owner has, without what would tie it to the owner's own Python or give away its secrets, and
with the environment's `bin` first on PATH, as activating it would do.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Mapping
from pathlib import Path

# Each of these broke something: PYTHON* and VIRTUAL_ENV point to the host's Python; ipykernel's MPLBACKEND makes
# `import matplotlib.pyplot` raise where IPython is not installed; the rest are secrets or ours.
DROPPED = ("PYTHON*", "VIRTUAL_ENV*", "CONDA_*", "MPLBACKEND", "JPY_*", "JUPYTER_*TOKEN*", "BEEP_*", "__PYVENV_*")


def worker_variables(own: Mapping[str, str], python: Path, shims: Path) -> dict[str, str]:
    """What a server is started with, and its workers after it.

    Args:
        own: of the process that starts the backend.
        python: the environment's interpreter.
        shims: a folder in which `pip` means `uv pip` for the environment on PATH.
    """
    kept = {name: value for name, value in own.items() if not any(fnmatch.fnmatchcase(name, drop) for drop in DROPPED)}
    folders = [str(python.parent), str(shims), own.get("PATH", os.defpath)]
    return kept | {"VIRTUAL_ENV": str(python.parent.parent), "PATH": os.pathsep.join(folders)}

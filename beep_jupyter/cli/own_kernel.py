"""A kernelspec for this very interpreter and this home, whatever `python3` means to the Jupyter of this machine."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME

from ..home import write_atomically
from ..resources import PACKAGE

NAME = str(NATIVE_KERNEL_NAME)
"""`python3`, which notebooks ask for; a spec of that name found earlier replaces the one that Jupyter would take."""


def write_kernelspec(folder: Path, home: Path) -> Path:
    """Writes the kernelspec below a folder that can stand in JUPYTER_PATH.

    Args:
        folder: `kernels/` is made in it.
        home: what kernels get as BEEP_HOME.

    Returns:
        The folder of kernelspecs.
    """
    kernels = folder / "kernels"
    (kernels / NAME).mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3 (ipykernel)",  # as the notebooks have it, or Lab would call them changed
        "language": "python",
        "metadata": {"debugger": True},
        "env": _variables(home),
    }
    write_atomically(kernels / NAME / "kernel.json", json.dumps(spec, indent=1).encode())
    return kernels


def _variables(home: Path) -> dict[str, str]:
    """A bare checkout is found from its own folder only, in which kernels do not start."""
    variables = {"BEEP_HOME": str(home)}
    if (PACKAGE.parent / "pyproject.toml").is_file():
        folders = [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, folders))
    return variables

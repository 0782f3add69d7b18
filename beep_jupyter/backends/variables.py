"""The environment variables of a server and its workers. Runs in any process of the host; standard library only.

A worker inherits what the owner has, without what would tie it to the owner's own Python or give away its secrets, and
with the environment's `bin` first on PATH, as activating it would do. Behind that comes a folder in which `pip` means
uv's pip for this environment: where the environment has no pip, another interpreter's would be found on PATH. Where
pythonnet is in it, the variables are added that lead pythonnet to .NET.
"""

from __future__ import annotations

import fnmatch
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from ..environments.dotnet import dotnet_variables
from ..home import Home, write_atomically

# Each of these broke something: PYTHON* and VIRTUAL_ENV point to the host's Python; ipykernel's MPLBACKEND makes
# `import matplotlib.pyplot` raise where IPython is not installed; JPY_* and tokens are Jupyter's; a worker's marker
# in a backend that a routed cell starts would have it swept with that cell's worker.
DROPPED = ("PYTHON*", "VIRTUAL_ENV*", "CONDA_*", "MPLBACKEND", "JPY_*", "JUPYTER_*TOKEN*", "BEEP_WORKER", "__PYVENV_*")
_KEPT = "PYTHONNET_*"  # though they begin as Python's own

_PIP = r"""#!/bin/sh
# The pip of routed cells: uv's, for the environment that the cell runs in.
case "$1" in
    -V|--version) printf '%s, as pip for %s\n' "$({python} -I -m uv --version)" "$BEEP_PYTHON"; exit ;;
    ""|-*) exec {python} -I -m uv pip "$@" ;;
esac
command=$1
shift
exec {python} -I -m uv pip "$command" --python "$BEEP_PYTHON" "$@"
"""


def worker_variables(own: Mapping[str, str], home: Home, python: Path) -> dict[str, str]:
    """What a server is started with, and its workers after it.

    Args:
        own: of the process that starts the backend.
        home: where code that manages environments, in `admin`, finds them.
        python: the environment's interpreter.
    """
    kept = {name: value for name, value in own.items() if not _is_dropped(name)}
    root = python.parent.parent
    dotnet = dotnet_variables(own, home, root)
    folders = [str(python.parent), str(make_shims(home)), own.get("PATH", os.defpath)]
    if "DOTNET_ROOT" in dotnet:  # pythonnet asks the `dotnet` on PATH which runtimes there are
        folders.insert(2, dotnet["DOTNET_ROOT"])
    if (root / "pyvenv.cfg").is_file():
        kept["VIRTUAL_ENV"] = str(root)
    return {
        **kept,
        **dotnet,
        "BEEP_HOME": str(home.root),
        "BEEP_PYTHON": str(python),
        "PATH": os.pathsep.join(folders),
    }


def _is_dropped(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, drop) for drop in DROPPED) and not fnmatch.fnmatchcase(name, _KEPT)


def make_shims(home: Home) -> Path:
    """The folder of commands that stand in for an environment's missing ones; made at first use."""
    folder = home.cache / "shims"
    text = _PIP.format(python=shlex.quote(sys.executable)).encode()
    for name in ("pip", "pip3"):
        path = folder / name
        if not path.is_file() or path.read_bytes() != text:
            folder.mkdir(mode=0o700, exist_ok=True)
            write_atomically(path, text, mode=0o700)
    return folder

"""Locks: what is installed, exactly, with hashes, as pylock.toml (PEP 751). Host's Python; uv resolves nothing anew.

A lock holds the absolute addresses that the packages came from, so it is the user's to publish or to keep.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..home import write_atomically
from ..models import OnProgress
from ..uv import Uv
from .builder import check
from .request import finish_lock
from .store import Found
from .venvs import installed_packages, interpreter_of, version_of


def write_lock(uv: Uv, name: str, found: Found, on_progress: OnProgress | None) -> Path:
    """Locks what is installed now; the caller holds the environment's lock.

    Returns:
        The path of its pylock.toml.

    Raises:
        InstallError: the hashes of what is installed could not be learned.
    """
    python = ["--python", str(interpreter_of(found.generation.venv))]
    what = f"Environment '{name}' was not locked"
    frozen = uv.run(["pip", "freeze", *python])
    check(frozen, what)
    with tempfile.TemporaryDirectory(dir=found.generation.folder, prefix="lock-") as scratch:
        asked, made = Path(scratch) / "installed.txt", Path(scratch) / "pylock.toml"
        asked.write_text(frozen.stdout, encoding="utf-8")
        options = ["--no-deps", "--no-header", "--format", "pylock.toml", "--output-file", str(made)]
        check(uv.run(["pip", "compile", *python, *options, "--", str(asked)], on_progress=on_progress), what)
        data = finish_lock(made.read_bytes(), name, _minor(found))
    write_atomically(found.generation.lock_file, data)
    return found.generation.lock_file


def current_lock(uv: Uv, name: str, found: Found, on_progress: OnProgress | None) -> Path:
    """The lock of what is installed, made only where there is none that still holds.

    Raises:
        InstallError: as `write_lock`.
    """
    is_unmodified = installed_packages(found.generation.venv) == found.record.packages
    if found.generation.is_locked and is_unmodified:
        return found.generation.lock_file
    return write_lock(uv, name, found, on_progress)


def _minor(found: Found) -> str:
    """Wheels hold for a minor version, so a lock asks for `3.9` (or `pypy3.9`), whatever patch level made it."""
    version = version_of(found.generation.venv) or found.record.version
    implementation = "pypy" if found.record.spec.python.startswith("pypy") else ""
    return implementation + ".".join(version.split(".")[:2])

"""The lock of a declared environment, beside the notebook: `pylock.<NAME, dots as _>.toml`. Host's Python.

It names the environment and holds the hash of the declaration that it was made for, so that it can be told whether it
still holds, and for which environment: `a.b` and `a_b` would share a file.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..home import write_atomically
from ..models import OnProgress, Runtime
from ..uv import Uv
from .builder import check
from .request import Lock, Request, finish_lock, parse_lock, read_origin


def lock_path(folder: Path, name: str) -> Path:
    """Where the lock of the environment `name` is kept; uv refuses names with more dots than these."""
    return folder / f"pylock.{name.replace('.', '_')}.toml"


@dataclass(frozen=True, slots=True)
class DeclaredLock:
    """A lock as it lies there.

    Attributes:
        data: its bytes.
        declaration: the hash of the declaration that it was made for.
    """

    data: bytes
    declaration: str

    @property
    def hash(self) -> str:
        """sha256 of its bytes, as a spec has it."""
        return hashlib.sha256(self.data).hexdigest()


def find_lock(path: Path, name: str) -> DeclaredLock | None:
    """The lock at that place, or None where there is none.

    Raises:
        UsageError: the file is not the lock of this environment's declaration, so it must not be overwritten.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"The lock {path} cannot be read: {error.strerror}.", "Mend or delete it.") from None
    return parse_declared(data, path, name)


def parse_declared(data: bytes, path: Path, name: str) -> DeclaredLock:
    """What our table of a lock says.

    Raises:
        UsageError: as `find_lock`.
    """
    origin = read_origin(data)
    if "declaration" not in origin:
        raise UsageError(
            f"{path} is not the lock of a declared environment, so it is left alone.",
            "Move it elsewhere; `beep venv create NAME --lock FILE` builds from it.",
        )
    if origin.get("environment") != name:
        raise UsageError(
            f"{path} is the lock of environment '{origin.get('environment')}', not of '{name}'.",
            "Choose another name, or delete that file.",
        )
    return DeclaredLock(data, origin["declaration"])


def whole_lock(lock: DeclaredLock, path: Path) -> Lock:
    """All that a lock says, as a build wants it.

    Args:
        path: where it was found.

    Raises:
        UsageError: what is above its last table is no lock any more.
    """
    try:
        return parse_lock(lock.data, path)
    except UsageError as error:
        raise UsageError(error.what, "Delete it, and running the cell again makes a new one.") from None


def resolve(
    uv: Uv, name: str, declaration: str, request: Request, runtime: Runtime, on_progress: OnProgress | None
) -> DeclaredLock:
    """Finds the versions that a request means now, without building anything.

    Args:
        declaration: the hash to write into the lock.
        runtime: the Python that they are for.

    Raises:
        InstallError: there are none, or they could not be found out.
    """
    with tempfile.TemporaryDirectory(prefix="beep-lock-") as scratch:
        asked, made = Path(scratch) / "declared.in", Path(scratch) / "pylock.toml"
        asked.write_text("".join(f"{package}\n" for package in request.all_packages), encoding="utf-8")
        files = [str(asked), *([str(request.requirements.path)] if request.requirements else [])]
        options = ["--python", str(runtime.path), "--no-header", "--format", "pylock.toml", "--output-file", str(made)]
        folder = request.requirements.path.parent if request.requirements else None
        result = uv.run(["pip", "compile", *options, "--", *files], on_progress=on_progress, cwd=folder)
        check(result, f"Environment '{name}' was not locked")
        data = _with_full_paths(made.read_bytes(), made.parent)
        return DeclaredLock(finish_lock(data, name, python_of(runtime), declaration), declaration)


def _with_full_paths(data: bytes, folder: Path) -> bytes:
    """uv writes down what a requirements file names by a relative path as it is seen from the lock."""

    def full(found: re.Match[bytes]) -> bytes:
        return b'path = "%b"' % os.path.normpath(os.path.join(os.fsencode(folder.resolve()), found[1]))

    return re.sub(rb'\bpath = "([^/"][^"]*)"', full, data)


def python_of(runtime: Runtime) -> str:
    """What a lock asks for: `3.9` or `pypy3.9`, whatever patch level made it, since wheels hold for a minor version."""
    implementation = "pypy" if runtime.implementation == "pypy" else ""
    return implementation + ".".join(runtime.version.split(".")[:2])


def refuse_unwritable(path: Path) -> None:
    """Says before a build, and not after it, that its lock could not be kept.

    Raises:
        UsageError: nobody can write there.
    """
    if not os.access(path.parent, os.W_OK):
        raise _unwritable(path, "the folder cannot be written to")


def keep_lock(path: Path, data: bytes) -> None:
    """Puts the lock beside the notebook.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        write_atomically(path, data, mode=0o644)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _unwritable(path: Path, reason: str) -> UsageError:
    return UsageError(f"The lock {path} cannot be written: {reason}.", "Run the notebook in a folder of your own.")

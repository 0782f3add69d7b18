"""What one create asks for: every argument checked, nothing run yet. Host's Python."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..home import absolute_path
from .dotnet import PYTHONNET
from .package_sets import PackageSet, find_set
from .requirements import RequirementsFile, parse_packages, read_requirements
from .spec import Spec, normalised_name

_EMPTY_SET = PackageSet("", ())
_ORIGIN = "beep-jupyter"  # our table under [tool] in a lock (PEP 751)
_EXPORT = "`beep venv export NAME FILE` writes one."


@dataclass(frozen=True, slots=True)
class Lock:
    """A pylock.toml of the user's.

    Attributes:
        data: its bytes, so that what was checked is what is installed.
        python: the version that it was made with, where a lock of ours says so.
        names: what it installs, normalised.
        declaration: the hash of the notebook's declaration that it was made for; empty where there is none.
    """

    data: bytes
    python: str | None
    names: frozenset[str] = frozenset()
    declaration: str = ""

    @property
    def hash(self) -> str:
        """sha256 of its bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of a create, without the name.

    Attributes:
        python: as it was given; None takes the lock's version, else the default runtime.
        packages: normalised requirements.
        dotnet: .NET is to be usable in it.
    """

    python: str | None = None
    packages: tuple[str, ...] = ()
    requirements: RequirementsFile | None = None
    lock: Lock | None = None
    set: PackageSet = _EMPTY_SET
    dotnet: bool = False

    @property
    def all_packages(self) -> tuple[str, ...]:
        """The requirements of the caller and of the set, and what .NET needs; nothing beside a lock, which says all."""
        own = (PYTHONNET,) if self.dotnet and not self.lock else ()
        return tuple(sorted({*self.packages, *self.set.packages, *own}))

    def spec(self, runtime_id: str) -> Spec:
        """The spec of this request on a runtime."""
        return Spec(
            python=runtime_id,
            packages=self.packages,
            requirements=self.requirements.text if self.requirements else "",
            lock=self.lock.hash if self.lock else "",
            set=self.set.name,
            set_packages=self.set.packages,
            dotnet=self.dotnet,
        )


def parse_request(
    python: str | None,
    packages: Iterable[str],
    requirements: str | os.PathLike[str] | None,
    lock: str | os.PathLike[str] | None,
    set_name: str | None,
    user_sets: Path,
    *,
    dotnet: bool,
) -> Request:
    """Checks the arguments of a create.

    Raises:
        UsageError: one of them cannot be meant, or two exclude each other.
        ConfigurationError: a set of the user's cannot be used.
    """
    request = Request(
        python or None,
        parse_packages(packages),
        read_requirements(requirements) if requirements else None,
        read_lock(lock) if lock else None,
        find_set(set_name, user_sets) if set_name else _EMPTY_SET,
        dotnet,
    )
    if request.lock and (request.all_packages or request.requirements):
        raise UsageError(
            "A lock says all that is installed, so packages, a requirements file or a set cannot be added to it.",
            "Build from the lock, then add packages with `beep venv install`.",
        )
    if dotnet and request.lock and "pythonnet" not in request.lock.names:
        raise UsageError(
            "The lock does not list pythonnet, through which .NET is used.",
            "Give the lock of an environment that was made with `--dotnet`, or leave `--dotnet` out.",
        )
    return request


def read_lock(path: str | os.PathLike[str]) -> Lock:
    """Reads a pylock.toml under any file name.

    Raises:
        UsageError: it cannot be read, is none, or names files by a path relative to itself.
    """
    chosen = absolute_path(path)
    try:
        return parse_lock(chosen.read_bytes(), chosen)
    except FileNotFoundError:
        raise UsageError(f"There is no lock {chosen}.", _EXPORT) from None
    except OSError as error:
        raise UsageError(f"The lock {chosen} cannot be read: {error}.", _EXPORT) from None


def parse_lock(data: bytes, path: Path) -> Lock:
    """What the bytes of a lock say.

    Args:
        path: where they were read, for the sentence.

    Raises:
        UsageError: they are no lock, or it names files by a path relative to itself.
    """
    try:
        table = tomllib.loads(data.decode())
        packages = table["packages"]
        relative = next((found for package in packages for found in _relative_paths(package)), None)
        names = frozenset(normalised_name(package.get("name", "")) for package in packages)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"The lock {path} cannot be read: {error}.", _EXPORT) from None
    if relative:
        raise UsageError(f"The lock {path} names the relative path '{relative}'.", "Write full paths into it.")
    origin = _origin(table)
    return Lock(data, origin.get("python"), names, str(origin.get("declaration", "")))


def finish_lock(data: bytes, name: str, python: str, declaration: str = "") -> bytes:
    """A lock as uv wrote it, made fit for other machines, with our table at its end.

    Args:
        name: the environment that it was made for.
        python: the version to build it with again, such as `3.9` or `pypy3.9`. Wheels hold for a minor version, but uv
            writes down the patch level that it ran with, and would refuse all below it.
        declaration: the hash of a notebook's declaration.
    """
    portable = re.sub(rb'^(requires-python = ">=\d+\.\d+)[^"]*"', rb'\1"', data, count=1, flags=re.MULTILINE)
    declared = f'declaration = "{declaration}"\n' if declaration else ""
    table = f'[tool.{_ORIGIN}]\nenvironment = "{name}"\npython = "{python}"\n{declared}'
    return portable.rstrip(b"\n") + b"\n\n" + table.encode()


def read_origin(data: bytes) -> dict[str, str]:
    """Our table of a lock, without reading all that is above it; empty where it is not at the end.

    tomllib reads about 1 MB/s, and a lock of a hundred packages is as large.
    """
    _, header, rest = data.rpartition(f"\n[tool.{_ORIGIN}]\n".encode())
    try:
        return {key: str(value) for key, value in tomllib.loads(rest.decode()).items()} if header else {}
    except ValueError:
        return {}


def _origin(table: dict[str, Any]) -> dict[str, Any]:
    tool = table.get("tool", {})
    return tool.get(_ORIGIN, {}) if isinstance(tool, dict) else {}


def _relative_paths(package: dict[str, Any]) -> Iterable[str]:
    sources = [package.get(key) for key in ("archive", "directory", "sdist", "vcs")] + package.get("wheels", [])
    paths = (source["path"] for source in sources if source and "path" in source)
    return (path for path in paths if not Path(path).is_absolute())

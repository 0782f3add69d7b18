"""Finds .NET on this machine, and says what pythonnet needs to use it. Host's Python; reads files, runs nothing.

A root of .NET is a folder that holds

    dotnet                                      the program that starts others
    host/fxr/<version>/libhostfxr.so            what pythonnet loads
    shared/Microsoft.NETCore.App/<version>/     the runtime itself; several may lie side by side

A root counts from version 6 on. Whether it starts, only starting it can tell; `beep doctor` does.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..home import Home, absolute_path
from .store import Generation
from .venvs import site_packages_of

PYTHONNET = "pythonnet>=3"  # the first that can load .NET and not only Mono
_OLDEST_MAJOR = 6
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(-.+)?")
_REGISTERED = Path("/etc/dotnet/install_location")  # written by installers: dotnet/designs, install-locations.md
_USUAL = (
    "/usr/lib/dotnet",
    "/usr/lib64/dotnet",
    "/usr/share/dotnet",
    "/usr/local/share/dotnet",
    "/opt/homebrew/opt/dotnet/libexec",
    "/opt/dotnet",
    "~/.dotnet",
)


@dataclass(frozen=True, slots=True)
class DotnetRuntime:
    """A usable root of .NET, and the newest runtime in it."""

    root: Path
    version: str


def find_dotnet(own: Mapping[str, str], home: Home) -> DotnetRuntime | None:
    """The .NET that a backend is given: the user's `DOTNET_ROOT`, an installed one, or one unpacked into the home.

    Args:
        own: the variables of this process.

    Returns:
        The first that is usable; None where there is none.
    """
    looked_at = (look_at(root) for root in _candidates(own, home))
    return next((found for found in looked_at if found is not None), None)


def look_at(root: Path) -> DotnetRuntime | None:
    """The root with its newest runtime, or None where pythonnet could not use it."""
    runtimes = [path.name for path in root.glob("shared/Microsoft.NETCore.App/*") if any(path.glob("*coreclr.*"))]
    newest = max(runtimes, key=_order, default="")
    is_usable = _order(newest) >= (_OLDEST_MAJOR,) and any(root.glob("host/fxr/*/*hostfxr.*"))
    return DotnetRuntime(root, newest) if is_usable else None


def dotnet_variables(own: Mapping[str, str], home: Home, venv: Path) -> dict[str, str]:
    """The variables with which `import clr` works in an environment.

    Args:
        own: the variables of this process; what the user has set stays, but for a `DOTNET_ROOT` that holds no usable
            runtime where another one does.
        venv: any virtual or conda environment.

    Returns:
        Those to set. None for an environment without pythonnet; and none for one that was not made with .NET where
        pythonnet finds Mono, which it then uses of its own accord.
    """
    if not has_pythonnet(venv) or not (_was_made_with_dotnet(home, venv) or not _has_mono()):
        return {}
    wanted = {"PYTHONNET_RUNTIME": "coreclr", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    variables = {name: value for name, value in wanted.items() if not own.get(name)}
    if found := find_dotnet(own, home):
        variables["DOTNET_ROOT"] = str(found.root)
    return variables


def has_pythonnet(venv: Path) -> bool:
    """Whether pythonnet is installed in an environment, by whatever means."""
    return any((folder / "pythonnet").is_dir() for folder in site_packages_of(venv))


def _candidates(own: Mapping[str, str], home: Home) -> Iterator[Path]:
    if chosen := own.get("DOTNET_ROOT"):
        yield absolute_path(chosen)
    if program := shutil.which("dotnet", path=own.get("PATH")):
        yield Path(program).resolve().parent
    yield from _registered()
    yield from (absolute_path(path) for path in _USUAL)
    yield from sorted(home.dotnet.glob("[0-9]*"), key=lambda root: _order(root.name), reverse=True)


def _registered() -> list[Path]:
    try:
        return [Path(line) for line in _REGISTERED.read_text(encoding="utf-8").splitlines() if line]
    except OSError:
        return []


def _order(version: str) -> tuple[int, ...]:
    """Sorts versions; a preview comes before what it is a preview of, and what is no version before all."""
    found = _VERSION.fullmatch(version)
    return (*(int(part) for part in found.groups()[:3]), 0 if found[4] else 1) if found else ()


def _was_made_with_dotnet(home: Home, venv: Path) -> bool:
    if not venv.is_relative_to(home.environments):
        return False
    try:
        return Generation(venv.parent).read().spec.dotnet
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _has_mono() -> bool:
    """Whether pythonnet would find Mono, which it prefers: where clr_loader 0.2 and 0.3 look for it."""
    if sys.platform == "darwin":
        return Path("/Library/Frameworks/Mono.framework").is_dir()
    from ctypes.util import find_library  # runs programs, 60 ms: only where pythonnet is and we did not put it there

    return os.name == "nt" or find_library("monosgen-2.0") is not None

"""Named sets of packages: small TOML files in this package, extended or overridden in the home. Host's Python.

    description = "one line"
    extends = "data-science"        # optional; in a file of that very name: the set that comes with this package
    packages = ["numpy", "pandas"]

`<home>/sets/NAME.toml` is read first, so a user's file takes the place of ours unless it extends it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, UsageError, nearest_match
from .requirements import parse_packages

SHIPPED = Path(__file__).parent / "sets"


@dataclass(frozen=True, slots=True)
class PackageSet:
    """A set as it counts for a spec: its name and all its packages, normalised and sorted."""

    name: str
    packages: tuple[str, ...]
    description: str = ""


def known_sets(user_folder: Path) -> list[str]:
    """The names of all sets, ours and the user's, sorted."""
    return sorted({path.stem for folder in (SHIPPED, user_folder) for path in folder.glob("*.toml")})


def find_set(name: str, user_folder: Path) -> PackageSet:
    """Reads one set with what it extends.

    Args:
        user_folder: `<home>/sets`; need not exist.

    Raises:
        UsageError: there is no such set; names the nearest.
        ConfigurationError: a user's file cannot be used.
    """
    known = known_sets(user_folder)
    if name not in known:
        nearest = nearest_match(name, known)
        cure = f"Did you mean '{nearest}'?" if nearest else f"There are: {', '.join(known)}."
        raise UsageError(f"No set of packages is called '{name}'.", cure)
    return _read(name, [user_folder / f"{name}.toml", SHIPPED / f"{name}.toml"], user_folder, ())


def _read(name: str, candidates: list[Path], user_folder: Path, readers: tuple[Path, ...]) -> PackageSet:
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        raise _unusable(readers[-1], f"it extends '{name}', which there is not")
    if path in readers:
        raise _unusable(path, "it extends itself")
    table = _load(path)
    packages = _packages(path, table)
    base = table.get("extends")
    if base is not None:
        inherited = [SHIPPED / f"{base}.toml"]
        if base != name:
            inherited.insert(0, user_folder / f"{base}.toml")
        packages += _read(base, inherited, user_folder, (*readers, path)).packages
    return PackageSet(name, tuple(sorted({*packages})), str(table.get("description", "")))


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, str(error)) from None


def _packages(path: Path, table: dict[str, Any]) -> tuple[str, ...]:
    listed = table.get("packages", [])
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise _unusable(path, "'packages' is not a list of texts")
    try:
        return parse_packages(listed)
    except UsageError as error:
        raise _unusable(path, error.what.rstrip(".")) from None


def _unusable(path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(f"The set {path} cannot be used: {reason}.", "Mend or delete that file.")

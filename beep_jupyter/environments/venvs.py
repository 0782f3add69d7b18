"""Reads any virtual or conda environment from its files, without starting its interpreter. Host's Python.

It knows nothing of the home: the same functions look at environments of ours and at folders that a user points to.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from .spec import normalised_name

_DISTRIBUTION = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info")
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?(?:(?:a|b|rc)\d+)?")
_BINARY = re.compile(r"python(\d+\.\d+)")


def is_environment(folder: Path) -> bool:
    """True for a virtual environment (pyvenv.cfg, PEP 405) and for a conda environment."""
    return (folder / "pyvenv.cfg").is_file() or (folder / "conda-meta").is_dir()


def interpreter_of(folder: Path) -> Path:
    """Where the environment's interpreter is, or should be."""
    if os.name != "nt":
        return folder / "bin" / "python"
    return folder / "python.exe" if (folder / "conda-meta").is_dir() else folder / "Scripts" / "python.exe"


def version_of(folder: Path) -> str:
    """The version that the environment says it has, such as `3.9.18`; empty where it does not say."""
    if conda := sorted((folder / "conda-meta").glob("python-[0-9]*.json")):
        return conda[0].name.split("-")[1]
    settings = _settings(folder)
    found = _VERSION.match(settings.get("version_info") or settings.get("version") or "")
    return found.group() if found else ""


def problem_of(folder: Path) -> str:
    """Why the environment's interpreter cannot start, as a sentence; empty where nothing is wrong."""
    interpreter = interpreter_of(folder)
    if not interpreter.exists():
        target = os.readlink(interpreter) if interpreter.is_symlink() else _settings(folder).get("home") or interpreter
        return f"Its interpreter {target} is gone."
    version = version_of(folder)
    actual = _BINARY.fullmatch(interpreter.resolve().name)
    if actual and version and not version.startswith(f"{actual.group(1)}."):
        return f"Its interpreter was Python {version} and has been replaced by Python {actual.group(1)}."
    return ""


def site_packages_of(folder: Path) -> list[Path]:
    """The folders that packages are installed into."""
    return [Path(path) for path in _site_packages(os.fspath(folder))]


def installed_packages(folder: Path) -> tuple[str, ...]:
    """What is installed, `name==version` with normalised names, sorted; read from the names of metadata folders."""
    return tuple(sorted({text for path in _site_packages(os.fspath(folder)) for text in _distributions(path)}))


def _site_packages(folder: str) -> Iterator[str]:
    """Plain `os` calls: `Path.glob` takes ten times as long, and every listing comes through here."""
    if os.name == "nt":
        candidates = [os.path.join(folder, "Lib", "site-packages")]
    else:
        library = os.path.join(folder, "lib")
        candidates = [os.path.join(library, name, "site-packages") for name in _names(library)]
    return (path for path in candidates if os.path.isdir(path))


def _distributions(path: str) -> Iterator[str]:
    for name in _names(path):
        if name.endswith("-info") and (found := _DISTRIBUTION.fullmatch(name)):
            yield f"{normalised_name(found['name'])}=={found['version']}"


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _settings(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}

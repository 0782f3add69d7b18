"""Packages that a user asks for, checked before anything runs. Host's Python.

A package is a requirement (PEP 508: `numpy<2`, `name @ https://…`, `name @ file:///…`), or the path of a local wheel,
source archive or project folder that exists. Options, further lines and bare URLs are refused: what passes here is a
plain list that can only mean packages. A requirements *file* belongs to the user and may hold whatever uv accepts.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import UsageError
from ..home import absolute_path
from .spec import normalised_name

_EXAMPLE = "Write it as 'name', 'name==1.2', 'name>=1,<2', 'name @ URL' or the path of a wheel."
_INCLUDE = re.compile(r"^\s*(?:-r|-c|--requirements?|--constraints?)(?:\s+|=)(\S+)", re.MULTILINE)
_ARCHIVES = (".whl", ".tar.gz", ".zip")


def parse_packages(packages: Iterable[str]) -> tuple[str, ...]:
    """Checks and normalises requirements, sorted, each once.

    Raises:
        UsageError: one of them is no requirement; names it.
    """
    return tuple(sorted({_parse(text) for text in as_list(packages)}))


def as_list(packages: Iterable[str]) -> list[str]:
    """The packages, which are not the letters of one.

    Raises:
        UsageError: a text was given instead of a list.
    """
    if isinstance(packages, str):
        raise UsageError(f"Packages are a list, not the text {packages!r}.", f"Write [{packages!r}].")
    return list(packages)


def parse_names(names: Iterable[str]) -> tuple[str, ...]:
    """Checks and normalises plain project names, for `uninstall`.

    Raises:
        UsageError: one of them is more than a name.
    """
    for name in (names := as_list(names)):
        if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", name):
            raise UsageError(f"{name!r} is not the name of a package.", "Give its name alone, such as 'numpy'.")
    return tuple(sorted({normalised_name(name) for name in names}))


@dataclass(frozen=True, slots=True)
class RequirementsFile:
    """A requirements file of the user's, with the text that counts for the spec."""

    path: Path
    text: str


def read_requirements(path: str | os.PathLike[str]) -> RequirementsFile:
    """Reads a requirements file and what it includes by `-r` and `-c`.

    Raises:
        UsageError: it, or a local file that it includes, cannot be read as text.
    """
    chosen = absolute_path(path)
    return RequirementsFile(chosen, "".join(_texts(chosen, set())))


def _texts(path: Path, seen: set[Path]) -> Iterable[str]:
    try:
        resolved = path.resolve()
        if resolved in seen:
            return
        seen.add(resolved)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"There is no requirements file {path}.", "Give the path of one that exists.") from None
    except (OSError, ValueError) as error:  # the latter for what is not UTF-8, and for a name that no file can have
        raise UsageError(f"The requirements file {path} cannot be read: {error}.", "Give a text file.") from None
    yield text
    for included in _INCLUDE.findall(text):
        if "://" not in included:
            yield from _texts(path.parent / included, seen)


def _parse(text: str) -> str:
    stripped = text.strip(" ")
    if not stripped or not stripped.isprintable():
        raise UsageError(f"{_shown(text)} is not a requirement.", _EXAMPLE)
    if stripped.startswith("-"):
        raise UsageError(f"{_shown(text)} is an option, not a requirement.", _EXAMPLE)
    if is_path(stripped):
        return _parse_path(stripped)
    return _parse_requirement(stripped)


def is_path(text: str) -> bool:
    """Whether a package that is asked for is meant as the path of a file or folder."""
    return text.startswith((".", "/", "~")) or (text.endswith(_ARCHIVES) and "@" not in text and "://" not in text)


def _parse_requirement(text: str) -> str:
    from packaging.requirements import InvalidRequirement, Requirement  # 20 ms, which an empty environment saves

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        raise UsageError(f"{_shown(text)} is not a requirement.", _EXAMPLE) from None
    requirement.name = normalised_name(requirement.name)
    requirement.extras = {normalised_name(extra) for extra in requirement.extras}
    if requirement.url and requirement.url.startswith("file:"):
        local = Path(unquote(urlsplit(requirement.url).path))
        if not local.is_absolute() or not local.exists():
            raise UsageError(f"{_shown(text)} names a file that does not exist.", "Give the full path of one.")
    return str(requirement)


def _parse_path(text: str) -> str:
    """A local wheel becomes `name @ URL` with its hash, so that a rebuilt wheel is another requirement."""
    path = absolute_path(text)
    if path.is_dir() and any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
        return str(path)
    if not path.is_file() or not path.name.endswith(_ARCHIVES):
        raise UsageError(f"{_shown(text)} is no wheel, source archive or project folder.", _EXAMPLE)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{_archive_name(path)} @ {path.as_uri()}#sha256={digest}"


def _archive_name(path: Path) -> str:
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    try:
        if path.name.endswith(".whl"):
            return str(parse_wheel_filename(path.name)[0])
        return str(parse_sdist_filename(path.name)[0])
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise UsageError(f"{path} is not named as packages are: {error}.", _EXAMPLE) from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")

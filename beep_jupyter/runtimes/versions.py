"""What a runtime's version is asked like, and which of several is meant. Host's Python; data only.

3  3.9  3.9.18  3.14.0rc1       the newest that begins so; a CPython if there is one
python3.9  cpython-3.9  pypy3   of one implementation
3.13t                           a free-threaded build, which is never meant otherwise
>=3.9,<3.12                     the newest that fits
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..models import Runtime

OLDEST_SUPPORTED = (3, 8)
_VERSION = re.compile(r"(?:(python|cpython|pypy)[-@]?)?(\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?)?(t?)")
_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?")
_SPECIFIER = re.compile(r"\s*(===?|~=|!=|<=?|>=?)\s*\d")
_T = "-freethreaded"
_KINDS = ("managed", "adopted", "uv", "pyenv", "system", "conda", "path")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that was asked for: `fits` says whether a runtime is one."""

    text: str
    fits: Callable[[Runtime], bool]


def parse(spec: str) -> Wanted | None:
    """What `spec` asks for, or None where it is no version (but perhaps an id or a path)."""
    spec = spec.strip()
    match = _VERSION.fullmatch(spec)
    if match and (match[1] or match[2]):
        name = {"python": "cpython"}.get(match[1], match[1]) or ("cpython" if match[3] else "")
        return Wanted(spec, lambda runtime: _begins_so(runtime, name + (_T if match[3] else ""), match[2] or ""))
    return _parse_specifier(spec) if _SPECIFIER.match(spec) else None


def newest_first(runtimes: Iterable[Runtime]) -> list[Runtime]:
    """Usable ones first; finals before prereleases and special builds, CPython first, then the newest."""
    return sorted(runtimes, key=_rank)


def numbers_of(version: str) -> tuple[int, int, int]:
    """(3, 9, 18) of `3.9.18`; zeros where a version is not known."""
    match = _NUMBERS.match(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else (0, 0, 0)


def is_ordinary(runtime: Runtime) -> bool:
    """A usable CPython, final and with a GIL: what may be taken where nothing is asked for."""
    return not any(_rank(runtime)[:3])


def _rank(runtime: Runtime) -> tuple[bool, bool, bool, tuple[int, ...], int, str]:
    match = _NUMBERS.match(runtime.version)
    release = (["a", "b", "rc"].index(match[4]), int(match[5])) if match and match[4] else (3, 0)
    return (
        bool(runtime.problem),
        release != (3, 0),
        runtime.implementation != "cpython",
        tuple(-number for number in (*numbers_of(runtime.version), *release)),
        _KINDS.index(runtime.kind) if runtime.kind in _KINDS else len(_KINDS),
        str(runtime.path),
    )


def _begins_so(runtime: Runtime, implementation: str, version: str) -> bool:
    if not implementation and runtime.implementation.endswith(_T):
        return False
    if implementation and runtime.implementation != implementation:
        return False
    return not version or runtime.version == version or runtime.version.startswith(f"{version}.")


def _parse_specifier(spec: str) -> Wanted | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = SpecifierSet(spec)
    except InvalidSpecifier:
        return None
    early = bool(specifiers.prereleases)  # only where the specifier itself names one

    def fits(runtime: Runtime) -> bool:
        return bool(runtime.version) and _begins_so(runtime, "", "") and specifiers.contains(runtime.version, early)

    return Wanted(spec, fits)

"""`install` and `uninstall` in an environment that is there. Host's Python.

They change it in place, so that a backend that runs in it sees the new packages. Each rewrites the spec; one that is
killed half way leaves packages that the record does not know, and the environment shows as modified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..errors import InstallError, UsageError, nearest_match
from ..home import Home
from ..models import OnProgress
from ..names import check_name
from ..uv import Uv
from .builder import check
from .lookup import find_usable
from .publishing import changing
from .requirements import parse_names, parse_packages
from .spec import Spec, requirement_name
from .store import EnvironmentFolder, Found
from .venvs import installed_packages, interpreter_of

_LINE = re.compile(r"^ ([+-]) (\S+(?: @ \S+)?)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PackageChanges:
    """What an install or uninstall did, or would do.

    Attributes:
        added, removed: `name==version`, sorted; an upgrade is in both.
        is_dry_run: nothing was changed.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    is_dry_run: bool

    def __str__(self) -> str:
        parts = [f"{verb} {', '.join(texts)}" for verb, texts in self._parts() if texts]
        if not parts:
            return "Nothing would change." if self.is_dry_run else "Nothing had to be changed."
        text = " and ".join(parts)
        return f"Would {text}." if self.is_dry_run else f"{text[0].upper()}{text[1:]}."

    def _parts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        verbs = ("add", "remove") if self.is_dry_run else ("added", "removed")
        return ((verbs[0], self.added), (verbs[1], self.removed))


class Changer:
    """Changes the packages of environments."""

    def __init__(self, home: Home, uv: Uv) -> None:
        self._home = home
        self._uv = uv

    def install(
        self, name: str, packages: Iterable[str], *, dry_run: bool, on_progress: OnProgress | None
    ) -> PackageChanges:
        """Installs requirements; see `EnvironmentManager.install`."""
        wanted = parse_packages(packages)
        _refuse_none(wanted)
        return self._change(name, "install", wanted, lambda spec: spec.with_installed(wanted), dry_run, on_progress)

    def uninstall(
        self, name: str, packages: Iterable[str], *, dry_run: bool, on_progress: OnProgress | None
    ) -> PackageChanges:
        """Removes packages; see `EnvironmentManager.uninstall`."""
        names = parse_names(packages)
        _refuse_none(names)
        _refuse_missing(name, names, installed_packages(find_usable(self._home, name).generation.venv))
        return self._change(name, "uninstall", names, lambda spec: spec.with_uninstalled(names), dry_run, on_progress)

    def _change(
        self,
        name: str,
        verb: str,
        packages: Sequence[str],
        respec: Callable[[Spec], Spec],
        dry_run: bool,
        on_progress: OnProgress | None,
    ) -> PackageChanges:
        folder = EnvironmentFolder(self._home, check_name("environment", name))
        find_usable(self._home, name)  # before a lock file is made for a name that does not exist
        with changing(folder, on_progress):
            found = find_usable(self._home, name)
            if dry_run:
                return _planned(self._run(name, found, [verb, "--dry-run"], packages, None))
            before = {*installed_packages(found.generation.venv)}
            try:
                self._run(name, found, [verb], packages, on_progress)
            except InstallError as error:
                raise _half_done(error, before, found) from error.__cause__
            return _record(found, before, respec)

    def _run(
        self, name: str, found: Found, verb: list[str], packages: Sequence[str], on_progress: OnProgress | None
    ) -> str:
        target = ["--python", str(interpreter_of(found.generation.venv))]
        result = self._uv.run(["pip", *verb, *target, "--", *packages], on_progress=on_progress)
        check(result, f"Environment '{name}' was not changed")
        return result.stderr


def _record(found: Found, before: set[str], respec: Callable[[Spec], Spec]) -> PackageChanges:
    """Takes over only what this change did: what somebody else changed by hand still shows as modified."""
    after = {*installed_packages(found.generation.venv)}
    added, removed = after - before, before - after
    known = tuple(sorted(({*found.record.packages} - removed) | added))
    if added or removed:
        found.generation.lock_file.unlink(missing_ok=True)  # it no longer says what is installed
    found.generation.write(replace(found.record, spec=respec(found.record.spec), packages=known))
    return PackageChanges(tuple(sorted(added)), tuple(sorted(removed)), is_dry_run=False)


def _planned(stderr: str) -> PackageChanges:
    lines = [(sign, text) for sign, text in _LINE.findall(stderr)]
    added, removed = ({text for found, text in lines if found == sign} for sign in "+-")
    return PackageChanges(tuple(sorted(added)), tuple(sorted(removed)), is_dry_run=True)


def _half_done(error: InstallError, before: set[str], found: Found) -> InstallError:
    if {*installed_packages(found.generation.venv)} == before:
        return error
    what = error.what.replace("was not changed", "was changed in part only and shows as modified", 1)
    return InstallError(what, error.cure, log=error.log)


def _refuse_none(packages: Sequence[str]) -> None:
    if not packages:
        raise UsageError("No package was named.", "Name at least one, such as `numpy`.")


def _refuse_missing(name: str, wanted: Sequence[str], installed: Sequence[str]) -> None:
    known = {requirement_name(text) for text in installed}
    for missing in (text for text in wanted if text not in known):
        nearest = nearest_match(missing, known)
        cure = f"Did you mean '{nearest}'?" if nearest else f"`beep venv status {name}` shows what is."
        raise UsageError(f"'{missing}' is not installed in environment '{name}'.", cure)

"""How environments lie on disk. Host's Python; knows files and locks, not uv.

    <home>/environments/<name>/
        ready.json                  names the generation that counts; written last, replaced atomically
        <generation>/               one build: eight random letters, never used twice
            venv/                   pyvenv.cfg and all else; never moved, since its scripts hold absolute paths
            record.json             the spec, and what was installed when it was published
            pylock.toml             the lock, where there is one
    <home>/environments/.trash-*    being deleted

A build goes into a fresh generation and counts from the moment that ready.json names it, so a rebuild that fails or is
killed leaves the old environment as it was. Whatever the marker does not name is a leftover as soon as nobody holds the
environment's lock.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..home import Home, write_atomically
from .spec import Spec

FORMAT = 1
_MARKER = "ready.json"
_TRASH = ".trash-"


@dataclass(frozen=True, slots=True)
class Record:
    """What an environment says about itself.

    Attributes:
        spec: what it was asked to be, kept up to date by install and uninstall.
        asked_python: the `python` argument of its create, None where none was given.
        runtime: the interpreter that it was built from.
        version: that interpreter's full version.
        packages: what was installed when we last changed it, `name==version`, sorted.
        declaration: the hash of the notebook's declaration that it was built from; empty where there is none.
    """

    spec: Spec
    asked_python: str | None
    runtime: str
    version: str
    packages: tuple[str, ...]
    declaration: str = ""


class Generation:
    """One build of an environment, ready or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def venv(self) -> Path:
        """The folder that holds pyvenv.cfg."""
        return self.folder / "venv"

    @property
    def lock_file(self) -> Path:
        """Where its pylock.toml is, if it has one."""
        return self.folder / "pylock.toml"

    @property
    def is_locked(self) -> bool:
        """Whether a lock says exactly what is in it."""
        return self.lock_file.is_file()

    def write(self, record: Record) -> None:
        """Writes what it says about itself."""
        write_atomically(self.folder / "record.json", json.dumps(asdict(record), indent=1).encode())

    def read(self) -> Record:
        """What it says about itself.

        Raises:
            OSError, ValueError, LookupError, TypeError: it is gone, or not ours.
        """
        data: dict[str, Any] = json.loads((self.folder / "record.json").read_bytes())
        return Record(**{**data, "spec": Spec.from_json(data["spec"]), "packages": tuple(data["packages"])})


@dataclass(frozen=True, slots=True)
class Found:
    """A ready environment: the generation that counts, and its record."""

    generation: Generation
    record: Record


class EnvironmentFolder:
    """The folder of one environment, which need not exist.

    Args:
        name: checked by the caller.
    """

    def __init__(self, home: Home, name: str) -> None:
        self.name = name
        self.path = home.environments / name
        self._home = home

    def lock(self, *, timeout_s: float = -1, on_wait: Callable[[], None] | None = None) -> AbstractContextManager[None]:
        """Held by whoever builds, changes or deletes it; see `Home.lock`."""
        return self._home.lock(f"environment-{self.name}", timeout_s=timeout_s, on_wait=on_wait)

    def find(self) -> Found | None:
        """The ready environment, or None where there is none.

        Raises:
            ConfigurationError: its files cannot be read.
        """
        for _ in range(3):  # a rebuild may take the generation away between the two reads
            generation = self._marked()
            if generation is None:
                return None
            try:
                return Found(generation, generation.read())
            except FileNotFoundError:
                continue
            except (OSError, ValueError, LookupError, TypeError) as error:
                raise self._unreadable(str(error)) from error
        raise self._unreadable("its record is missing")

    @contextmanager
    def building(self) -> Iterator[Generation]:
        """Makes the folder of a build and deletes it again unless it was published; the caller holds the lock."""
        generation = Generation(self.path / secrets.token_hex(4))
        try:
            generation.folder.mkdir(mode=0o700, parents=True)
            yield generation
        finally:
            if self._marked_name() != generation.folder.name:
                self.discard(generation.folder)

    def publish(self, generation: Generation, record: Record) -> None:
        """Makes this generation the one that counts: the last act of a build."""
        generation.write(record)
        marker = {"format": FORMAT, "generation": generation.folder.name, "spec": record.spec.hash}
        write_atomically(self.path / _MARKER, json.dumps(marker).encode())

    def is_published(self) -> bool:
        """Whether a marker says that there is a ready environment."""
        return (self.path / _MARKER).is_file()

    def leftovers(self) -> list[Path]:
        """What does not count: builds broken off, replaced, or under way while somebody holds the lock."""
        kept = {_MARKER, self._marked_name()}
        return [Path(entry.path) for entry in _scan(self.path) if entry.name not in kept]

    def discard(self, leftover: Path) -> None:
        """Deletes a leftover, and the environment's folder with the last where nothing in it is ready."""
        _discard(leftover, self._home.environments)
        if not self.is_published() and not self.leftovers():
            self.delete()

    def delete(self) -> None:
        """Deletes all of it; from outside it is there or gone, never half."""
        _discard(self.path, self._home.environments)

    def _marked(self) -> Generation | None:
        name = self._marked_name()
        return None if name is None else Generation(self.path / name)

    def _marked_name(self) -> str | None:
        try:
            marker = json.loads((self.path / _MARKER).read_bytes())
            if marker["format"] != FORMAT:
                raise self._unreadable("another version of beep-jupyter made it")
            return str(marker["generation"])
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise self._unreadable(str(error)) from error

    def _unreadable(self, reason: str) -> ConfigurationError:
        return ConfigurationError(
            f"The files of environment '{self.name}' cannot be read: {reason}.",
            f"Delete it with `beep venv delete {self.name}`, and build it again.",
        )


def sweep_trash(home: Home) -> None:
    """Goes on with deletions that were broken off."""
    for entry in _scan(home.environments):
        if entry.name.startswith(_TRASH):
            _remove(Path(entry.path))


def _discard(path: Path, environments: Path) -> None:
    """Renamed first: a rename happens at once and whole, while deleting thousands of files takes seconds."""
    trash = environments / f"{_TRASH}{secrets.token_hex(6)}"
    try:
        path.rename(trash)
    except FileNotFoundError:
        return
    _remove(trash)


def _remove(path: Path) -> None:
    """Errors are left to the next sweep: another process may be deleting the same tree."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return

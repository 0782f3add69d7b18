"""Where interpreters may lie on this machine. Host's Python; looks at folders, runs nothing.

Paths that are named here need not work: whether they do is for `probing` to say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_INTERPRETER = re.compile(r"(python|pypy)(\d(\.\d+)?t?)?")
_IN_BIN = ("python3", "python", "pypy3", "pypy", "python2")
_SYSTEM = tuple(Path(folder) for folder in ("/usr/bin", "/usr/local/bin", "/bin", "/opt/homebrew/bin"))
_CONDA_FOLDERS = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", "miniconda", "anaconda")


@dataclass(frozen=True)
class Places:
    """The folders of one user.

    Args:
        environ: the variables to go by.
        user: the user's own folder (`~`).
        system: folders of the machine's interpreters; None takes those of this platform.
    """

    environ: Mapping[str, str]
    user: Path
    system: tuple[Path, ...] = _SYSTEM

    @classmethod
    def of_this_user(cls) -> Places:
        return cls(os.environ, Path.home())

    def interpreters(self) -> Iterator[Path]:
        """Every path that may be an interpreter, each once, in the order in which twins are preferred."""
        seen: set[Path] = set()
        for path in self._all():
            if path not in seen:
                seen.add(path)
                yield path

    def kind_of(self, interpreter: Path) -> str:
        """The kind of runtime that an interpreter (links resolved) is, by where it lies."""
        within = interpreter.is_relative_to
        if within(self._uv.resolve()):
            return "uv"
        if within((self._pyenv / "versions").resolve()):
            return "pyenv"
        if (interpreter.parent.parent / "conda-meta").is_dir():
            return "conda"
        if interpreter.parent in self.system or interpreter.is_relative_to("/opt/homebrew"):
            return "system"
        return "path"

    def _all(self) -> Iterator[Path]:
        yield from _in_each(_folders(self._uv))
        yield from _in_each(_folders(self._pyenv / "versions"))
        for folder in self.system:
            yield from _interpreters_in(folder)
        yield from _in_each(_folders(self.user / ".local/share/mise/installs/python"))
        yield from _in_each(_folders(self.user / ".asdf/installs/python"))
        yield from _in_each(prefix for prefix in self._conda_prefixes() if (prefix / "conda-meta").is_dir())
        for folder in self._path:
            yield from _interpreters_in(folder)

    @cached_property
    def _pyenv(self) -> Path:
        return Path(self.environ.get("PYENV_ROOT") or self.user / ".pyenv")

    @cached_property
    def _uv(self) -> Path:
        data = Path(self.environ.get("XDG_DATA_HOME") or self.user / ".local/share")
        return Path(self.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")

    @property
    def _path(self) -> Iterator[Path]:
        """PATH without pyenv's shims: their versions are listed already, and they answer by working directory."""
        for entry in self.environ.get("PATH", "").split(os.pathsep):
            folder = Path(entry)
            if folder.is_absolute() and not (folder.name == "shims" and folder.is_relative_to(self._pyenv)):
                yield folder

    def _conda_prefixes(self) -> Iterator[Path]:
        roots = [self.user / name for name in _CONDA_FOLDERS]
        roots += [Path("/opt") / name for name in ("conda", *_CONDA_FOLDERS)]
        roots += [Path(value) for key in ("CONDA_PREFIX", "MAMBA_ROOT_PREFIX") if (value := self.environ.get(key))]
        if program := self.environ.get("CONDA_EXE"):
            roots.append(Path(program).parent.parent)
        for root in roots:
            yield root
            yield from _folders(root / "envs")
        yield from map(Path, _lines(self.user / ".conda/environments.txt"))


def interpreter_in(prefix: Path) -> Path | None:
    """The interpreter of an installation or virtual environment, or None where there is no sign of one."""
    names = (prefix / folder / name for folder in ("bin", "Scripts", "install/bin") for name in _IN_BIN)
    return next((path for path in names if os.path.lexists(path)), None)


def _in_each(prefixes: Iterable[Path]) -> Iterator[Path]:
    for prefix in prefixes:
        if found := interpreter_in(prefix):
            yield found


def _interpreters_in(folder: Path) -> Iterator[Path]:
    try:
        names = sorted(name for name in os.listdir(folder) if _INTERPRETER.fullmatch(name))
    except OSError:
        return
    for name in names:
        if not (folder / name).is_dir():
            yield folder / name


def _folders(parent: Path) -> list[Path]:
    try:
        found = sorted(entry for entry in parent.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []
    return [entry for entry in found if entry.is_dir()]


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return []

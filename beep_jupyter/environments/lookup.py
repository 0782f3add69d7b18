"""Finds environments and says how they are, from files alone. Host's Python; runs nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from ..errors import BeepError, EnvironmentNotFoundError, UnsupportedRuntimeError, UsageError
from ..home import Home, absolute_path
from ..models import Environment
from ..names import PATTERN, check_name
from .store import EnvironmentFolder, Found
from .sweeping import environment_folders
from .venvs import installed_packages, interpreter_of, is_environment, problem_of, version_of


def list_environments(home: Home) -> list[Environment]:
    """Every environment of the home by name; one that is being built, or cannot be read, says so in its state."""
    seen = (_look_at(folder) for folder in environment_folders(home))
    return [environment for environment in seen if environment is not None]


def get_environment(home: Home, name: str) -> Environment:
    """The environment of that name in any state.

    Raises:
        UsageError: nothing can have that name.
        EnvironmentNotFoundError: there is none.
    """
    environment = _look_at(EnvironmentFolder(home, check_name("environment", name)))
    if environment is None:
        raise _not_found(home, name)
    return environment


def find_usable(home: Home, name: str) -> Found:
    """The files of an environment that can be worked with.

    Raises:
        UsageError, EnvironmentNotFoundError: as `get_environment`.
        ConfigurationError: its files cannot be read.
        UnsupportedRuntimeError: its interpreter is gone.
    """
    found = EnvironmentFolder(home, check_name("environment", name)).find()
    if found is None:
        raise _not_found(home, name)
    if problem := problem_of(found.generation.venv):
        raise broken(name, problem)
    return found


def resolve_environment(home: Home, name_or_path: str | os.PathLike[str]) -> Environment:
    """An environment of the home by its name, or any other virtual or conda environment by its folder.

    Raises:
        UsageError: the folder is no environment, or nothing can have that name.
        EnvironmentNotFoundError: no environment has that name, and no folder either.
        ConfigurationError: its files cannot be read.
        UnsupportedRuntimeError: its interpreter is gone.
    """
    text = os.fspath(name_or_path)
    path = absolute_path(text)
    is_name = PATTERN.fullmatch(text) is not None
    if is_name and (EnvironmentFolder(home, text).is_published() or not is_environment(path)):
        return describe(text, find_usable(home, text))
    if is_name or _looks_like_path(text):
        return _foreign(path)
    return get_environment(home, text)


def describe(name: str, found: Found) -> Environment:
    """How a ready environment is now."""
    venv = found.generation.venv
    packages, problem = installed_packages(venv), problem_of(venv)
    state: Literal["ready", "modified", "broken"] = "ready" if packages == found.record.packages else "modified"
    return Environment(
        name=name,
        path=venv,
        python=interpreter_of(venv),
        version=version_of(venv) or found.record.version,
        state="broken" if problem else state,
        packages=packages,
        is_locked=found.generation.is_locked,
        problem=f"{problem} {_cure(name)}" if problem else "",
    )


def broken(name: str, problem: str) -> UnsupportedRuntimeError:
    """The error for an environment that `problem_of` finds something wrong with."""
    return UnsupportedRuntimeError(f"Environment '{name}' is broken. {problem}", _cure(name))


def _look_at(folder: EnvironmentFolder) -> Environment | None:
    try:
        found = folder.find()
    except BeepError as error:
        return _stub(folder, "broken", str(error))
    if found is not None:
        return describe(folder.name, found)
    return _stub(folder, "building") if folder.leftovers() else None


def _stub(folder: EnvironmentFolder, state: Literal["building", "broken"], problem: str = "") -> Environment:
    return Environment(folder.name, folder.path, interpreter_of(folder.path), "", state, problem=problem)


def _foreign(path: Path) -> Environment:
    if not is_environment(path):
        raise UsageError(
            f"{path} is neither a virtual nor a conda environment.",
            "Give the folder that holds pyvenv.cfg or conda-meta.",
        )
    if problem := problem_of(path):
        raise UnsupportedRuntimeError(
            f"Environment {path} is broken. {problem}", "Rebuild it with the tool that made it."
        )
    packages = installed_packages(path)
    return Environment(str(path), path, interpreter_of(path), version_of(path), "ready", packages)


def _looks_like_path(text: str) -> bool:
    return "/" in text or os.sep in text or text.startswith(("~", ".")) or Path(text).is_dir()


def _not_found(home: Home, name: str) -> EnvironmentNotFoundError:
    return EnvironmentNotFoundError(name, [folder.name for folder in environment_folders(home)])


def _cure(name: str) -> str:
    if name == "admin":
        return "Rebuild it with `beep venv admin`."
    rebuild = f"`beep venv create {name} --python VERSION --replace`"
    return f"Rebuild it with {rebuild}, or delete it with `beep venv delete {name}`."

"""`backend.environments`: environments of the machine that a backend runs on. Runs in clients.

The methods of `beep.environments`, carried out by the backend's own endpoints.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..environments.changes import PackageChanges
from ..environments.requirements import as_list
from ..errors import UsageError
from ..home import absolute_path
from ..models import Environment, OnProgress, Progress
from ..names import check_name
from .transport import OnEvent, Transport


class RemoteEnvironments:
    """Creates, lists, changes and deletes environments where the backend runs.

    A command that is interrupted here is cancelled there, and leaves nothing half done. Paths in answers are those of
    that machine.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        name: str,
        python: str | os.PathLike[str] | None = None,
        packages: Iterable[str] = (),
        requirements: str | os.PathLike[str] | None = None,
        lock: str | os.PathLike[str] | None = None,
        set: str | None = None,
        dotnet: bool = False,
        replace: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Environment:
        """Builds an environment, or returns the one of that name if it is what is asked for.

        Args:
            requirements, lock: paths of files here, whose content is sent.
            python, packages, set, dotnet, replace, on_progress: as for `EnvironmentManager.create`.

        Raises:
            UsageError, RuntimeNotFoundError, UnsupportedRuntimeError, EnvironmentExistsError, EnvironmentBusyError,
            InstallError: as `EnvironmentManager.create`.
        """
        fields = {
            "providerName": check_name("environment", name),
            "python": None if python is None else os.fspath(python),
            "packages": as_list(packages),
            "requirements": _content(requirements),
            "lock": _content(lock),
            "set": set,
            "dotnet": dotnet or None,
            "replace": replace or None,
        }
        self._ask("create", fields, on_progress)
        return self.get(name)

    def list(self) -> list[Environment]:
        """All environments by name."""
        return [_environment(found) for found in self._ask("list", {})["environments"]]

    def get(self, name: str) -> Environment:
        """The environment of that name, in any state.

        Raises:
            UsageError, EnvironmentNotFoundError: there cannot be, or is, none.
        """
        return _environment(self._ask("status", {"name": check_name("environment", name)})["environment"])

    def delete(self, name: str, force: bool = False) -> None:
        """Deletes an environment.

        Args:
            force: stop the backends that run in it first.

        Raises:
            EnvironmentNotFoundError, EnvironmentBusyError.
        """
        self._ask("delete", {"name": check_name("environment", name), "force": force or None})

    def install(
        self, name: str, packages: Iterable[str], dry_run: bool = False, on_progress: OnProgress | None = None
    ) -> PackageChanges:
        """Installs packages into an environment, in place, and adds them to its spec.

        Args:
            dry_run: only say what would be done.

        Raises:
            UsageError, EnvironmentNotFoundError, UnsupportedRuntimeError, InstallError.
        """
        return self._change("install", name, packages, dry_run, on_progress)

    def uninstall(
        self, name: str, packages: Iterable[str], dry_run: bool = False, on_progress: OnProgress | None = None
    ) -> PackageChanges:
        """Removes packages from an environment, in place, and from its spec.

        Args:
            dry_run: only say what would be done.

        Raises:
            UsageError, EnvironmentNotFoundError, UnsupportedRuntimeError, InstallError.
        """
        return self._change("uninstall", name, packages, dry_run, on_progress)

    def lock(self, name: str, on_progress: OnProgress | None = None) -> Path:
        """Locks what is installed, with hashes; returns the path of its pylock.toml there.

        Raises:
            EnvironmentNotFoundError, UnsupportedRuntimeError, InstallError.
        """
        return Path(self._ask("lock", {"name": name}, on_progress)["path"])

    def clone(self, source: str, target: str, on_progress: OnProgress | None = None) -> Environment:
        """Builds `target` with exactly what is installed in `source`, on the same Python.

        Raises:
            EnvironmentNotFoundError, UnsupportedRuntimeError, EnvironmentExistsError, InstallError.
        """
        return _environment(self._ask("clone", {"name": source, "target": target}, on_progress)["environment"])

    def admin(self, on_progress: OnProgress | None = None) -> Environment:
        """Makes sure of the environment `admin`, in which `from beep_jupyter import Beep` works.

        Raises:
            EnvironmentBusyError, InstallError.
        """
        return _environment(self._ask("admin", {}, on_progress)["environment"])

    def _change(
        self, command: str, name: str, packages: Iterable[str], dry_run: bool, on_progress: OnProgress | None
    ) -> PackageChanges:
        fields = {"name": name, "packages": as_list(packages), "dryRun": dry_run or None}
        done = self._ask(command, fields, on_progress)
        return PackageChanges(tuple(done["added"]), tuple(done["removed"]), done["isDryRun"])

    def _ask(self, command: str, fields: dict[str, Any], on_progress: OnProgress | None = None) -> dict[str, Any]:
        on_event: OnEvent | None = None
        if on_progress is not None:
            tell = on_progress  # for the closure

            def on_event(progress: dict[str, Any]) -> None:
                tell(Progress(**progress))

        given = {name: value for name, value in fields.items() if value is not None}
        return self._transport.control(f"venv_{command}", given, on_event=on_event)


def _environment(described: dict[str, Any]) -> Environment:
    paths = {"path": Path(described["path"]), "python": Path(described["python"])}
    return Environment(**described | paths | {"packages": tuple(described["packages"])})


def _content(file: str | os.PathLike[str] | None) -> str | None:
    """The text of a file here.

    Raises:
        UsageError: it cannot be read.
    """
    if file is None:
        return None
    path = absolute_path(file)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path} cannot be read: {reason}.", "Give the path of a text file.") from None

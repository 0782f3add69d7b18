"""`EnvironmentManager`: all that can be done with environments, as a thin face. Host's Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import Config
from ..errors import EnvironmentBusyError, UsageError
from ..home import Home, LockHeldError, absolute_path, write_atomically
from ..models import Environment, OnProgress
from ..names import check_name
from .creation import Creator
from .lookup import find_usable, get_environment, list_environments, resolve_environment
from .publishing import BackendsIn, changing, refuse_busy
from .request import Request, parse_request, read_lock
from .sizes import size_on_disk_bytes
from .store import EnvironmentFolder
from .sweeping import sweep

if TYPE_CHECKING:
    from ..runtimes.manager import RuntimeManager
    from ..uv import Uv
    from .changes import PackageChanges
    from .declared_building import Declared

_DELETE_WAIT_S = 1.0  # longer than a sweep holds a lock, shorter than a build


def _no_backends(path: Path) -> list[str]:
    return []


def _stop_nothing(path: Path) -> None:
    return None


class EnvironmentManager:
    """Creates, lists, changes and deletes the environments of one home.

    Args:
        runtimes: finds the Pythons to build from.
        backends_in: names of the backends that run in the environment of this path; they are a layer above.
        stop_backends: stops them.
    """

    def __init__(
        self,
        home: Home,
        config: Config,
        runtimes: RuntimeManager,
        *,
        backends_in: BackendsIn = _no_backends,
        stop_backends: Callable[[Path], None] = _stop_nothing,
    ) -> None:
        self._home = home
        self._config = config
        self._backends_in = backends_in
        self._stop_backends = stop_backends
        self._runtimes = runtimes
        self._creator = Creator(home, runtimes, lambda: self._uv, backends_in)

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
            python: a version, a runtime's id or a path; None takes the lock's version, else the default runtime.
            packages: requirements (PEP 508), or paths of local wheels, source archives and project folders.
            requirements: path of a requirements file, which may hold whatever uv accepts.
            lock: path of a pylock.toml; installs exactly what it lists, so nothing else can be given beside it.
            set: name of a set of packages, added to `packages`.
            dotnet: make .NET usable in it: installs pythonnet, and unpacks a .NET runtime where the machine has none.
            replace: rebuild one of that name that has another spec, was modified or is broken.
            on_progress: called on this thread with each line that uv reports.

        Raises:
            UsageError: an argument cannot be meant; nothing was changed.
            RuntimeNotFoundError, UnsupportedRuntimeError: there is no such Python, or the environment is broken.
            EnvironmentExistsError: the name is taken by another spec.
            EnvironmentBusyError: backends run in the environment that would be replaced.
            InstallError: it could not be built, or there is no .NET; all is as before.
        """
        request = self._request(name, python, packages, requirements, lock, set, dotnet)
        return self._creator.create(name, request, replace=replace, on_progress=on_progress)

    def check(
        self,
        name: str,
        python: str | os.PathLike[str] | None = None,
        packages: Iterable[str] = (),
        requirements: str | os.PathLike[str] | None = None,
        lock: str | os.PathLike[str] | None = None,
        set: str | None = None,
        dotnet: bool = False,
        replace: bool = False,
    ) -> Environment | None:
        """What `create` would say at once to the same arguments, without building anything.

        Returns:
            The environment that is what is asked for; None where it would be built.

        Raises:
            UsageError, RuntimeNotFoundError, UnsupportedRuntimeError, EnvironmentExistsError: as `create`.
        """
        request = self._request(name, python, packages, requirements, lock, set, dotnet)
        return self._creator.ready(name, request, replace=replace)

    def declare(
        self,
        name: str,
        text: str,
        folder: str | os.PathLike[str] = ".",
        replace: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Declared:
        """Makes an environment what a notebook declares; instant where it is that already.

        Args:
            text: TOML, as below `%%beep_env NAME`; see `environments/declared.py`.
            folder: the notebook's, where the lock is kept and paths count from.
            replace: lock anew and rebuild, whatever has the name.
            on_progress: as in `create`.

        Raises:
            UsageError: the declaration cannot be meant, or a file stands where its lock would be.
            EnvironmentExistsError: an environment of that name was not made by a declaration.
            RuntimeNotFoundError, UnsupportedRuntimeError, DownloadError: there is no such Python.
            EnvironmentBusyError: backends run in the environment that would be rebuilt.
            InstallError: it could not be locked or built; all is as before.
        """
        from .declared import parse_declaration
        from .declared_building import Declarer

        here = absolute_path(folder)
        declarer = Declarer(self._home, self._runtimes, lambda: self._uv, self._creator)
        return declarer.declare(parse_declaration(name, text, here), here, replace=replace, on_progress=on_progress)

    def list(self) -> list[Environment]:
        """All environments by name, those being built and those broken too; leftovers are swept."""
        sweep(self._home, self._backends_in)
        return list_environments(self._home)

    def get(self, name: str) -> Environment:
        """The environment of that name, in any state.

        Raises:
            UsageError, EnvironmentNotFoundError: there cannot be, or is, none.
        """
        sweep(self._home, self._backends_in)
        return get_environment(self._home, name)

    def resolve(self, name_or_path: str | os.PathLike[str]) -> Environment:
        """A usable environment by name, or any virtual or conda environment by its folder, which is never changed.

        Raises:
            UsageError: the folder is no environment.
            EnvironmentNotFoundError: there is none.
            UnsupportedRuntimeError: it is broken.
        """
        return resolve_environment(self._home, name_or_path)

    def size_bytes(self, name: str) -> int:
        """What the environment takes on disk: real blocks, hard links counted once.

        Raises:
            UsageError, EnvironmentNotFoundError: there is none.
        """
        return size_on_disk_bytes(self._existing(name).path)

    def delete(self, name: str, force: bool = False) -> None:
        """Deletes an environment, at once for whoever looks.

        Args:
            force: stop the backends that run in it first.

        Raises:
            EnvironmentNotFoundError: there is none.
            EnvironmentBusyError: backends run in it, or another process works on it.
        """
        folder, venv = self._existing(name), get_environment(self._home, name).path
        try:
            with folder.lock(timeout_s=_DELETE_WAIT_S):
                if force and self._backends_in(venv):
                    self._stop_backends(venv)
                refuse_busy(name, self._backends_in(venv), "deleted")
                folder.delete()
        except LockHeldError:
            raise EnvironmentBusyError(
                f"Environment '{name}' is being worked on by another process.", "Wait until that ends, then try again."
            ) from None

    def install(
        self, name: str, packages: Iterable[str], dry_run: bool = False, on_progress: OnProgress | None = None
    ) -> PackageChanges:
        """Installs packages into an environment, in place, and adds them to its spec.

        Args:
            packages: as in `create`.
            dry_run: only say what would be done.

        Raises:
            UsageError: one of them is no requirement; nothing was changed.
            EnvironmentNotFoundError, UnsupportedRuntimeError: there is none, or it is broken.
            InstallError: uv could not; says whether something was changed.
        """
        from .changes import Changer

        return Changer(self._home, self._uv).install(name, packages, dry_run=dry_run, on_progress=on_progress)

    def uninstall(
        self, name: str, packages: Iterable[str], dry_run: bool = False, on_progress: OnProgress | None = None
    ) -> PackageChanges:
        """Removes packages from an environment, in place, and from its spec; what they needed stays.

        Args:
            packages: names.
            dry_run: only say what would be done.

        Raises:
            UsageError: one of them is not installed, or is no name; nothing was changed.
            EnvironmentNotFoundError, UnsupportedRuntimeError: there is none, or it is broken.
            InstallError: uv could not.
        """
        from .changes import Changer

        return Changer(self._home, self._uv).uninstall(name, packages, dry_run=dry_run, on_progress=on_progress)

    def lock(self, name: str, on_progress: OnProgress | None = None) -> Path:
        """Locks what is installed, with hashes; returns the path of its pylock.toml.

        Raises:
            EnvironmentNotFoundError, UnsupportedRuntimeError: there is none, or it is broken.
            InstallError: the hashes could not be learned.
        """
        from .locking import write_lock

        folder = self._existing(name)
        with changing(folder, on_progress):
            return write_lock(self._uv, name, find_usable(self._home, name), on_progress)

    def export(self, name: str, file: str | os.PathLike[str], on_progress: OnProgress | None = None) -> Path:
        """Writes the lock of what is installed to a file, from which `create(lock=…)` builds the same again.

        Args:
            file: a path, or a folder, in which it will be `pylock.toml`.

        Returns:
            The path of the file.

        Raises:
            UsageError: the file cannot be written.
            EnvironmentNotFoundError, UnsupportedRuntimeError, InstallError: as `lock`.
        """
        chosen = absolute_path(file)
        target = chosen / "pylock.toml" if chosen.is_dir() else chosen
        data = self._current_lock(name, on_progress).read_bytes()
        try:
            write_atomically(target, data, mode=0o644)
        except OSError as error:
            raise UsageError(
                f"The lock cannot be written to {target}: {error.strerror}.", "Give the path of a file in a folder."
            ) from None
        return target

    def clone(self, source: str, target: str, on_progress: OnProgress | None = None) -> Environment:
        """Builds `target` with exactly what is installed in `source`, on the same Python.

        Raises:
            EnvironmentNotFoundError, UnsupportedRuntimeError: there is no such source, or it is broken.
            EnvironmentExistsError: the target's name is taken by another spec.
            InstallError: it could not be locked or built.
        """
        record = find_usable(self._home, source).record
        check_name("environment", target)
        lock = self._current_lock(source, on_progress)
        dotnet = record.spec.dotnet and "pythonnet" in read_lock(lock).names
        return self.create(target, python=record.runtime, lock=lock, dotnet=dotnet, on_progress=on_progress)

    def admin(self, on_progress: OnProgress | None = None) -> Environment:
        """Makes sure of the environment `admin`: the host's Python, in which `from beep_jupyter import Beep` works.

        Raises:
            EnvironmentBusyError: the installation has moved, and backends run in the old one.
            InstallError: it could not be built.
        """
        from .admin import make_admin

        return make_admin(self._home, lambda: self._uv, self._backends_in, on_progress)

    def uv_version(self) -> str:
        """What the uv that is used says of itself, such as `uv 0.13.8`.

        Raises:
            ConfigurationError: there is none, or it does not start.
        """
        return " ".join(self._uv.run(["--version"]).stdout.split()[:2])

    def _request(
        self,
        name: str,
        python: str | os.PathLike[str] | None,
        packages: Iterable[str],
        requirements: str | os.PathLike[str] | None,
        lock: str | os.PathLike[str] | None,
        set: str | None,
        dotnet: bool,
    ) -> Request:
        if check_name("environment", name) == "admin":
            raise UsageError("'admin' is the environment of beep-jupyter itself.", "`beep venv admin` makes it.")
        return parse_request(_text(python), packages, requirements, lock, set, self._home.sets, dotnet=dotnet)

    @cached_property
    def _uv(self) -> Uv:
        from ..uv import Uv

        return Uv(self._config, self._home)

    def _existing(self, name: str) -> EnvironmentFolder:
        get_environment(self._home, name)
        return EnvironmentFolder(self._home, name)

    def _current_lock(self, name: str, on_progress: OnProgress | None) -> Path:
        from .locking import current_lock

        with changing(self._existing(name), on_progress):
            return current_lock(self._uv, name, find_usable(self._home, name), on_progress)


def _text(path: str | os.PathLike[str] | None) -> str | None:
    """A path is made absolute: as part of a spec it must mean the same from every folder."""
    if path is None:
        return None
    text = os.fspath(path)
    return str(absolute_path(text)) if os.sep in text else text

"""Makes an environment what a notebook declares, from the lock beside the notebook. Host's Python.

the lock holds, the environment is built from it       nothing to do; no uv runs, nothing large is read
the lock holds                                         built exactly from it
no lock, but another notebook declared the same here   its lock is taken over
no lock, or another declaration                        locked anew, built, and the lock is written when that is done
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EnvironmentExistsError, RuntimeNotFoundError
from ..home import Home
from ..models import Environment, OnProgress, Progress, Runtime
from ..runtimes.versions import parse
from .creation import Creator
from .declared import Declaration
from .declared_lock import (
    DeclaredLock,
    find_lock,
    keep_lock,
    lock_path,
    python_of,
    refuse_unwritable,
    resolve,
    whole_lock,
)
from .lookup import describe
from .request import Request, parse_request, read_origin
from .spec import Spec
from .store import EnvironmentFolder

if TYPE_CHECKING:
    from ..runtimes.manager import RuntimeManager
    from ..uv import Uv


@dataclass(frozen=True, slots=True)
class Declared:
    """What became of a declaration.

    Attributes:
        lock: the path of the lock beside the notebook.
    """

    environment: Environment
    lock: Path


class Declarer:
    """Builds what is declared.

    Args:
        uv: called when something has to be locked or built.
    """

    def __init__(self, home: Home, runtimes: RuntimeManager, uv: Callable[[], Uv], creator: Creator) -> None:
        self._home = home
        self._runtimes = runtimes
        self._uv = uv
        self._creator = creator

    def declare(
        self, declaration: Declaration, folder: Path, *, replace: bool, on_progress: OnProgress | None
    ) -> Declared:
        """Makes the environment what is declared.

        Args:
            folder: of the lock.
            replace: lock anew and rebuild, whatever has the name.

        Raises:
            EnvironmentExistsError: an environment of that name was not made by a declaration.
            UsageError: a file stands where the lock would be, or the lock cannot be written.
            EnvironmentBusyError, InstallError, RuntimeNotFoundError, DownloadError: as `create`.
        """
        path = lock_path(folder, declaration.name)
        beside = find_lock(path, declaration.name)
        if not replace and beside is not None and (ready := self._ready(declaration, beside)) is not None:
            return Declared(ready, path)
        with self._home.lock(f"declared-{declaration.name}", on_wait=_say_waiting(declaration.name, on_progress)):
            lock = None if replace else self._holding(declaration, path)
            if lock is None:
                refuse_unwritable(path)
                lock = self._lock_anew(declaration, on_progress)
            environment = self._build(declaration, lock, path, on_progress)
            if not path.is_file() or path.read_bytes() != lock.data:
                keep_lock(path, lock.data)
            return Declared(environment, path)

    def _ready(self, declaration: Declaration, lock: DeclaredLock) -> Environment | None:
        """The environment, if the lock holds and it is what was built from that; .NET is looked at anew each time."""
        found = EnvironmentFolder(self._home, declaration.name).find()
        if found is None or declaration.dotnet or lock.declaration != declaration.hash:
            return None
        spec = found.record.spec
        if found.record.declaration != declaration.hash or spec != Spec(spec.python, lock=lock.hash):
            return None
        environment = describe(declaration.name, found)
        return environment if environment.state == "ready" else None

    def _holding(self, declaration: Declaration, path: Path) -> DeclaredLock | None:
        """The lock beside the notebook, or that of another notebook which declared the same; None where none holds.

        Raises:
            EnvironmentExistsError: an environment of that name was not made by a declaration.
        """
        beside = find_lock(path, declaration.name)
        found = EnvironmentFolder(self._home, declaration.name).find()
        if found is not None and not found.record.declaration:
            raise _exists(declaration.name)
        if beside is None and found is not None and found.generation.is_locked:
            data = found.generation.lock_file.read_bytes()
            beside = DeclaredLock(data, read_origin(data).get("declaration", ""))
        return beside if beside is not None and beside.declaration == declaration.hash else None

    def _lock_anew(self, declaration: Declaration, on_progress: OnProgress | None) -> DeclaredLock:
        request = self._request(declaration)
        runtime = self._runtime(declaration.python, on_progress)
        if on_progress:
            on_progress(Progress(f"Locking environment '{declaration.name}' for Python {runtime.version}"))
        return resolve(self._uv(), declaration.name, declaration.hash, request, runtime, on_progress)

    def _request(self, declaration: Declaration) -> Request:
        """What has to be locked."""
        return parse_request(
            declaration.python,
            declaration.dependencies,
            declaration.requirements.path if declaration.requirements else None,
            None,
            declaration.set,
            self._home.sets,
            dotnet=declaration.dotnet,
        )

    def _build(
        self, declaration: Declaration, found: DeclaredLock, path: Path, on_progress: OnProgress | None
    ) -> Environment:
        lock = whole_lock(found, path)
        runtime = self._runtime(declaration.python or lock.python, on_progress)
        if lock.python and python_of(runtime) != lock.python:  # a range of versions means another Python here
            runtime = self._runtime(lock.python, on_progress)
        request = Request(python=runtime.id, lock=lock, dotnet=declaration.dotnet)
        return self._creator.create(declaration.name, request, replace=True, on_progress=on_progress)

    def _runtime(self, wanted: str | None, on_progress: OnProgress | None) -> Runtime:
        """The Python that is declared, downloaded where it is a version that this machine has not."""
        if wanted is None:
            return self._runtimes.choose_default()[0]
        try:
            return self._runtimes.find(wanted)
        except RuntimeNotFoundError:
            if parse(wanted) is None:
                raise
            return self._runtimes.install(wanted, on_progress)


def _say_waiting(name: str, on_progress: OnProgress | None) -> Callable[[], None]:
    def say() -> None:
        if on_progress:
            on_progress(Progress(f"Waiting for another notebook that declares environment '{name}'"))

    return say


def _exists(name: str) -> EnvironmentExistsError:
    return EnvironmentExistsError(
        f"Environment '{name}' exists, and was not made by a declaration.",
        "Choose another name, or add `--replace` once to rebuild it as declared.",
    )

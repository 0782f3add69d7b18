"""`create`: the same wish again is instant, another one under a taken name is refused. Host's Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import EnvironmentExistsError, UnsupportedRuntimeError
from ..home import Home
from ..models import Environment, OnProgress, Progress, Runtime
from .lookup import broken, describe, find_usable
from .publishing import BackendsIn, changing, publish
from .request import Request
from .spec import Spec
from .store import EnvironmentFolder, Found, Generation, Record
from .sweeping import sweep
from .venvs import installed_packages, problem_of

if TYPE_CHECKING:
    from ..runtimes.manager import RuntimeManager
    from ..uv import Uv


class Creator:
    """Builds environments.

    Args:
        uv: called when something has to be built, so that finding a ready one does not even look for uv.
    """

    def __init__(self, home: Home, runtimes: RuntimeManager, uv: Callable[[], Uv], backends_in: BackendsIn) -> None:
        self._home = home
        self._runtimes = runtimes
        self._uv = uv
        self._backends_in = backends_in

    def create(self, name: str, request: Request, *, replace: bool, on_progress: OnProgress | None) -> Environment:
        """Returns the environment of that name if it is what is asked for, else builds it.

        Args:
            replace: rebuild one that was made of another spec, was modified or is broken.

        Raises:
            EnvironmentExistsError: the name is taken by another spec.
            EnvironmentBusyError: backends run in the one to be replaced.
            UnsupportedRuntimeError: it is broken, and `replace` was not said; or its Python cannot use .NET.
            RuntimeNotFoundError: there is no such Python.
            InstallError: it could not be built, or there is no .NET; all is as before.
        """
        folder = EnvironmentFolder(self._home, name)
        if (ready := self._reusable(folder, request, replace=replace)) is not None:
            self._make_sure_of_dotnet(request, on_progress)  # what it was built with may be gone since
            return ready
        sweep(self._home, self._backends_in)
        with changing(folder, on_progress):
            if (ready := self._reusable(folder, request, replace=replace)) is not None:  # built while we waited
                return ready
            runtime = self._runtime(request, on_progress)
            publish(folder, self._backends_in, lambda made: self._fill(made, name, request, runtime, on_progress))
            return describe(name, find_usable(self._home, name))

    def ready(self, name: str, request: Request, *, replace: bool) -> Environment | None:
        """The environment of that name if it is what is asked for; None where `create` would build it.

        Raises:
            EnvironmentExistsError, RuntimeNotFoundError, UnsupportedRuntimeError: as `create`.
        """
        if request.python is not None:
            self._runtimes.find(request.python)
        return self._reusable(EnvironmentFolder(self._home, name), request, replace=replace)

    def _reusable(self, folder: EnvironmentFolder, request: Request, *, replace: bool) -> Environment | None:
        """The environment if it is what is asked for; None where it has to be built."""
        found = folder.find()
        if found is None:
            return None
        environment = describe(folder.name, found)
        wanted = self._wanted(request, found)
        if wanted.hash == found.record.spec.hash and environment.state != "broken":
            return None if replace and environment.state == "modified" else environment
        if replace:
            return None
        if environment.state == "broken":
            raise broken(folder.name, problem_of(environment.path))
        raise _exists(folder.name, found.record.spec, wanted)

    def _wanted(self, request: Request, found: Found) -> Spec:
        """Asking for Python in the same words means the same Python, so no interpreter has to be looked for."""
        if request.python == found.record.asked_python:
            return request.spec(found.record.spec.python)
        return request.spec(self._runtime(request, None).id)

    def _runtime(self, request: Request, on_progress: OnProgress | None) -> Runtime:
        wanted = request.python or (request.lock.python if request.lock else None)
        if wanted is not None:
            return self._runtimes.find(wanted)
        runtime, is_new = self._runtimes.choose_default()
        if is_new and on_progress:
            on_progress(Progress(f"Python {runtime.version} at {runtime.path} is the default runtime from now on"))
        return runtime

    def _fill(
        self, generation: Generation, name: str, request: Request, runtime: Runtime, on_progress: OnProgress | None
    ) -> Record:
        from .builder import fill

        _refuse_dotnet_in_other_pythons(request, runtime)
        self._make_sure_of_dotnet(request, on_progress)
        fill(self._uv(), name, runtime.path, generation, request, on_progress)
        return Record(
            request.spec(runtime.id),
            request.python,
            str(runtime.path),
            runtime.version,
            installed_packages(generation.venv),
            request.lock.declaration if request.lock else "",
        )

    def _make_sure_of_dotnet(self, request: Request, on_progress: OnProgress | None) -> None:
        if request.dotnet:
            from .dotnet_unpacking import make_sure_of_dotnet

            make_sure_of_dotnet(self._home, self._uv, on_progress)


def _refuse_dotnet_in_other_pythons(request: Request, runtime: Runtime) -> None:
    if request.dotnet and runtime.implementation not in ("cpython", ""):
        raise UnsupportedRuntimeError(
            f"pythonnet, through which .NET is used, does not run in {runtime.id}.", "Choose a CPython with `--python`."
        )


def _exists(name: str, made: Spec, wanted: Spec) -> EnvironmentExistsError:
    return EnvironmentExistsError(
        f"Environment '{name}' exists with another specification: {'; '.join(made.differences(wanted))}.",
        "Add `--replace` to rebuild it, or choose another name.",
    )

"""What is refused before a task is made of it. Runs in the Jupyter server, on threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..environments.lookup import find_usable
from ..environments.requirements import parse_names, parse_packages
from ..errors import RuntimeNotFoundError, UsageError
from ..home import Home
from ..runtimes.versions import parse
from .files import with_files

if TYPE_CHECKING:
    from ..manager import Beep
    from ..models import Runtime


def called_runtime(beep: Beep, id: str) -> Runtime:
    """The runtime of that id, or that a version means.

    No path: who may only read must not have the server start the program that lies there.

    Raises:
        RuntimeNotFoundError, UnsupportedRuntimeError.
    """
    known = [runtime.id for runtime in beep.runtimes.list()]
    if id not in known and parse(id) is None:
        raise RuntimeNotFoundError(id, known)
    return beep.runtimes.find(id)


def refuse_environment(beep: Beep, said: dict[str, Any]) -> None:
    """Refuses what `create` would refuse at once.

    Raises:
        UsageError, RuntimeNotFoundError, UnsupportedRuntimeError, EnvironmentExistsError.
    """
    with with_files(said) as arguments:
        beep.environments.check(**arguments)


def refuse_packages(beep: Beep, method: str, name: str, packages: list[str]) -> None:
    """Refuses an environment that is not there, and what names no package.

    Args:
        method: install or uninstall.

    Raises:
        UsageError, EnvironmentNotFoundError.
    """
    beep.environments.get(name)
    (parse_packages if method == "install" else parse_names)(packages)
    if not packages:
        raise UsageError("No package was named.", "Name at least one, such as `numpy`.")


def changed_environment(beep: Beep, name: str, said: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a create that make an environment what it is, but for what was said.

    Raises:
        UsageError: it was built from a lock, or is to be locked as well.
        EnvironmentNotFoundError, UnsupportedRuntimeError: there is none, or it is broken.
    """
    record = find_usable(Home(beep.home), name).record
    if "is_locked" in said:
        raise UsageError("An environment is locked as it is.", "Send `is_locked` alone, after the change.")
    if record.spec.lock:
        raise UsageError(f"Environment '{name}' was built from a lock.", "Create it anew, with `replace`.")
    kept = {
        "name": name,
        "python": record.asked_python or record.spec.python,
        "packages": list(record.spec.packages),
        "requirements": record.spec.requirements,
        "set": record.spec.set,
        "dotnet": record.spec.dotnet,
        "replace": True,
    }
    return {key: value for key, value in (kept | said).items() if value}

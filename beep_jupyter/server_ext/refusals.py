"""What is refused before a task is made of it. Runs in the Jupyter server, on threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..environments.lookup import find_usable
from ..environments.requirements import parse_names, parse_packages
from ..errors import UsageError
from ..home import Home, absolute_path
from ..names import check_name
from ..runtimes.versions import parse
from .files import with_files

if TYPE_CHECKING:
    from ..manager import Beep


def refuse_runtime(beep: Beep, said: dict[str, Any]) -> None:
    """Refuses a version, name or path that cannot be.

    Raises:
        UsageError, RuntimeNotFoundError, UnsupportedRuntimeError.
    """
    if "version" in said and parse(said["version"]) is None:
        raise UsageError(f"{said['version']!r} is no Python version.", "Say one like 3.12, 3.9.18 or '>=3.9,<3.12'.")
    if "name" in said:
        check_name("runtime", said["name"])
    if "path" in said:
        beep.runtimes.find(absolute_path(said["path"]))


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

"""The environment `admin`: the host's own Python, in which this project can be imported. Host's Python.

Nothing is downloaded or copied: a .pth names the folders that the running installation's packages lie in. It is rebuilt
when that installation has moved, or has another Python.
"""

from __future__ import annotations

import platform
import site
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from ..home import Home
from ..models import Environment, OnProgress
from ..resources import PACKAGE
from ..uv import Uv
from .builder import make_venv
from .lookup import describe, find_usable
from .publishing import BackendsIn, changing, publish
from .spec import Spec
from .store import EnvironmentFolder, Found, Generation, Record
from .venvs import installed_packages, problem_of, site_packages_of

NAME = "admin"
_PTH = "beep-jupyter-host.pth"


def make_admin(
    home: Home, uv: Callable[[], Uv], backends_in: BackendsIn, on_progress: OnProgress | None = None
) -> Environment:
    """Makes sure of the admin environment.

    Raises:
        EnvironmentBusyError: it has to be rebuilt, and backends run in it.
        InstallError: it could not be built.
    """
    folder, spec = EnvironmentFolder(home, NAME), _host_spec()
    if not _is_current(folder.find(), spec):
        with changing(folder, on_progress):
            if not _is_current(folder.find(), spec):
                publish(folder, backends_in, lambda generation: _fill(uv(), generation, spec, on_progress))
    return describe(NAME, find_usable(home, NAME))


def _is_current(found: Found | None, spec: Spec) -> bool:
    if found is None or problem_of(found.generation.venv):
        return False
    return (found.record.spec.python, found.record.spec.host) == (spec.python, spec.host)


def _fill(uv: Uv, generation: Generation, spec: Spec, on_progress: OnProgress | None) -> Record:
    make_venv(uv, NAME, spec.python, generation.venv, on_progress)
    for folder in site_packages_of(generation.venv):
        (folder / _PTH).write_text("".join(f"{path}\n" for path in spec.host), encoding="utf-8")
    packages = installed_packages(generation.venv)
    return Record(spec, None, spec.python, platform.python_version(), packages)


def _host_spec() -> Spec:
    """The same in every process of one installation, whatever it did to its sys.path."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return Spec(python=str(Path(base).resolve()), host=tuple(_host_folders()))


def _host_folders() -> list[str]:
    """Where the running installation's packages lie; a checkout or an editable install first, as on its sys.path."""
    installed = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    user = site.getusersitepackages()
    if PACKAGE.is_relative_to(user):
        installed.append(user)
    folders = [str(PACKAGE.parent), *installed]
    return [path for path in dict.fromkeys(folders) if Path(path).is_dir()]

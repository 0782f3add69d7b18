"""What a notebook meets before any backend runs: the extension's loading, and environments."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .contestant import CannotDoError, Contestant
from .wheels import make_lock

BASE_PYTHON = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())

_LOAD = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
begun = time.perf_counter()
shell.run_line_magic("load_ext", "beep_jupyter")
print(time.perf_counter() - begun)
"""


class Builder(Contestant):
    """Builds one environment after the other from the same lock, with a uv cache that has seen its packages."""

    def first_result(self) -> None:
        raise CannotDoError

    def start(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="beep-"))
        os.environ.update(UV_CACHE_DIR=str(self._folder / "cache"), UV_OFFLINE="1")
        self._lock = make_lock(self._folder)
        self._numbers = itertools.count(1)
        self.rebuild_s()  # the cache is warm after that

    def close(self) -> None:
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder, ignore_errors=True)


class Host(Builder):
    """Ours."""

    name = "host"
    role = "ours"
    what = "ours: the extension, and environments"
    libraries = ("IPython",)

    def rebuild_s(self) -> float:
        from beep_jupyter import Beep

        environments, name = Beep().environments, f"built{next(self._numbers)}"
        begun = time.perf_counter()
        environments.create(name, python=BASE_PYTHON, lock=self._lock)
        return time.perf_counter() - begun

    def known_environment_s(self) -> float:
        from beep_jupyter import Beep

        environments = Beep().environments
        begun = time.perf_counter()
        environments.create("built1", python=BASE_PYTHON, lock=self._lock)
        return time.perf_counter() - begun

    def load_s(self) -> float:
        done = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)
        return float(done.stdout.splitlines()[-1])


class BareUv(Builder):
    """The commands that ours runs, run by hand."""

    name = "bare-uv"
    role = "floor"
    what = "uv venv and uv pip sync"
    libraries = ("uv",)
    distribution = "uv"

    def rebuild_s(self) -> float:
        from uv import find_uv_bin

        venv = str(self._folder / f"venv{next(self._numbers)}")
        uv = [find_uv_bin(), "--quiet", "--no-config"]
        begun = time.perf_counter()
        subprocess.run([*uv, "venv", "--no-project", "--python", BASE_PYTHON, venv], check=True)
        subprocess.run([*uv, "pip", "sync", "--python", f"{venv}/bin/python", self._lock], check=True)
        return time.perf_counter() - begun

"""Environments with the libraries that users really have together, old ones and new ones, for exchanges between them.

Each is built by uv when it is first needed, into the folder that BEEP_TEST_ENVIRONMENTS names or pytest's cache, where
later runs find it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import uv

from tests.interpreters import SUPPORTED

UV = uv.find_uv_bin()
BUILD_S = 300


class BuildError(Exception):
    """uv could not build an environment; without a network, for example."""


@dataclass(frozen=True)
class Place:
    """An environment: a Python and the packages in it; without packages, that of the tests themselves."""

    name: str
    python: tuple[int, int]
    packages: tuple[str, ...] = ()

    @property
    def interpreter(self) -> Path | None:
        """The Python that it is built from, if this machine has it."""
        found = [interpreter.path for interpreter in SUPPORTED if interpreter.pair == self.python]
        return found[0] if found else None


HOST = Place("host", (sys.version_info[0], sys.version_info[1]))
PLACES = (
    Place("old", (3, 8), ("numpy==1.24.4", "pandas==1.3.5")),
    Place("3.8", (3, 8), ("numpy==1.24.4", "pandas==2.0.3", "pyarrow==17.0.0", "polars==1.8.2")),
    Place("3.9", (3, 9), ("numpy==1.26.4", "pandas==1.5.3", "pyarrow==9.0.0")),
    Place("3.9-numpy2", (3, 9), ("numpy==2.0.2", "pandas==2.3.3", "pyarrow==21.0.0", "polars==1.36.1")),
    Place("3.11", (3, 11), ("numpy==2.4.6", "pandas==2.3.3", "pyarrow==26.0.0")),
    Place("3.13", (3, 13), ("numpy==2.1.3", "pandas==2.2.3", "pyarrow==18.1.0")),
    Place("new-bare", (3, 13), ("numpy==2.5.5", "pandas==3.1.1")),
    Place("new", (3, 13), ("numpy==2.5.5", "pandas==3.1.1", "pyarrow==26.0.0", "polars==2.1.0")),
)
SAMPLE = ("old", "3.8", "3.9", "3.9-numpy2", "new-bare", "new")
"""Those that differ most, for the runs that all changes have to pass."""


def build(places: list[Place], folder: Path) -> dict[str, Path]:
    """The Python of each place that this machine can build, by name; says of the others why not."""
    for place in places:
        if place.interpreter is None:
            print(f"\nno exchanges with {place.name}: no Python {place.python[0]}.{place.python[1]} is found here")
    possible = [place for place in places if place.interpreter is not None]
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(lambda place: _build(place, folder), possible))
    return {place.name: python for place, python in zip(possible, built, strict=True)}


def _build(place: Place, folder: Path) -> Path:
    if place == HOST:
        return Path(sys.executable)
    target = folder / f"{place.name}-{_digest(place)}"
    if not target.exists():
        begun = folder / f"{target.name}.{os.getpid()}"
        _uv("venv", "--quiet", "--python", str(place.interpreter), str(begun))
        _uv("pip", "install", "--quiet", "--python", str(begun), *place.packages)
        _publish(begun, target)
    return target / "bin" / "python"


def _publish(begun: Path, target: Path) -> None:
    """A half-built one never has the final name; of two runs that build at once one wins."""
    try:
        begun.rename(target)
    except OSError:
        shutil.rmtree(begun)


def _digest(place: Place) -> str:
    return hashlib.sha256(repr((place, place.interpreter)).encode()).hexdigest()[:8]


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [UV, "--no-config", "--color", "never", *arguments],
        capture_output=True,
        text=True,
        timeout=BUILD_S,
        check=False,
    )
    if done.returncode:
        raise BuildError(done.stderr.strip())

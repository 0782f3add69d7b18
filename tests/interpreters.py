"""The Pythons of this machine, for tests that run in each of them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Interpreter:
    """One CPython."""

    version: str
    path: Path

    @property
    def pair(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)


@cache
def found() -> list[Interpreter]:
    """One interpreter for each minor version under ~/.pyenv and among the usual names, oldest first."""
    candidates = [Path(sys.executable), *sorted(Path.home().glob(".pyenv/versions/*/bin/python"))]
    candidates += [Path(f"/usr/bin/python3.{minor}") for minor in range(6, 16)]
    by_pair: dict[tuple[int, int], Interpreter] = {}
    for path in candidates:
        version = _version(path)
        if version:
            interpreter = Interpreter(version, path)
            by_pair.setdefault(interpreter.pair, interpreter)
    return [by_pair[pair] for pair in sorted(by_pair)]


def _version(path: Path) -> str:
    if not path.is_file():
        return ""
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    done = subprocess.run([str(path), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


SUPPORTED = [interpreter for interpreter in found() if interpreter.pair >= (3, 8)]
TOO_OLD = [interpreter for interpreter in found() if interpreter.pair < (3, 8)]
OLDEST, NEWEST = SUPPORTED[0], SUPPORTED[-1]

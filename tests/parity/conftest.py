"""Two environments with the same libraries: one with IPython and a kernel, one without either."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import uv

LIBRARIES = ("jinja2", "matplotlib", "numpy", "pandas", "scikit-learn", "tqdm")
# Since 9.11 or a little later, kernels take the line that a frame has come to for the line that raised: two lines too
# far for the first of two chained exceptions. Routed cells tell the right one.
KERNEL = ("ipykernel", "ipython>=9.8,<9.11")


@pytest.fixture(scope="session")
def with_ipython(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has its own kernel."""
    return _made(tmp_path_factory.mktemp("with"), *LIBRARIES, *KERNEL)


@pytest.fixture(scope="session")
def without_ipython(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the libraries alone."""
    return _made(tmp_path_factory.mktemp("without"), *LIBRARIES)


def _made(folder: Path, *packages: str) -> Path:
    environment = folder / "env"
    variables = {**os.environ, "VIRTUAL_ENV": str(environment)}
    for words in (["venv", "--python", sys.executable, str(environment)], ["pip", "install", *packages]):
        subprocess.run([uv.find_uv_bin(), "--quiet", *words], env=variables, check=True)
    return environment

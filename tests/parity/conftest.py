"""Two environments with the same libraries: one with IPython and a kernel, one without either."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import uv

LIBRARIES = ("matplotlib", "numpy", "pandas", "scikit-learn", "tqdm")
KERNEL = ("ipykernel", f"ipython=={version('ipython')}")  # as in the notebook: what is compared is not IPython's past


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

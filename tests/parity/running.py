"""Runs the same cells in three ways at once: in a kernel of their environment, and routed to backends.

Each way has a folder of its own to work in, and counts its cells alike, so that numbers in outputs agree.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

_CELL_LIMIT_S = 60
_CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Way:
    """How cells are run.

    Attributes:
        python: the interpreter of the kernel.
        preparation: cells that run before; each way has as many.
        variables: of the kernel's environment.
    """

    python: Path
    preparation: tuple[str, ...]
    variables: Mapping[str, str]


def natively(environment: Path) -> Way:
    """In a kernel of the environment itself."""
    return Way(environment / "bin" / "python", ("pass", "pass", "pass"), {})


def routed(environment: Path) -> Way:
    """In a backend in the environment, from a kernel that is this Python."""
    start = f"%beep start pipe --venv {environment} --name parity"
    return Way(
        Path(sys.executable), ("%load_ext beep_jupyter", start, "%beep use parity"), {"PYTHONPATH": str(_CHECKOUT)}
    )


def run_beside(ways: Sequence[Way], sources: Sequence[str], folder: Path) -> list[list[list[NotebookNode]]]:
    """The outputs of each cell, for each of the ways.

    Args:
        folder: where each way gets a folder to work in.
    """
    return asyncio.run(_gathered(ways, sources, folder))


async def _gathered(ways: Sequence[Way], sources: Sequence[str], folder: Path) -> list[list[list[NotebookNode]]]:
    work = (_run(way, sources, folder / f"way{number}") for number, way in enumerate(ways))
    return list(await asyncio.gather(*work))


async def _run(way: Way, sources: Sequence[str], folder: Path) -> list[list[NotebookNode]]:
    folder.mkdir()
    notebook = new_notebook(cells=[new_code_cell(source) for source in (*way.preparation, *sources)])
    place = {"metadata": {"path": str(folder)}}
    manager = _manager(way.python)
    client = NotebookClient(notebook, km=manager, timeout=_CELL_LIMIT_S, allow_errors=True, resources=place)
    variables = {**os.environ, **way.variables, "IPYTHONDIR": str(folder.with_suffix(".ipython"))}
    variables.pop("PYTEST_CURRENT_TEST", None)  # under which a kernel does not look at its descriptors
    async with client.async_setup_kernel(cleanup_kc=True, env=variables):
        for index, cell in enumerate(notebook.cells):
            await client.async_execute_cell(cell, index)
    prepared = notebook.cells[: len(way.preparation)]
    failed = [cell.outputs for cell in prepared if any(output.output_type == "error" for output in cell.outputs)]
    assert not failed, failed
    return [cell.outputs for cell in notebook.cells[len(way.preparation) :]]


def _manager(python: Path) -> AsyncKernelManager:
    manager = AsyncKernelManager(kernel_name="python3")
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=command, display_name="parity", language="python")
    return manager

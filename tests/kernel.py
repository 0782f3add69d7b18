"""Notebooks run in a Jupyter kernel that is this very interpreter, whatever kernelspecs the machine has."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook


class _OwnSpec(AsyncKernelManager):
    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="this Python", language="python")


@contextmanager
def executed(notebook: NotebookNode, timeout_s: int, **options: Any) -> Iterator[None]:
    """Runs a notebook from top to bottom; outputs are put into it.

    The kernel ends with the context, so in it one sees what the notebook itself left behind.

    Args:
        timeout_s: the limit of each cell.
        options: nbclient's.
    """
    client = NotebookClient(notebook, km=_OwnSpec(kernel_name="python3"), timeout=timeout_s, **options)
    with client.setup_kernel(cleanup_kc=True):
        client.execute()
        yield


@contextmanager
def stepping(folder: Path, timeout_s: int = 60) -> Iterator[Callable[[str], str]]:
    """A kernel that runs one cell at a time and answers what it shows as text.

    Args:
        folder: its working directory.
        timeout_s: the limit of each cell.
    """
    client = NotebookClient(new_notebook(), km=_OwnSpec(kernel_name="python3"), timeout=timeout_s)

    def run(source: str) -> str:
        cell = new_code_cell(source)
        client.nb.cells.append(cell)
        client.execute_cell(cell, len(client.nb.cells) - 1)
        return "\n".join(filter(None, map(_text, cell.outputs)))

    with client.setup_kernel(cleanup_kc=True):
        run(f"import sys\nsys.path.insert(0, {str(Path(__file__).parents[1])!r})\n%cd -q {folder}")
        yield run


def _text(output: NotebookNode) -> str:
    shown = output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")
    return str(shown).strip("\n")

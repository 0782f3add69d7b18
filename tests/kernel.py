"""Notebooks run in a Jupyter kernel that is this very interpreter, whatever kernelspecs the machine has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode


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

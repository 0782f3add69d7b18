"""Runs a notebook from top to bottom in a kernel, and leaves no kernel behind, however it ends.

The kernel is in a session of its own, so Ctrl-C reaches this process only: `asyncio.run` turns it into a cancellation,
and the kernel is shut down on the way out. If this process is killed, ipykernel notices and ends by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from ..errors import ExecutionError, StartError
from .own_kernel import NAME

Around = Callable[[NotebookNode], AbstractContextManager[None]]
"""Called with each cell; its context is entered before the cell runs and left behind it."""


def run_notebook(notebook: NotebookNode, kernels: Path, folder: Path, log: Path, around: Around) -> None:
    """Runs every cell of a notebook; outputs are put into it.

    Args:
        kernels: the folder of kernelspecs, one of which is `python3`.
        folder: the kernel's working directory.
        log: file for what the kernel itself says, rather than its cells.
        around: shows each cell.

    Raises:
        ExecutionError: a cell raised, and is not tagged `raises-exception`; those behind it were not run.
        StartError: the kernel did not start, or died.
        KeyboardInterrupt: Ctrl-C.
    """
    manager = AsyncKernelManager(kernel_name=NAME, kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(kernels)]))
    client = NotebookClient(notebook, km=manager, timeout=None)
    try:
        with log.open("wb") as file:
            asyncio.run(_run(client, manager, around, cwd=str(folder), stdout=file, stderr=file))
    except CellExecutionError as error:
        raise ExecutionError(error.ename, error.evalue, error.traceback.splitlines()) from None
    except DeadKernelError:
        raise StartError("The notebook's kernel did not start, or died.", f"Its last words are in {log}.") from None


async def _run(client: NotebookClient, manager: AsyncKernelManager, around: Around, **start: object) -> None:
    try:
        await _start(client, **start)
        for index, cell in enumerate(client.nb.cells):
            with around(cell):
                await client.async_execute_cell(cell, index)
    except DeadKernelError:
        if _is_cancelled():  # nbclient takes every cancellation for a kernel's death
            raise asyncio.CancelledError from None
        raise
    finally:
        if client.kc is not None:
            client.kc.stop_channels()
        if client.km is not None and manager.has_kernel:  # None where nbclient has cleaned up after a failed start
            await manager.shutdown_kernel()


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _start(client: NotebookClient, **start: object) -> None:
    try:
        await client.async_start_new_kernel(**start)
        await client.async_start_new_kernel_client()
    except (RuntimeError, TimeoutError) as error:  # jupyter_client's own, where no answer came
        raise DeadKernelError(str(error)) from None

"""A Jupyter kernel that is this very interpreter, whatever kernelspecs the machine has."""

from __future__ import annotations

import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager


class _OwnSpec(AsyncKernelManager):
    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="this Python", language="python")


def this_interpreters_kernel() -> AsyncKernelManager:
    """A manager of a kernel that is not started yet."""
    return _OwnSpec(kernel_name="python3")

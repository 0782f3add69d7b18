"""Appose: tasks over pipes, arrays in shared memory that both sides see."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from ..contestant import Contestant


class Appose(Contestant):
    """A fresh NDArray for each transfer, filled by one side and used in place by the other."""

    name = "appose"
    what = "Appose; arrays as NDArray in shared memory"
    libraries = ("appose", "numpy")
    distribution = "appose"

    def __init__(self) -> None:
        self._service: Any = None
        self._shared: dict[str, Any] = {}

    def prepare(self) -> None:
        super().prepare()
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def start(self) -> None:
        import appose

        self._service = appose.system().python()

    def close(self) -> None:
        for direction in list(self._shared):
            self._dispose(direction)
        if self._service is not None:
            self._service.close()
            self._service.wait_for()
            self._service = None

    def call(self) -> Any:
        return self._run("1 + 1")["result"]

    def worker_pid(self) -> int:
        pid: int = self._run("import os\nos.getpid()")["result"]
        return pid

    def put(self, array: Any) -> None:
        import appose

        shared = appose.NDArray(str(array.dtype), list(array.shape))
        shared.ndarray()[:] = array
        self._run("task.export(x=data.ndarray(), x_shared=data)", {"data": shared})
        self._keep("in", shared)

    def read(self) -> float:
        total: float = self._run("float(x.sum())")["result"]
        return total

    def get(self) -> Any:
        shared = self._run(
            "import appose\n"
            "copy = appose.NDArray(str(x.dtype), list(x.shape))\n"
            "copy.ndarray()[:] = x\n"
            "task.outputs['copy'] = copy"
        )["copy"]
        shared.shm.unlink_on_dispose(True)
        self._keep("out", shared)
        return shared.ndarray()

    def _run(self, script: str, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        task = self._service.task(script, inputs)
        task.wait_for()
        outputs: dict[str, Any] = task.outputs
        return outputs

    def _keep(self, direction: str, shared: Any) -> None:
        """Lets go of the array of the round before, whose user has dropped it."""
        self._dispose(direction)
        self._shared[direction] = shared

    def _dispose(self, direction: str) -> None:
        shared = self._shared.pop(direction, None)
        if shared is not None:
            with contextlib.suppress(BufferError):  # the caller's last view of it is still there
                shared.shm.close()
            shared.shm.unlink()

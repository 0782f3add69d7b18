"""ipyparallel: a controller and one engine; arrays and frames by push and pull."""

from __future__ import annotations

import logging
from typing import Any

from ..contestant import Contestant


class Ipyparallel(Contestant):
    """A cluster of one."""

    name = "ipyparallel"
    what = "ipyparallel, one engine; push and pull"
    libraries = ("ipyparallel",)
    distribution = "ipyparallel"

    def __init__(self) -> None:
        self._cluster: Any = None
        self._client: Any = None
        self._view: Any = None

    def start(self) -> None:
        import ipyparallel

        self._cluster = ipyparallel.Cluster(n=1, log_level=logging.ERROR)
        self._client = self._cluster.start_and_connect_sync()
        self._view = self._client[0]
        self._view.block = True

    def close(self) -> None:
        if self._cluster is not None:
            if self._client is not None:
                self._client.close()
            self._cluster.stop_cluster_sync()
            self._cluster = None

    def call(self) -> Any:
        return self._view.apply_sync(eval, "1 + 1")

    def worker_pid(self) -> int:
        pid: int = self._view.apply_sync(eval, "__import__('os').getpid()")
        return pid

    def put(self, array: Any) -> None:
        self._view.push({"x": array})

    def read(self) -> float:
        total: float = self._view.apply_sync(eval, "float(x.sum())")
        return total

    def get(self) -> Any:
        return self._view.pull("x")

    def put_frame(self, frame: Any) -> None:
        self._view.push({"df": frame})

    def get_frame(self) -> Any:
        return self._view.pull("df")

    def lines(self, count: int) -> int:
        result = self._view.execute(f"for i in range({count}): print(i)", block=False, silent=False)
        result.wait()
        result.wait_for_output()
        text: str = result.stdout
        return text.count("\n")

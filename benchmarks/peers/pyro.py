"""Pyro5: a remote object over a Unix socket, with the one of its serializers that takes bytes as they are."""

from __future__ import annotations

from typing import Any

from ..contestant import Contestant
from ..far_process import FarProcess


class Pyro(Contestant):
    """It evaluates nothing by itself: the exposed object has a method for it."""

    name = "pyro5"
    what = "Pyro5 over a Unix socket, marshal; arrays as bytes"
    libraries = ("Pyro5",)
    distribution = "Pyro5"

    def __init__(self) -> None:
        self._far: FarProcess | None = None
        self._proxy: Any = None

    def prepare(self) -> None:
        import Pyro5.api

        Pyro5.api.config.SERIALIZER = "marshal"

    def start(self) -> None:
        import Pyro5.api

        self._far = FarProcess("serve_pyro.py")
        self._proxy = Pyro5.api.Proxy(self._far.read_line())

    def close(self) -> None:
        if self._far is not None:
            if self._proxy is not None:
                self._proxy._pyroRelease()
            self._far.close()
            self._far = None

    def call(self) -> Any:
        return self._proxy.evaluate("1 + 1")

    def worker_pid(self) -> int:
        pid: int = self._proxy.pid()
        return pid

    def put(self, array: Any) -> None:
        self._proxy.put(array.tobytes())

    def read(self) -> float:
        total: float = self._proxy.read()
        return total

    def get(self) -> Any:
        import numpy

        return numpy.frombuffer(self._proxy.get())

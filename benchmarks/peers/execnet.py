"""execnet: a channel to a program in another interpreter; it carries builtins, so arrays go as bytes."""

from __future__ import annotations

import sys
from typing import Any

from ..contestant import Contestant

_FAR = """
kept = None
for order, load in channel:
    if order == "evaluate":
        channel.send(eval(load))
    elif order == "put":
        import numpy
        kept = numpy.frombuffer(load)
        channel.send(None)
    elif order == "read":
        channel.send(float(kept.sum()))
    elif order == "get":
        channel.send(kept.tobytes())
"""


class Execnet(Contestant):
    """A gateway to a process of its own, and one channel."""

    name = "execnet"
    what = "execnet popen gateway; arrays as bytes"
    libraries = ("execnet",)
    distribution = "execnet"

    def __init__(self) -> None:
        self._group: Any = None
        self._channel: Any = None

    def start(self) -> None:
        import execnet

        self._group = execnet.Group()
        self._channel = self._group.makegateway(f"popen//python={sys.executable}").remote_exec(_FAR)

    def close(self) -> None:
        if self._group is not None:
            self._group.terminate(timeout=2)
            self._group = None

    def call(self) -> Any:
        return self._ask("evaluate", "1 + 1")

    def worker_pid(self) -> int:
        pid: int = self._ask("evaluate", "__import__('os').getpid()")
        return pid

    def put(self, array: Any) -> None:
        self._ask("put", array.tobytes())

    def read(self) -> float:
        total: float = self._ask("read")
        return total

    def get(self) -> Any:
        import numpy

        return numpy.frombuffer(self._ask("get"))

    def _ask(self, order: str, load: Any = None) -> Any:
        self._channel.send((order, load))
        return self._channel.receive()

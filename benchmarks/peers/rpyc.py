"""rpyc: its classic service. Arrays go as bytes, frames by deliver and obtain, which pickle."""

from __future__ import annotations

from typing import Any

from ..contestant import Contestant
from ..far_process import FarProcess


class Rpyc(Contestant):
    """Without compression, which is on by default and makes large values many times slower."""

    name = "rpyc"
    what = "rpyc classic, uncompressed; arrays as bytes, frames by deliver and obtain"
    libraries = ("rpyc",)
    distribution = "rpyc"

    def __init__(self) -> None:
        self._far: FarProcess | None = None
        self._link: Any = None

    def start(self) -> None:
        from rpyc.core.channel import Channel
        from rpyc.core.stream import SocketStream
        from rpyc.utils.classic import connect_channel

        self._far = FarProcess("serve_rpyc.py")
        self._link = connect_channel(Channel(SocketStream(self._far.socket), compress=False))

    def close(self) -> None:
        if self._far is not None:
            self._link.close()
            self._far.close()
            self._far = None

    def call(self) -> Any:
        return self._link.eval("1 + 1")

    def worker_pid(self) -> int:
        assert self._far is not None
        return self._far.pid

    def put(self, array: Any) -> None:
        self._link.namespace["data"] = array.tobytes()
        self._link.execute("import numpy; x = numpy.frombuffer(data)")

    def read(self) -> float:
        total: float = self._link.eval("float(x.sum())")
        return total

    def get(self) -> Any:
        import numpy

        return numpy.frombuffer(self._link.eval("x.tobytes()"))

    def put_frame(self, frame: Any) -> None:
        from rpyc.utils.classic import deliver

        self._link.namespace["df"] = deliver(self._link, frame)

    def get_frame(self) -> Any:
        from rpyc.utils.classic import obtain

        return obtain(self._link.namespace["df"])

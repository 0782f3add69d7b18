"""Bare grpcio: the floor of our calls over gRPC, and a peer for arrays, which it carries in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..contestant import Contestant
from ..far_process import FarProcess

_CHUNK_BYTES = 1 << 20  # as in far/serve_grpc.py


class BareGrpc(Contestant):
    """A sync server and a blocking client; the server evaluates the text itself."""

    name = "bare-grpc"
    what = "bare sync grpcio; arrays in chunks of 1 MiB"
    libraries = ("grpc",)
    distribution = "grpcio"

    def __init__(self) -> None:
        self._far: FarProcess | None = None
        self._channel: Any = None

    def start(self) -> None:
        import grpc
        from google.protobuf.wrappers_pb2 import DoubleValue, StringValue

        self._far = FarProcess("serve_grpc.py")
        self._channel = grpc.insecure_channel(self._far.read_line())
        write = StringValue.SerializeToString
        self._text = StringValue
        self._evaluate = self._channel.unary_unary("/bare.Python/Evaluate", write, StringValue.FromString)
        self._read = self._channel.unary_unary("/bare.Python/Read", write, DoubleValue.FromString)
        self._put = self._channel.stream_unary("/bare.Python/Put", None, StringValue.FromString)
        self._get = self._channel.unary_stream("/bare.Python/Get", write, None)

    def close(self) -> None:
        if self._far is not None:
            if self._channel is not None:
                self._channel.close()
            self._far.close()
            self._far = None

    def call(self) -> Any:
        return int(self._evaluate(self._text(value="1 + 1")).value)

    def worker_pid(self) -> int:
        assert self._far is not None
        return self._far.pid

    def put(self, array: Any) -> None:
        self._put(_chunks(array))

    def read(self) -> float:
        total: float = self._read(self._text()).value
        return total

    def get(self) -> Any:
        import numpy

        data = bytearray()
        for chunk in self._get(self._text()):
            data += chunk
        return numpy.frombuffer(data)


def _chunks(array: Any) -> Iterator[bytes]:
    view = memoryview(array).cast("B")
    for begin in range(0, len(view), _CHUNK_BYTES):
        yield bytes(view[begin : begin + _CHUNK_BYTES])

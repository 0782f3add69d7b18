"""Bare gRPC: the sync server with methods that evaluate a text, and take and give an array in chunks."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.wrappers_pb2 import DoubleValue, StringValue

CHUNK_BYTES = 1 << 20  # gRPC refuses messages above 4 MiB


class Far:
    """What a call costs without tokens, a worker of its own and interrupts."""

    def __init__(self) -> None:
        self._kept: Any = None

    def evaluate(self, request: StringValue, context: grpc.ServicerContext) -> StringValue:
        return StringValue(value=repr(eval(request.value)))

    def put(self, chunks: Iterator[bytes], context: grpc.ServicerContext) -> StringValue:
        import numpy

        data = bytearray()
        for chunk in chunks:
            data += chunk
        self._kept = numpy.frombuffer(data)
        return StringValue()

    def read(self, request: StringValue, context: grpc.ServicerContext) -> DoubleValue:
        return DoubleValue(value=float(self._kept.sum()))

    def get(self, request: StringValue, context: grpc.ServicerContext) -> Iterator[bytes]:
        view = memoryview(self._kept).cast("B")
        for begin in range(0, len(view), CHUNK_BYTES):
            yield bytes(view[begin : begin + CHUNK_BYTES])


def handlers(far: Far) -> dict[str, grpc.RpcMethodHandler]:
    """Its methods by name; chunks travel as they are."""
    read_text, write_text = StringValue.FromString, StringValue.SerializeToString
    return {
        "Evaluate": grpc.unary_unary_rpc_method_handler(far.evaluate, read_text, write_text),
        "Put": grpc.stream_unary_rpc_method_handler(far.put, None, write_text),
        "Read": grpc.unary_unary_rpc_method_handler(far.read, read_text, DoubleValue.SerializeToString),
        "Get": grpc.unary_stream_rpc_method_handler(far.get, read_text, None),
    }


def main() -> None:
    """Serves on a free loopback port, which it reports, until it is ended."""
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bare.Python", handlers(Far())),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    socket.socket(fileno=int(sys.argv[1])).sendall(f"127.0.0.1:{port}\n".encode())
    server.wait_for_termination()


if __name__ == "__main__":
    main()

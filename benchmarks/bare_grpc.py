"""The floor of gRPC: the sync server with one unary method that evaluates a text. Started by `floor.py`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf.wrappers_pb2 import StringValue


def evaluate(request: StringValue, context: grpc.ServicerContext) -> StringValue:
    """What a call costs without tokens, a worker of its own and interrupts."""
    return StringValue(value=repr(eval(request.value)))


def main() -> None:
    """Serves on a free loopback port, which it prints, until it is ended."""
    handler = grpc.unary_unary_rpc_method_handler(
        evaluate, request_deserializer=StringValue.FromString, response_serializer=StringValue.SerializeToString
    )
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bare.Python", {"Evaluate": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()

"""A client of the gRPC backend that knows only what reflection tells: `python raw_grpc.py CONNECTION_FILE`.

It uses grpcio and its reflection package, and nothing of beep_jupyter: no generated code, no `beep.proto`.
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class _Details(grpc.ClientCallDetails):
    def __init__(self, details, metadata):
        self.method, self.timeout, self.credentials = details.method, details.timeout, details.credentials
        self.wait_for_ready, self.compression = details.wait_for_ready, details.compression
        self.metadata = metadata


class _Bearer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Sends the token with every call, those of reflection included."""

    def __init__(self, token):
        self.metadata = [("authorization", f"Bearer {token}")]

    def _intercept(self, go_on, details, request):
        return go_on(_Details(details, self.metadata), request)

    intercept_unary_unary = intercept_unary_stream = _intercept
    intercept_stream_unary = intercept_stream_stream = _intercept


class Backend:
    """Calls by the names that reflection gives: `backend.ask("Evaluate", code="1 + 1")`."""

    def __init__(self, address, token):
        self._bare = grpc.insecure_channel(address)
        self.channel = grpc.intercept_channel(self._bare, _Bearer(token))
        self._database = ProtoReflectionDescriptorDatabase(self.channel)
        self._pool = descriptor_pool.DescriptorPool(self._database)

    def services(self):
        """{service: {method: descriptor}} of all that the server offers."""
        found = {name: self._pool.FindServiceByName(name) for name in self._database.get_services()}
        return {name: dict(service.methods_by_name) for name, service in found.items()}

    def ask(self, method, service="beep.v1.PythonService", **fields):
        """The reply; a list of them where the method streams."""
        descriptor = self._pool.FindServiceByName(service).methods_by_name[method]
        request, reply = [
            message_factory.GetMessageClass(kind) for kind in (descriptor.input_type, descriptor.output_type)
        ]
        make = self.channel.unary_stream if descriptor.server_streaming else self.channel.unary_unary
        call = make(f"/{service}/{method}", request.SerializeToString, reply.FromString)
        answer = call(request(**fields))
        return list(answer) if descriptor.server_streaming else answer

    def close(self):
        self._bare.close()


def tree(value):
    return {"tree": json.dumps(value)}


def main(path):
    with open(path) as file:
        found = json.load(file)
    backend = Backend(found["address"], found["token"])
    ask = backend.ask
    counter = ask("CreateObject", module_name="collections", class_name="Counter", args=tree(["abca"])).handle.handle_id
    pairs = ask("CallMethod", handle_id=counter, method_name="most_common", args=tree([1])).value.tree
    assert json.loads(pairs) == [{"$type": "tuple", "value": ["a", 2]}]
    ask("SetAttribute", handle_id=counter, attribute_name="same", value=tree({"$type": "handle", "value": counter}))
    assert ask("GetAttribute", handle_id=counter, attribute_name="same").handle.type_name == "collections.Counter"
    raw = {"tree": '[{"$type": "bytes", "value": 0}]', "buffers": [b"xyz"]}
    ask("CallMethod", handle_id=counter, method_name="update", args=raw)
    numbers = ask("WrapValue", value=tree([1, 2.5])).handle.handle_id
    assert list(ask("ToFloatArray", handle_id=numbers).data) == [1.0, 2.5]
    *outputs, last = ask("Execute", code="print('hello')\n6 * 7")
    assert json.loads(outputs[0].output)["text"] == "hello\n"
    assert last.reply.result.tree == "42"
    ask("DisposeHandle", handle_id=counter)
    try:
        ask("CallMethod", handle_id=counter, method_name="clear")
    except grpc.RpcError as unknown:
        print("done:", json.loads(unknown.details())["code"])
    backend.close()


if __name__ == "__main__":
    main(sys.argv[1])

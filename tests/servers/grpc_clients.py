"""Raw clients of a gRPC backend: one with the generated stubs, one that knows nothing but what reflection tells."""

from __future__ import annotations

import json
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from beep_jupyter.backends._proto import beep_pb2_grpc
from beep_jupyter.backends.backend import Backend


def token_of(backend: Backend) -> str:
    token: str = json.loads(backend.connection_file.read_text())["token"]
    return token


class RawClient:
    """Stubs, and the metadata that opens the backend."""

    def __init__(self, backend: Backend) -> None:
        self.channel = grpc.insecure_channel(backend.address)
        self.token = token_of(backend)
        self.metadata = (("authorization", f"Bearer {self.token}"),)
        self.python: Any = beep_pb2_grpc.PythonServiceStub(self.channel)
        self.venv: Any = beep_pb2_grpc.VenvServiceStub(self.channel)
        self.control: Any = beep_pb2_grpc.ControlServiceStub(self.channel)

    def details_of(self, failed: grpc.RpcError) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(failed.details())
        return found


class ReflectingClient:
    """Calls methods by name with fields by name; all it knows it has asked the backend."""

    def __init__(self, backend: Backend) -> None:
        self._channel = grpc.insecure_channel(backend.address)
        self._metadata = (("authorization", f"Bearer {token_of(backend)}"),)
        self._pool = descriptor_pool.DescriptorPool()
        self.services = self._list()

    def call(self, service: str, method: str, **fields: Any) -> Any:
        described = self._pool.FindServiceByName(service).methods_by_name[method]
        request, reply = map(message_factory.GetMessageClass, (described.input_type, described.output_type))
        rpc = self._channel.unary_unary(f"/{service}/{method}", request.SerializeToString, reply.FromString)
        return rpc(request(**fields), metadata=self._metadata)

    def _list(self) -> list[str]:
        answer = self._ask(reflection_pb2.ServerReflectionRequest(list_services=""))
        names = [service.name for service in answer.list_services_response.service]
        for name in names:
            if name.startswith("beep."):
                self._learn(name)
        return names

    def _learn(self, service: str) -> None:
        answer = self._ask(reflection_pb2.ServerReflectionRequest(file_containing_symbol=service))
        for data in answer.file_descriptor_response.file_descriptor_proto:
            self._pool.Add(descriptor_pb2.FileDescriptorProto.FromString(data))

    def _ask(self, request: Any) -> Any:
        stub = reflection_pb2_grpc.ServerReflectionStub(self._channel)
        return next(stub.ServerReflectionInfo(iter((request,)), metadata=self._metadata))

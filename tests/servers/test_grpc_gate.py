"""Who may call: every RPC of every service looks the same to who has no token, and no body is read before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2

from beep_jupyter.backends._proto import beep_pb2
from beep_jupyter.backends.backend import Backend

from .grpc_clients import RawClient

OURS = [
    f"/beep.v1.{service.name}/{method.name}"
    for service in beep_pb2.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
THEIRS = [
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/beep.v1.PythonService/NoSuchMethod",
    "/no.such.Service/Method",
]


@pytest.fixture
def raw(grpc_backend: Backend) -> Iterator[RawClient]:
    client = RawClient(grpc_backend)
    yield client
    client.channel.close()


def refusal(raw: RawClient, path: str, metadata: Any, body: bytes = b"") -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        list(raw.channel.unary_stream(path)(body, metadata=metadata, timeout=10))
    return caught.value.code(), caught.value.details()


@pytest.mark.parametrize("path", [*OURS, *THEIRS])
def test_no_rpc_answers_without_the_token(raw: RawClient, path: str) -> None:
    expected = (grpc.StatusCode.UNAUTHENTICATED, '{"code": "unauthenticated", "message": "wrong or missing token"}')
    token = raw.token
    for shown in (
        None,
        "",
        "Bearer ",
        f"Bearer {token[:-1]}",
        f"Bearer {'0' * 64}",
        f"Basic {token}",
        token,
        "Bearer é",
    ):
        metadata = () if shown is None else (("authorization", shown.encode().decode("latin-1")),)
        if shown is not None and not shown.isascii():
            continue  # gRPC's own client does not send it
        assert refusal(raw, path, metadata) == expected, shown
    assert refusal(raw, path, (("x-authorization", f"Bearer {token}"),)) == expected


def test_a_refused_body_is_not_read(raw: RawClient) -> None:
    """64 MiB to a stranger: the refusal comes before gRPC's flow control has let more than a part of it in."""
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += 1
            yield bytes(1 << 20)

    with pytest.raises(grpc.RpcError) as caught:
        raw.channel.stream_unary("/beep.v1.PythonService/PutVariable")(pieces(), timeout=10)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert sent < 64


def test_another_protocol_is_refused_by_naming_both(raw: RawClient) -> None:
    metadata = (*raw.metadata, ("beep-protocol", "7"))
    code, details = refusal(raw, "/beep.v1.ControlService/GetHealth", metadata)
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "the backend speaks protocol 1, the client 7" in details


def test_a_stranger_with_another_protocol_learns_nothing_of_ours(raw: RawClient) -> None:
    code, details = refusal(raw, "/beep.v1.ControlService/GetHealth", (("beep-protocol", "7"),))
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert "protocol" not in details


def test_an_unknown_method_is_unimplemented_to_who_has_the_token(raw: RawClient) -> None:
    assert refusal(raw, "/beep.v1.PythonService/NoSuchMethod", raw.metadata)[0] is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("service", ["", "beep.v1.PythonService", "beep.v1.VenvService", "beep.v1.ControlService"])
def test_the_health_service_says_that_it_serves(raw: RawClient, service: str) -> None:
    check = raw.channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    reply = check(health_pb2.HealthCheckRequest(service=service), metadata=raw.metadata)
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


def test_what_is_no_message_is_an_invalid_argument(raw: RawClient) -> None:
    code, details = refusal(raw, "/beep.v1.PythonService/Evaluate", raw.metadata, body=b"\xff\xff\xff")
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert '"bad_request"' in details

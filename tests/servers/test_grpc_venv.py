"""Environments through raw gRPC: built, listed, followed, cancelled."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from beep_jupyter.backends._proto import beep_pb2
from beep_jupyter.backends.backend import Backend
from tests.backends.conftest import wait_until

from .grpc_clients import RawClient


@pytest.fixture
def raw(grpc_backend: Backend) -> Iterator[RawClient]:
    client = RawClient(grpc_backend)
    yield client
    client.channel.close()


def listed(raw: RawClient) -> dict[str, Any]:
    reply = raw.venv.ListEnvironments(beep_pb2.ListEnvironmentsRequest(), metadata=raw.metadata)
    return {environment.name: environment for environment in reply.environments}


def creation(name: str, *packages: str) -> Any:
    return beep_pb2.CreateEnvironmentRequest(
        provider_name=name, model_id="M 1", python=sys.executable, packages=packages
    )


def test_an_environment_is_built_listed_and_deleted_with_its_progress_told(raw: RawClient) -> None:
    named = (*raw.metadata, ("beep-request", "build"))
    building = raw.venv.CreateEnvironment.future(creation("Some Provider"), metadata=named)
    steps = list(raw.venv.FollowProgress(beep_pb2.FollowProgressRequest(request="build"), metadata=raw.metadata))
    created = building.result(60)
    assert created.success
    assert "some-provider-m-1" in steps[0].text
    assert not steps[0].HasField("done_bytes")
    found = listed(raw)["some-provider-m-1"]
    assert (found.path, found.state) == (created.path, "ready")
    asked = beep_pb2.GetEnvironmentRequest(name=found.name)
    assert raw.venv.GetEnvironment(asked, metadata=raw.metadata).environment == found
    deleted = raw.venv.DeleteEnvironment(beep_pb2.DeleteEnvironmentRequest(name=found.name), metadata=raw.metadata)
    assert deleted.success
    assert found.name not in listed(raw)


def test_a_client_that_leaves_cancels_its_command(raw: RawClient) -> None:
    named = (*raw.metadata, ("beep-request", "left"))
    building = raw.venv.CreateEnvironment.future(creation("left", "pip", "setuptools", "wheel"), metadata=named)
    next(raw.venv.FollowProgress(beep_pb2.FollowProgressRequest(request="left"), metadata=raw.metadata))
    building.cancel()
    assert wait_until(lambda: not any(name.startswith("left") for name in listed(raw)))
    time.sleep(1.0)
    assert not any(name.startswith("left") for name in listed(raw))


@pytest.mark.parametrize(
    ("rpc", "request_message", "status", "code"),
    [
        (
            "GetEnvironment",
            beep_pb2.GetEnvironmentRequest(name="none"),
            grpc.StatusCode.NOT_FOUND,
            "environment_not_found",
        ),
        (
            "InstallPackages",
            beep_pb2.InstallPackagesRequest(name="none", packages=["six"]),
            grpc.StatusCode.NOT_FOUND,
            "environment_not_found",
        ),
        (
            "CreateEnvironment",
            beep_pb2.CreateEnvironmentRequest(provider_name="x", python="2.6"),
            grpc.StatusCode.NOT_FOUND,
            "runtime_not_found",
        ),
    ],
)
def test_what_is_not_there_is_not_found(
    raw: RawClient, rpc: str, request_message: Any, status: grpc.StatusCode, code: str
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        getattr(raw.venv, rpc)(request_message, metadata=raw.metadata)
    assert (caught.value.code(), raw.details_of(caught.value)["code"]) == (status, code)


def test_progress_of_a_command_that_nobody_gave_ends(raw: RawClient) -> None:
    begun = time.monotonic()
    asked = beep_pb2.FollowProgressRequest(request="nobody")
    assert list(raw.venv.FollowProgress(asked, metadata=raw.metadata, timeout=20)) == []
    assert time.monotonic() - begun < 10

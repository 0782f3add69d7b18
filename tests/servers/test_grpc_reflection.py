"""A client that was built from reflection alone does what one can do with objects."""

from __future__ import annotations

import json

from beep_jupyter.backends.backend import Backend

from .grpc_clients import ReflectingClient

PYTHON = "beep.v1.PythonService"


def test_reflection_lists_every_service(grpc_backend: Backend) -> None:
    assert sorted(ReflectingClient(grpc_backend).services) == [
        "beep.v1.ControlService",
        PYTHON,
        "beep.v1.VenvService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    ]


def test_a_client_made_from_reflection_alone_uses_objects(grpc_backend: Backend) -> None:
    client = ReflectingClient(grpc_backend)
    assert client.call(PYTHON, "IsModuleAvailable", module_name="collections").available
    module = client.call(PYTHON, "ImportModule", module_name="collections").handle
    counter = client.call(
        PYTHON,
        "CreateObject",
        module_handle_id=module.handle_id,
        class_name="Counter",
        args={"tree": '["abba"]'},
        kwargs={"tree": '{"c": 3}'},
    ).handle
    assert counter.type_name == "collections.Counter"
    got = client.call(PYTHON, "CallMethod", handle_id=counter.handle_id, method_name="get", args={"tree": '["c"]'})
    assert json.loads(got.value.tree) == 3
    holder = client.call(PYTHON, "Evaluate", code="import types; types.SimpleNamespace()").handle
    itself = json.dumps({"$type": "handle", "value": counter.handle_id})
    set_it = {"handle_id": holder.handle_id, "attribute_name": "counts", "value": {"tree": itself}}
    assert client.call(PYTHON, "SetAttribute", **set_it).success
    assert client.call(PYTHON, "GetAttribute", handle_id=holder.handle_id, attribute_name="counts").HasField("handle")
    numbers = client.call(PYTHON, "WrapValue", value={"tree": "[1, 2.5]"}).handle
    assert list(client.call(PYTHON, "ToFloatArray", handle_id=numbers.handle_id).data) == [1.0, 2.5]
    matrix = client.call(PYTHON, "WrapValue", value={"tree": "[[1, 2, 3], [4, 5, 6]]"}).handle
    flat = client.call(PYTHON, "ToFloatArray2D", handle_id=matrix.handle_id)
    assert (flat.rows, flat.columns, list(flat.data)) == (2, 3, [1, 2, 3, 4, 5, 6])
    assert client.call(PYTHON, "DisposeHandle", handle_id=counter.handle_id).success
    left = {handle.handle_id for handle in client.call(PYTHON, "ListHandles").handles}
    assert counter.handle_id not in left
    assert holder.handle_id in left

"""Messages and commands' fields: each becomes the other and comes back as it was."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from beep_jupyter.backends._proto import beep_pb2
from beep_jupyter.backends.grpc_messages import MalformedFieldError, reply_form, request_form
from beep_jupyter.backends.grpc_rpcs import CONTROL, PYTHON, SESSION_PLANE, VENV, VENV_COMMANDS, rpcs_of

HANDLE = {"isHandle": True, "handleId": "1f", "typeName": "os._Environ", "preview": "environ({})"}
BYTES = {"$type": "bytes", "value": 0}


@pytest.mark.parametrize(
    ("name", "fields", "buffers"),
    [
        ("EvaluateRequest", {"code": "x", "locals": {"x": BYTES}}, [b"abc"]),
        ("EvaluateRequest", {"code": "1"}, []),
        ("CreateObjectRequest", {"moduleName": "m", "className": "C", "args": [1], "kwargs": {}}, []),
        ("CreateObjectRequest", {"moduleHandleId": "", "className": "C", "args": [], "kwargs": {"a": BYTES}}, [b"1"]),
        ("CallMethodRequest", {"handleId": "1f", "methodName": "", "args": [BYTES], "kwargs": {}}, [b"x"]),
        ("SetAttributeRequest", {"handleId": "1f", "attributeName": "a", "value": None}, []),
        (
            "ExecuteRequest",
            {"code": "", "inputs": {}, "outputs": ["a"], "result": False}
            | {"stdin": True, "cell": 3, "quiet": True, "partial": True},
            [],
        ),
        ("ReleaseHandlesRequest", {"handleIds": ["1f", "2f"]}, []),
        ("CompleteRequest", {"code": "imp", "cursor": 3}, []),
    ],
)
def test_a_request_comes_back_as_it_was(name: str, fields: dict[str, Any], buffers: list[bytes]) -> None:
    form = request_form(name)
    message = form.kind.FromString(form.write(fields, buffers, session="s").SerializeToString())
    assert form.read(message) == (fields, buffers)
    assert message.session == "s"


@pytest.mark.parametrize(
    ("name", "fields", "buffers"),
    [
        ("ValueReply", {"value": None}, []),
        ("ValueReply", {"value": [BYTES, 2**53]}, [b"abc"]),
        ("ValueReply", HANDLE | {"reason": "no codec", "cure": "Use it here."}, []),
        ("HandleReply", HANDLE, []),
        ("ListHandlesReply", {"handles": [HANDLE]}, []),
        (
            "ListVariablesReply",
            {
                "variables": {
                    "b": {"type": "int", "repr": "1", "shape": None, "size_bytes": None},
                    "a": {"type": "array", "repr": "…", "shape": [], "size_bytes": 8},
                }
            },
            [],
        ),
        ("CompleteReply", {"matches": ["import"], "cursorStart": 0, "cursorEnd": 3}, []),
        ("InspectReply", {"found": True, "data": {"text/plain": "doc"}}, []),
        ("FloatArrayReply", {"data": 0, "shape": [2]}, [struct.pack("<2d", 1.5, float("inf"))]),
        ("FloatArray2DReply", {"data": 0, "shape": [0, 3]}, [b""]),
        ("ListSessionsReply", {"sessions": [{"name": "a", "state": "dead", "pid": None}]}, []),
        (
            "ExecuteReply",
            {
                "status": "error",
                "result": None,
                "values": {"x": BYTES},
                "error": {"ename": "E", "evalue": "", "traceback": ["E"]},
                "duration_s": 0.5,
                "notes": {"x": "str → object"},
            },
            [b"x"],
        ),
        (
            "ExecuteReply",
            {"status": "ok", "result": 1, "values": {}, "error": None, "duration_s": 0.0, "notes": {}},
            [],
        ),
    ],
)
def test_a_reply_comes_back_as_it_was(name: str, fields: dict[str, Any], buffers: list[bytes]) -> None:
    form = reply_form(name)
    message = form.kind.FromString(form.write(fields, buffers).SerializeToString())
    found, parts = form.read(message)
    assert (found, [bytes(part) for part in parts]) == (fields, buffers)
    if "variables" in fields:
        assert list(found["variables"]) == ["b", "a"]


def test_buffers_are_counted_through_all_values_of_a_message() -> None:
    """A client in another language may leave each buffer beside the tree that refers to it."""
    message = beep_pb2.CallMethodRequest(
        args=beep_pb2.Value(tree='[{"$type": "bytes", "value": 0}]', buffers=[b"first"]),
        kwargs=beep_pb2.Value(tree='{"k": {"$type": "bytes", "value": 1}}', buffers=[b"second"]),
    )
    assert request_form("CallMethodRequest").read(message)[1] == [b"first", b"second"]


def test_a_lone_surrogate_in_a_text_is_escaped() -> None:
    message = reply_form("HandleReply").write(HANDLE | {"preview": "\ud800"})
    assert message.handle.preview == "\\ud800"


def test_a_field_of_the_wrong_type_is_named() -> None:
    with pytest.raises(MalformedFieldError, match="field 'code' cannot be of type 'int'"):
        request_form("EvaluateRequest").write({"code": 5})


@pytest.mark.parametrize("tree", ["", "{", "NaN", "-Infinity", "[" * 100_000])
def test_what_is_no_json_is_refused_with_its_fields_name(tree: str) -> None:
    message = beep_pb2.EvaluateRequest(locals=beep_pb2.Value(tree=tree))
    with pytest.raises(MalformedFieldError, match="field 'locals' is not JSON"):
        request_form("EvaluateRequest").read(message)


def test_every_command_has_an_rpc_and_every_request_begins_with_its_session() -> None:
    assert set(SESSION_PLANE.values()) <= set(rpcs_of(PYTHON))
    assert {*VENV_COMMANDS.values(), "FollowProgress"} == set(rpcs_of(VENV))
    for rpc in (*rpcs_of(PYTHON).values(), *rpcs_of(VENV).values(), *rpcs_of(CONTROL).values()):
        assert rpc.request.kind.DESCRIPTOR.fields_by_name["session"].number == 1

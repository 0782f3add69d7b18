"""Handles: how long what they stand for lives, and where they may be used."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.errors import HandleNotFoundError, TransferError, UsageError, WorkerDiedError

from .conftest import Start
from .raw import RawClient

COUNTED = """
import weakref
class Counted:
    pass
alive = weakref.WeakSet()
def make():
    it = Counted()
    alive.add(it)
    return it
"""


def kept(backend: Backend) -> int:
    gc.collect()
    number: int = backend.evaluate("len(alive)")
    return number


def test_an_object_lives_as_long_as_its_handle(backend: Backend) -> None:
    backend.evaluate(COUNTED)
    handle = backend.evaluate("make()")
    assert kept(backend) == 1
    del handle
    gc.collect()
    backend.evaluate("None")  # carries the release
    assert kept(backend) == 0


def test_the_repr_of_a_result_is_asked_for_once_and_cut_in_the_preview(backend: Backend) -> None:
    backend.evaluate(
        "asked = []\nclass Long:\n    def __repr__(self):\n        asked.append(1)\n        return 'x' * 300"
    )
    execution = backend.execute("Long()")
    assert execution.result.preview == "x" * 199 + "…"
    assert [output["data"]["text/plain"] for output in execution.outputs] == ["x" * 300]
    assert backend.evaluate("len(asked)") == 1
    assert backend.execute("Long()", quiet=True).result.preview == "x" * 199 + "…"
    assert backend.execute("[[asked.append] * 9] * 101").result.preview.endswith("… (101 items)")


def test_an_object_that_is_disposed_of_is_gone_at_once(backend: Backend) -> None:
    backend.evaluate(COUNTED)
    handle = backend.evaluate("make()")
    backend.dispose(handle)
    assert backend.evaluate("len(alive)") == 0
    assert backend.handles() == []


def test_a_handle_that_was_disposed_of_is_refused_before_it_is_sent(host_backend: Backend) -> None:
    handle, other = host_backend.wrap([1.0]), host_backend.import_module("builtins")
    host_backend.dispose(handle)
    uses: list[Callable[[], object]] = [
        lambda: host_backend.call(handle, "copy"),
        lambda: host_backend.create(handle, "Context"),
        lambda: host_backend.getattr(handle, "copy"),
        lambda: host_backend.setattr(handle, "x", 1),
        lambda: host_backend.dispose(handle),
        lambda: host_backend.wrap(handle),
        lambda: host_backend.call(other, "len", handle),
        lambda: host_backend.call(other, "len", [{"deep": handle}]),
        lambda: host_backend.to_float_array(handle),
    ]
    for use in uses:
        with pytest.raises(HandleNotFoundError, match=r"The handle of \[1\.0\] was disposed of"):
            use()
    assert host_backend.evaluate("1 + 1") == 2


def test_a_handle_of_another_session_or_backend_is_refused_before_it_is_sent(start: Start) -> None:
    with start(name="one") as one, start(name="two") as two:
        foreign = one.import_module("math")
        strangers = [two, one.session("alice")]
        for stranger in strangers:
            with pytest.raises(HandleNotFoundError, match=r"belongs to another session\. Use it with the backend"):
                stranger.call(foreign, "sqrt", 9)
            with pytest.raises(HandleNotFoundError, match="belongs to another session"):
                stranger.evaluate("it", {"it": [foreign]})
        assert one.session("default").call(foreign, "sqrt", 9) == 3.0


def test_a_handle_is_not_known_to_a_fresh_worker(host_backend: Backend) -> None:
    handle = host_backend.import_module("math")
    host_backend.restart()
    with pytest.raises(HandleNotFoundError, match=r"there is no object with handle [0-9a-f]{32}.*handles end with"):
        host_backend.call(handle, "sqrt", 9)
    with pytest.raises(HandleNotFoundError):
        host_backend.dispose(handle)


def test_a_worker_that_died_is_told_before_its_handles_are_missed(host_backend: Backend) -> None:
    handle = host_backend.import_module("os")
    with pytest.raises(WorkerDiedError):
        host_backend.call(handle, "_exit", 3)
    with pytest.raises(HandleNotFoundError):
        host_backend.getattr(handle, "sep")


def test_wrapping_a_handle_gives_it_back(host_backend: Backend) -> None:
    handle = host_backend.wrap({"a": 1})
    assert host_backend.wrap(handle) is handle
    assert host_backend.call(handle, "copy") == {"a": 1}


def test_what_is_no_handle_is_refused_in_a_sentence(host_backend: Backend) -> None:
    with pytest.raises(UsageError, match=r"A Handle is needed here, not a value of type 'list'\. `backend\.wrap"):
        host_backend.call([1], "copy")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="not a value of type 'int'"):
        host_backend.create(5, "Context")  # type: ignore[arg-type]


def test_handles_are_listed_with_previews(host_backend: Backend) -> None:
    first, second = host_backend.wrap(""), host_backend.import_module("math")
    listed = host_backend.handles()
    assert [form["typeName"] for form in listed] == ["str", "module"]
    assert [form["preview"] for form in listed] == [first.preview, second.preview]
    assert len({form["handleId"] for form in listed}) == 2


def test_a_fork_of_the_client_does_not_let_go_of_its_parents_objects(host_backend: Backend) -> None:
    handle = host_backend.import_module("math")
    child = os.fork()
    if not child:
        status = 1
        try:
            del handle
            gc.collect()
            status = 0 if host_backend.evaluate("1") == 1 and len(host_backend.handles()) == 1 else 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert host_backend.call(handle, "sqrt", 9) == 3.0


def test_wrap_of_a_handle_on_the_wire_answers_the_same_id(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        form = client.fields("wrap", value=[])
        assert form == {"isHandle": True, "handleId": form["handleId"], "typeName": "list", "preview": "[]"}
        assert client.fields("wrap", value={"$type": "handle", "value": form["handleId"]}) == form
        held = client.fields("wrap", value=[{"$type": "handle", "value": form["handleId"]}])
        assert (held["preview"], held["handleId"] == form["handleId"]) == ("[[]]", False)


def test_release_forgives_what_is_gone(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        known = client.fields("wrap", value=1)["handleId"]
        assert client.fields("release", handleIds=[known, known, "0" * 32]) == {"success": True}
        assert client.fields("handles") == {"handles": []}
        assert client.error("dispose", handleId=known)["code"] == "no_handle"


TAKING_HANDLES: list[tuple[str, dict[str, object]]] = [
    ("call", {"methodName": ""}),
    ("getattr", {"attributeName": "real"}),
    ("setattr", {"attributeName": "real", "value": 1}),
    ("dispose", {}),
    ("tofloatarray", {}),
    ("tofloatarray2d", {}),
    ("create", {"className": "C"}),
]


def test_an_unknown_handle_is_answered_with_no_handle(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        for command, fields in TAKING_HANDLES:
            key = "moduleHandleId" if command == "create" else "handleId"
            refused = client.error(command, **{key: "f" * 32}, **fields)
            assert refused["code"] == "no_handle"
            assert refused["message"] == "there is no object with handle " + "f" * 32
            assert client.error(command, **{key: 5}, **fields)["message"] == f"field '{key}' must be a text"


def test_an_unknown_handle_in_an_argument_is_answered_with_no_handle(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        builtins = client.fields("import", moduleName="builtins")["handleId"]
        for bad in ("f" * 32, 5, None, [], {}):
            tree = [{"deep": {"$type": "handle", "value": bad}}]
            assert client.error("call", handleId=builtins, methodName="len", args=tree)["code"] == "no_handle"


WRONG_FIELDS: list[tuple[str, dict[str, object], str]] = [
    ("import", {}, "field 'moduleName' must be a text"),
    ("create", {"moduleName": "math"}, "field 'className' must be a text"),
    ("create", {"className": "C"}, "one of the fields 'moduleName' and 'moduleHandleId' must be given"),
    (
        "create",
        {"className": "C", "moduleName": "math", "moduleHandleId": "0"},
        "one of the fields 'moduleName' and 'moduleHandleId' must be given",
    ),
    ("create", {"className": "", "moduleName": "math"}, "field 'className' must be the name of a class, not ''"),
    ("call", {"methodName": 5}, "field 'methodName' must be a text"),
    ("call", {"methodName": "copy", "args": {}}, "field 'args' must be a list of values"),
    ("call", {"methodName": "copy", "kwargs": []}, "field 'kwargs' must be an object"),
    ("getattr", {}, "field 'attributeName' must be a text"),
    ("setattr", {"attributeName": "x"}, "field 'value' is missing"),
    ("wrap", {}, "field 'value' is missing"),
    ("release", {"handleIds": "all"}, "field 'handleIds' must be a list of names"),
    ("release", {"handleIds": [1]}, "field 'handleIds' must be a list of names"),
    ("complete", {"code": 1}, "field 'code' must be a text"),
    ("complete", {"code": "ab", "cursor": 3}, "field 'cursor' must be a number from 0 to 2"),
    ("inspect", {"code": "ab", "cursor": -1}, "field 'cursor' must be a number from 0 to 2"),
    ("inspect", {"code": "ab", "cursor": True}, "field 'cursor' must be a number from 0 to 2"),
]


def test_wrong_fields_are_named(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        held = {"handleId": client.fields("wrap", value=[])["handleId"]}
        for command, fields, sentence in WRONG_FIELDS:
            more = held if command in ("call", "getattr", "setattr") else {}
            refused = client.error(command, **more, **fields)
            assert (refused["code"], refused["message"]) == ("bad_request", sentence)


def test_a_malformed_release_beside_a_request_is_refused_and_harms_nothing(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        for release in (5, [1], "abc", [["a"]]):
            client.send({"type": "request", "id": 1, "command": "eval", "fields": {"code": "1"}, "release": release})
            assert client.reply()[0]["error"]["code"] == "bad_request"
        assert client.fields("eval", code="1 + 1") == {"value": 2}


def test_a_buffer_may_be_used_once_in_all_arguments(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        target = client.fields("import", moduleName="builtins")["handleId"]
        twice = [{"$type": "bytes", "value": 0}, {"$type": "bytes", "value": 0}]
        refused = client.error("call", b"raw", handleId=target, methodName="list", args=twice)
        assert (refused["code"], refused["message"]) == ("transfer", "Buffer 0 is used twice.")


def test_a_value_that_this_python_cannot_make_is_a_transfer_error(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        assert client.error("wrap", value={"$type": "nonsense", "value": 0})["code"] == "transfer"
    with pytest.raises(TransferError):
        host_backend._caller.call("wrap", {"value": {"$type": "nonsense", "value": 0}})

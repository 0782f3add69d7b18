"""What a client that knows JSON only gets from the routes: replies, statuses, server-sent events."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter.backends.backend import Backend

from .http_clients import HttpClient

HANDLE = {"isHandle", "handleId", "typeName", "preview"}


@pytest.fixture
def client(http_backend: Backend) -> HttpClient:
    return HttpClient(http_backend)


@pytest.fixture
def session(client: HttpClient) -> Iterator[str]:
    """A session of the test's own."""
    name = "own"
    assert client.ask("POST", "/api/sessions", {"name": name}).status == 200
    yield name
    client.ask("DELETE", f"/api/sessions?name={name}")


def test_replies_have_the_documented_form(client: HttpClient) -> None:
    assert client.post("eval", code="x = 3\nx * 2", locals={"x": 1}).json == {"value": 6}
    module = client.post("import", moduleName="collections").json
    assert set(module) == HANDLE
    counter = client.post("create", moduleHandleId=module["handleId"], className="Counter", args=["abca"]).json
    assert (set(counter), counter["typeName"]) == (HANDLE, "collections.Counter")
    identity = counter["handleId"]
    assert client.post("call", handleId=identity, methodName="get", args=["a"]).json == {"value": 2}
    assert client.post("setattr", handleId=identity, attributeName="kept", value=1).json == {"success": True}
    assert client.post("getattr", handleId=identity, attributeName="kept").json == {"value": 1}
    wrapped = client.post("wrap", value=[1, 2.5]).json
    assert client.post("tofloatarray", handleId=wrapped["handleId"]).json["data"] == [1.0, 2.5]
    rows = client.post("wrap", value=[[1, 2], [3, 4]]).json
    assert client.post("tofloatarray2d", handleId=rows["handleId"]).json["data"] == [[1.0, 2.0], [3.0, 4.0]]
    listed = client.ask("GET", "/api/handles").json
    assert identity in [handle["handleId"] for handle in listed]
    assert client.post("dispose", handleId=identity).json == {"success": True}
    assert client.post("release", handleIds=[identity, wrapped["handleId"]]).json == {"success": True}
    assert client.post("module_available", moduleName="no_such").json == {"available": False}
    found = client.post("complete", code="import collec").json
    assert set(found) == {"matches", "cursorStart", "cursorEnd"}
    assert "collections" in found["matches"]
    assert set(client.post("inspect", code="len", cursor=3).json) == {"found", "data"}


def test_a_variable_is_put_read_and_deleted(client: HttpClient, session: str) -> None:
    path = f"/api/variables/x?session={session}"
    assert client.ask("PUT", path, {"value": {"$type": "tuple", "value": [1]}}).json == {"success": True}
    assert client.ask("GET", path).json == {"value": {"$type": "tuple", "value": [1]}}
    assert set(client.ask("GET", f"/api/variables?session={session}").json["variables"]) == {"x"}
    assert client.ask("DELETE", path).json == {"success": True}
    missing = client.ask("GET", path)
    assert (missing.status, missing.json["code"]) == (404, "no_variable")
    assert client.ask("GET", f"/api/variables/a/b?session={session}").json["detail"] == "there is no variable 'a/b'"


def test_bytes_go_and_come_as_they_are(client: HttpClient) -> None:
    data = bytes(range(256)) * 1000
    stream = {"content-type": "application/octet-stream"}
    assert client.ask("PUT", "/api/variables/raw", data, stream).json == {"success": True}
    assert client.post("eval", code="type(raw).__name__, len(raw)").json["value"]["value"] == ["bytes", len(data)]
    assert client.ask("GET", "/api/variables/raw", headers={"accept": "application/octet-stream"}).body == data
    large = client.ask("GET", "/api/variables/raw").json
    assert large["isHandle"] is True
    assert "application/octet-stream" in large["cure"]
    client.ask("PUT", "/api/variables/number", {"value": 5})
    refused = client.ask("GET", "/api/variables/number", headers={"accept": "application/octet-stream"})
    assert (refused.status, refused.json["code"]) == (406, "not_acceptable")
    client.ask("PUT", "/api/variables/empty", b"", stream)
    assert client.ask("GET", "/api/variables/empty", headers={"accept": "application/octet-stream"}).body == b""


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"code": "\xff"}', b"[" * 100_000, b'{"code": "1", "locals": {"x": NaN}}', b"9" * 5000, b'"\\u'],
    ids=["nothing", "cut", "no UTF-8", "nested", "NaN", "digits", "an escape"],
)
def test_what_is_no_json_is_malformed(client: HttpClient, body: bytes) -> None:
    answer = client.ask("POST", "/api/eval", body)
    assert (answer.status, answer.json["code"]) == (400, "malformed")
    assert answer.json["detail"].startswith("the body is not JSON")
    interrupt = client.ask("POST", "/api/interrupt", body)
    assert interrupt.status in (400, 422)


@pytest.mark.parametrize(
    ("command", "body", "fields"),
    [
        ("eval", {}, ["code"]),
        ("eval", {"code": 5}, ["code"]),
        ("eval", {"code": "1", "extra": 1}, ["extra"]),
        ("eval", {"code": "1", "session": None}, ["session"]),
        ("eval", {"code": "1", "timeout_s": "5"}, ["timeout_s"]),
        ("eval", {"code": "1", "timeout_s": -1}, ["timeout_s"]),
        ("eval", {"code": "1", "locals": []}, ["locals"]),
        ("eval", [], ["body"]),
        ("execute", {"code": "1", "outputs": [1]}, ["outputs.0"]),
        ("execute", {"code": "1", "stdin": "yes"}, ["stdin"]),
        ("call", {"handleId": "x"}, ["methodName"]),
        ("call", {"handle_id": "x", "methodName": ""}, ["handleId", "handle_id"]),
        ("wrap", {}, ["value"]),
        ("complete", {"code": "x", "cursor": 1.5}, ["cursor"]),
        ("input", {"request": 1}, ["text"]),
        ("interrupt", {"request": "x" * 65}, ["request"]),
        ("sessions", {"name": 1}, ["name"]),
    ],
)
def test_wrong_fields_are_named(client: HttpClient, command: str, body: Any, fields: list[str]) -> None:
    answer = client.ask("POST", f"/api/{command}", body)
    assert (answer.status, answer.json["code"]) == (422, "bad_request")
    assert answer.json["fields"] == fields
    assert f"field '{fields[0]}': " in answer.json["detail"]


def test_what_fields_mean_is_checked_by_who_carries_them_out(client: HttpClient) -> None:
    for command, body, said in [
        ("import", {"moduleName": "a b"}, "moduleName"),
        ("create", {"className": "X"}, "moduleHandleId"),
        ("complete", {"code": "x", "cursor": 9}, "cursor"),
        ("sessions", {"name": "../x"}, "cannot name a session"),
    ]:
        answer = client.ask("POST", f"/api/{command}", body)
        assert (answer.status, answer.json["code"]) == (422, "bad_request")
        assert said in answer.json["detail"]
    key = client.ask("POST", "/api/eval", {"code": "1"}, {"beep-request": "x" * 65})
    assert (key.status, key.json["detail"]) == (422, "a Beep-Request has at most 64 characters")


def test_what_there_is_not_is_404(client: HttpClient) -> None:
    assert client.post("eval", code="1", session="nope").json["code"] == "no_session"
    assert client.post("call", handleId="0" * 32, methodName="x").json["code"] == "no_handle"
    assert client.post("interrupt", session="nope").status == 404
    assert client.ask("GET", "/health?session=nope").status == 404
    assert client.ask("DELETE", "/api/sessions?name=nope").status == 404
    assert client.ask("GET", "/api/nothing").json["code"] == "not_found"
    assert client.ask("GET", "/api/eval").json["code"] == "method_not_allowed"


def test_code_that_raises_is_424_with_its_traceback(client: HttpClient) -> None:
    answer = client.post("eval", code="def f():\n    raise KeyError('x')\nf()")
    problem = answer.json
    assert (answer.status, answer.headers["content-type"]) == (424, "application/problem+json")
    assert (problem["code"], problem["ename"], problem["evalue"]) == ("raised", "KeyError", "'x'")
    assert problem["traceback"][-1] == "KeyError: 'x'"


def test_a_worker_that_dies_is_502_and_the_next_call_gets_a_fresh_one(client: HttpClient, session: str) -> None:
    code = "import os, sys\nprint('last words', file=sys.stderr, flush=True)\nos._exit(7)"
    answer = client.post("eval", code=code, session=session)
    assert answer.status == 502
    facts = {name: answer.json[name] for name in ("code", "exitCode", "signal", "reason", "stderrTail")}
    assert facts == {"code": "died", "exitCode": 7, "signal": None, "reason": "exit", "stderrTail": "last words\n"}
    assert client.post("eval", code="1", session=session).json == {"value": 1}


def test_a_client_that_knows_another_worker_is_told_before_anything_runs(client: HttpClient, session: str) -> None:
    known = client.post("eval", code="count = 0", session=session).headers["beep-incarnation"]
    pid = client.ask("GET", f"/health?session={session}").json["workerPid"]
    os.kill(pid, signal.SIGKILL)
    body = {"code": "count = 1", "session": session}
    told = client.ask("POST", "/api/eval", body, {"beep-incarnation": known})
    assert (told.status, told.json["code"], told.json["signal"]) == (502, "died", 9)
    assert client.post("eval", code="'count' in globals()", session=session).json == {"value": False}
    fresh = client.post("eval", code="1", session=session).headers["beep-incarnation"]
    assert client.ask("POST", "/api/eval", body, {"beep-incarnation": fresh}).status == 200


def test_a_time_limit_is_504_and_keeps_the_state(client: HttpClient, session: str) -> None:
    client.post("eval", code="kept = 1", session=session)
    answer = client.post("eval", code="import time; time.sleep(30)", session=session, timeout_s=0.2)
    assert (answer.status, answer.json["code"]) == (504, "timeout")
    assert answer.json["detail"] == "it did not end within 0.2 s and was interrupted"
    assert client.post("eval", code="kept", session=session).json == {"value": 1}


def test_execute_streams_outputs_in_order_and_then_its_reply(client: HttpClient) -> None:
    code = "import sys\nprint('a')\nprint('b', file=sys.stderr)\ny = 5\n6 * 7"
    answer = client.post("execute", code=code, inputs={"x": 1}, outputs=["x", "y"])
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    *outputs, (name, reply) = answer.events
    assert [event for event, _ in outputs] == ["output"] * 3
    kinds = [output.get("name", output["output_type"]) for _, output in outputs]
    assert kinds == ["stdout", "stderr", "execute_result"]
    assert name == "reply"
    assert reply.pop("duration_s") > 0
    assert reply == {"status": "ok", "result": 42, "values": {"x": 1, "y": 5}, "error": None}


def test_outputs_come_while_the_code_runs(client: HttpClient) -> None:
    body = json.dumps({"code": "print('first', flush=True)\nimport time\ntime.sleep(1)"}).encode()
    with client.connection() as connection:
        head = client.head("POST /api/execute", content_type="application/json", content_length=str(len(body)))
        begun = time.monotonic()
        connection.sendall(head + body)
        while b"first" not in connection.recv(65536):
            pass
        assert time.monotonic() - begun < 0.8


def test_code_that_raises_is_a_reply_of_execute(client: HttpClient) -> None:
    (first, output), (last, reply) = client.post("execute", code="1/0").events
    assert (first, output["output_type"], output["ename"]) == ("output", "error", "ZeroDivisionError")
    assert (last, reply["status"], reply["error"]["ename"]) == ("reply", "error", "ZeroDivisionError")


def test_a_worker_that_dies_in_the_stream_is_its_last_event(client: HttpClient, session: str) -> None:
    code = "print('so far', flush=True)\nimport time, os\ntime.sleep(0.5)\nos._exit(3)"
    (_, output), (last, problem) = client.post("execute", code=code, session=session).events
    assert output["text"] == "so far\n"
    assert (last, problem["status"], problem["code"], problem["exitCode"]) == ("error", 502, "died", 3)


def test_an_execute_that_is_too_late_ends_with_that_problem(client: HttpClient) -> None:
    answer = client.post("execute", code="import time\ntime.sleep(30)", timeout_s=0.5)
    last, problem = answer.events[-1]
    assert (last, problem["status"], problem["code"], problem["ename"]) == (
        "error",
        504,
        "timeout",
        "KeyboardInterrupt",
    )


def test_what_an_execute_is_refused_for_before_it_begins_is_a_status(client: HttpClient) -> None:
    assert client.post("execute", code="1", session="nope").status == 404
    assert client.post("execute", code="1", inputs={"x": {"$type": "complex", "value": [1]}}).status == 422


def test_input_is_answered_by_another_request(client: HttpClient) -> None:
    body = json.dumps({"code": "input('Name? ') + '!'", "stdin": True}).encode()
    with client.connection() as connection:
        head = client.head("POST /api/execute", content_type="application/json", content_length=str(len(body)))
        connection.sendall(head + body)
        seen = b""
        while b"input_request" not in seen or b"}" not in seen.partition(b"input_request")[2]:
            seen += connection.recv(65536)
        asked = json.loads(seen.partition(b"event: input_request\ndata: ")[2].partition(b"\n")[0])
        assert (asked["prompt"], asked["password"]) == ("Name? ", False)
        assert client.post("input", request=asked["request"], text="Ada").json == {"success": True}
        while b'"result":"Ada!"' not in seen:
            seen += connection.recv(65536)
    nobody = client.post("input", request=asked["request"], text="Ada")
    assert (nobody.status, nobody.json["detail"]) == (422, f"request {asked['request']} waits for no input")


def test_an_interrupt_finds_its_request_by_the_name_that_the_client_gave_it(client: HttpClient, session: str) -> None:
    answers: list[Any] = []
    body = {"code": "import time\ntime.sleep(30)", "session": session}
    calling = threading.Thread(
        target=lambda: answers.append(client.ask("POST", "/api/eval", body, {"beep-request": "mine"}))
    )
    calling.start()
    while client.ask("GET", f"/health?session={session}").json["state"] != "busy":
        time.sleep(0.01)
    assert client.post("interrupt", session=session, request="another's").json == {"success": True, "wasIdle": True}
    assert client.post("interrupt", session=session, request="mine").json == {"success": True}
    calling.join(10)
    assert (answers[0].status, answers[0].json["ename"]) == (424, "KeyboardInterrupt")


def test_sessions_are_listed_opened_and_closed(client: HttpClient) -> None:
    assert [found["name"] for found in client.ask("GET", "/api/sessions").json] == ["default"]
    opened = client.ask("POST", "/api/sessions", {"name": "second"}).json
    assert [(found["name"], found["state"]) for found in opened] == [("default", "idle"), ("second", "idle")]
    assert all(isinstance(found["pid"], int) for found in opened)
    assert client.ask("DELETE", "/api/sessions?name=second").json == {"success": True}
    refused = client.ask("DELETE", "/api/sessions?name=default")
    assert (refused.status, refused.json["code"]) == (422, "bad_request")


def test_a_restart_names_the_fresh_worker(client: HttpClient, session: str) -> None:
    before = client.post("eval", code="1", session=session).headers["beep-incarnation"]
    answer = client.post("restart", session=session)
    assert answer.json == {"success": True}
    assert answer.headers["beep-incarnation"] not in ("", before)


def test_health_is_told_in_camel_case(client: HttpClient) -> None:
    health = client.ask("GET", "/health").json
    assert {"name", "kind", "environment", "address", "state", "pid", "workerPid", "python"} <= set(health)
    assert {"protocol", "uptimeS", "memoryBytes", "sessions", "owner"} <= set(health)
    assert (health["kind"], health["owner"]) == ("http", os.getpid())


def test_the_log_is_streamed(client: HttpClient) -> None:
    *lines, last = client.ask("GET", "/api/logs").events
    assert any("ready: worker" in line["line"] for name, line in lines)
    assert last == ("reply", {})
    with client.connection() as following:
        following.sendall(client.head("GET /api/logs?follow=true"))
        assert b"200 OK" in following.recv(65536)
        client.ask("GET", "/health", headers={"authorization": "Bearer marked"})
        seen = b""
        while b"refused a request" not in seen:
            seen += following.recv(65536)


def test_a_stranger_to_this_machine_owns_as_long_as_its_stream_lasts(client: HttpClient) -> None:
    with client.connection() as owning:
        body = b'{"pid": 1}'  # not who holds the other end
        head = client.head("POST /api/own", content_type="application/json", content_length=str(len(body)))
        owning.sendall(head + body)
        seen = b""
        while b"event: own" not in seen:
            seen += owning.recv(65536)
        owning.settimeout(0.3)
        with pytest.raises(TimeoutError):
            owning.recv(1)
    assert client.ask("GET", "/health").json["owner"] == os.getpid()


def begin(connection: socket.socket, client: HttpClient, code: str) -> None:
    """Asks for an execute, of which the first event has come."""
    body = json.dumps({"code": code, "session": "own"}).encode()
    head = client.head("POST /api/execute", content_type="application/json", content_length=str(len(body)))
    connection.sendall(head + body)
    while b"event: " not in connection.recv(65536):
        pass


def test_a_client_that_leaves_does_not_cancel_its_code(client: HttpClient, session: str) -> None:
    with client.connection() as connection:
        begin(connection, client, "print('begun', flush=True)\nimport time\ntime.sleep(0.5)\ndone = 1")
    assert client.post("eval", code="done", session=session).json == {"value": 1}


def test_a_client_that_does_not_read_holds_the_code_up_and_fills_no_memory(
    client: HttpClient, http_backend: Backend, session: str
) -> None:
    def peak_kib() -> int:
        return int(Path(f"/proc/{http_backend.pid}/status").read_text().partition("VmHWM:")[2].split()[0])

    before = peak_kib()
    with client.connection() as connection:
        begin(connection, client, "for _ in range(300_000): print('x' * 200)")  # 60 MB
        time.sleep(1)
        assert client.ask("GET", f"/health?session={session}").json["state"] == "busy"
        assert peak_kib() - before < 30_000
        seen = b""
        while b"event: reply" not in seen:
            seen = seen[-100:] + connection.recv(1 << 20)
    assert peak_kib() - before < 30_000

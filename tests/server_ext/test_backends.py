"""Backends over REST, of every kind: their lives, their code, and what becomes of a kernel's restart."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient

from tests.server_ext.jupyter import TOKEN, Client, JupyterServer

KINDS = ("pipe", "http", "grpc")


def run(client: Client, name: str, code: str, **said: Any) -> dict[str, Any]:
    reply = client.ask("POST", "backends/{name}/execute", {"code": code, **said}, name=name)
    assert reply.status_code == 200, reply.text
    done: dict[str, Any] = reply.json()
    return done


def start(client: Client, **said: Any) -> dict[str, Any]:
    reply = client.ask("POST", "backends", said)
    assert reply.status_code == 201, reply.text
    assert reply.headers["Location"] == f"{client.base_url}/beep/v1/backends/{reply.json()['name']}"
    started: dict[str, Any] = reply.json()
    return started


def wait_until_busy(client: Client, name: str) -> None:
    deadline = time.monotonic() + 20
    while client.get("backends/{name}", name=name)["state"] != "busy":
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_a_backend_lives_its_whole_life(client: Client, server: JupyterServer, kind: str) -> None:
    started = start(client, kind=kind, name="one")
    assert (started["kind"], started["owner"], started["state"]) == (kind, server.process.pid, "idle")
    assert [found["name"] for found in client.get("backends")] == ["one"]
    done = run(client, "one", "x = 20\nprint('hello')\nx + 1")
    assert (done["status"], done["result"], done["error"]) == ("ok", 21, None)
    assert [output["output_type"] for output in done["outputs"]] == ["stream", "execute_result"]
    assert run(client, "one", "x")["result"] == 20

    results: list[dict[str, Any]] = []
    caller = threading.Thread(target=lambda: results.append(run(client, "one", "while True: pass")))
    caller.start()
    wait_until_busy(client, "one")
    assert client.ask("POST", "backends/{name}/interrupt", name="one").json() == {"interrupted": True}
    caller.join(10)
    assert (results[0]["status"], results[0]["error"]["ename"]) == ("interrupted", "KeyboardInterrupt")
    assert client.ask("POST", "backends/{name}/interrupt", name="one").json() == {"interrupted": False}

    fresh = client.ask("POST", "backends/{name}/restart", name="one")
    assert (fresh.status_code, fresh.json()["worker_pid"] != started["worker_pid"]) == (200, True)
    assert run(client, "one", "x")["error"]["ename"] == "NameError"
    assert any("ready" in line for line in client.get("backends/{name}/logs", name="one"))
    assert client.ask("DELETE", "backends/{name}", name="one").status_code == 204
    assert client.get("backends") == []


@pytest.mark.parametrize("kind", KINDS)
def test_execute_streams_where_events_are_asked_for(client: Client, kind: str) -> None:
    start(client, kind=kind, name="streaming")
    code = "import time\nprint('first', flush=True)\ntime.sleep(1)\n'last'"
    with client.events("backends/{name}/execute", "POST", {"code": code}, name="streaming") as events:
        name, first = next(events)
        seen_at = time.monotonic()
        assert (name, first["text"]) == ("output", "first\n")
        rest = list(events)
    assert time.monotonic() - seen_at > 0.5
    assert [name for name, _ in rest] == ["output", "reply"]
    assert rest[-1][1].keys() == {"status", "result", "error", "duration_s"}
    assert rest[-1][1]["result"] == "last"
    with client.events(
        "backends/{name}/execute", "POST", {"code": "import os; os._exit(3)"}, name="streaming"
    ) as events:
        assert [(name, data["code"]) for name, data in events] == [("error", "died")]


def test_code_goes_on_when_who_asked_has_left(client: Client) -> None:
    start(client, name="left")
    code = "import time\nfor i in range(20):\n    print(i, flush=True)\n    time.sleep(0.05)\nended = True"
    with client.events("backends/{name}/execute", "POST", {"code": code}, name="left") as events:
        next(events)
    assert run(client, "left", "ended")["result"] is True


def test_values_travel_in_their_json_form(client: Client) -> None:
    start(client, name="values")
    done = run(client, "values", "z = [x[0], y]", inputs={"x": [1], "y": {"$type": "complex", "value": [1, 2]}})
    assert "values" not in done
    done = run(client, "values", "(1, {2})", outputs=["z"])
    assert done["result"] == {"$type": "tuple", "value": [1, {"$type": "set", "value": [2]}]}
    assert done["values"] == {"z": [1, {"$type": "complex", "value": [1, 2]}]}
    handle = run(client, "values", "object()")["result"]
    assert (handle["isHandle"], handle["typeName"]) == (True, "object")
    large = run(client, "values", "bytes(100_000)")["result"]
    assert (large["isHandle"], large["typeName"]) == (True, "bytes")
    small = run(client, "values", "b'abc'")["result"]
    assert small == {"$type": "bytes", "value": "YWJj"}
    wrong = client.ask(
        "POST", "backends/{name}/execute", {"code": "1", "inputs": {"x": {"$type": "nope", "value": 1}}}, name="values"
    )
    assert (wrong.status_code, "'x'" in wrong.json()["message"]) == (422, True)


def test_code_that_raises_runs_too_long_or_dies_is_told_apart(client: Client) -> None:
    start(client, name="faulty")
    raised = run(client, "faulty", "1 / 0")
    assert (raised["status"], raised["error"]["ename"]) == ("error", "ZeroDivisionError")
    late = run(client, "faulty", "print('so far')\nwhile True: pass", timeout_s=0.5)
    assert (late["status"], late["outputs"][0]["text"]) == ("interrupted", "so far\n")
    died = client.ask("POST", "backends/{name}/execute", {"code": "import os; os.abort()"}, name="faulty")
    assert (died.status_code, died.json()["code"]) == (502, "died")
    assert "SIGABRT" in died.json()["message"]
    assert run(client, "faulty", "2")["result"] == 2


def test_sessions_are_namespaces_of_their_own(client: Client) -> None:
    start(client, name="two")
    run(client, "two", "x = 1")
    assert run(client, "two", "'x' in globals()", session="other")["result"] is False
    assert client.get("backends/{name}", name="two")["sessions"] == ["default", "other"]


def test_a_taken_name_is_refused_and_a_wrong_one_named(client: Client) -> None:
    start(client, name="taken")
    refused = client.ask("POST", "backends", {"name": "taken", "kind": "http"})
    assert (refused.status_code, refused.json()["code"]) == (409, "backend_exists")
    for said in ({"name": "No"}, {"idle_timeout_s": 1e300}, {"kind": "carrier-pigeon"}, {"kind": "pipe", "port": 1234}):
        assert client.ask("POST", "backends", said).status_code == 422
    refused = client.ask("POST", "backends", {"environment": "unknown"})
    assert (refused.status_code, refused.json()["code"]) == (404, "environment_not_found")
    assert [found["name"] for found in client.get("backends")] == ["taken"]


@pytest.mark.parametrize(
    ("method", "template"),
    [
        ("GET", "backends/{name}"),
        ("DELETE", "backends/{name}"),
        ("POST", "backends/{name}/interrupt"),
        ("POST", "backends/{name}/restart"),
        ("GET", "backends/{name}/logs"),
        ("POST", "backends/{name}/execute"),
    ],
)
@pytest.mark.parametrize("name", ["unknown", "unknown@1", "No Name", "a.json"])
def test_an_unknown_backend_is_not_found(client: Client, method: str, template: str, name: str) -> None:
    body = {"code": "1"} if template.endswith("execute") else None
    for headers in ({}, {"Accept": "text/event-stream"}):
        refused = client.ask(method, template, body, name=name, headers=headers)
        assert refused.status_code == 404, refused.text


def test_events_tell_of_backends_that_come_and_go(client: Client) -> None:
    with client.events("events") as events:
        start(client, name="seen")
        came = next(data for name, data in events if name == "backend" and data["name"] == "seen")
        assert came["state"] in ("idle", "busy")
        client.ask("DELETE", "backends/{name}", name="seen")
        gone = next(data for name, data in events if name == "backend" and data["state"] == "ended")
        assert gone["name"] == "seen"


def test_events_hold_no_code_no_value_and_no_token(client: Client, python: str) -> None:
    with client.events("events") as events:
        start(client, name="secretive")
        run(client, "secretive", "marked = 'code'; print('printed'); 'shown'", inputs={"given": "sent"})
        client.ended(
            client.begun("POST", "environments", {"name": "secretive", "python": python, "packages": ["none"]})
        )
        client.ask("DELETE", "backends/{name}", name="secretive")
        seen = []
        for name, data in events:
            seen.append((name, data))
            if data.get("state") == "ended":
                break
    assert {"task", "progress", "backend"} == {name for name, _ in seen}
    told = str(seen)
    secrets = ("marked", "printed", "shown", "given", "sent'", TOKEN, "token")
    assert [word for word in secrets if word in told] == []


def test_a_terminal_reaches_what_the_server_owns_by_its_name(client: Client, server: JupyterServer) -> None:
    start(client, name="ours")
    run(client, "ours", "x = 41")
    beep = [sys.executable, "-m", "beep_jupyter"]
    told = [
        subprocess.run([*beep, *words], env=server.variables, capture_output=True, text=True, check=True).stdout
        for words in (["eval", "ours", "x + 1"], ["status"], ["status", "--json"])
    ]
    assert told[0] == "42\n"
    assert "Jupyter server" in told[1]
    volatile = {"state", "uptime_s", "memory_bytes", "sessions"}
    (printed,), (answered,) = json.loads(told[2]), client.get("backends")
    assert {key: printed[key] for key in printed.keys() - volatile} == {
        key: answered[key] for key in answered.keys() - volatile
    }


def test_every_listener_is_told_first_what_runs(client: Client) -> None:
    start(client, name="here")
    with client.events("events") as first:
        assert next(first)[1]["name"] == "here"
        with client.events("events") as second:
            assert next(second)[1]["name"] == "here"


class Kernel:
    """A kernel of the server's, and what code in it prints."""

    def __init__(self, client: Client, server: JupyterServer) -> None:
        made = client.http.post(f"{client.base_url}/api/kernels", json={"name": "python3"})
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]
        self._asked = client
        self._path = f"{client.base_url}/api/kernels/{self.id}"
        self._file = str(server.runtime_folder / f"kernel-{self.id}.json")

    def printed(self, code: str) -> str:
        kernel = BlockingKernelClient(connection_file=self._file)
        kernel.load_connection_file()
        kernel.start_channels()
        texts: list[str] = []
        try:
            kernel.wait_for_ready(timeout=30)
            reply = kernel.execute_interactive(
                code, timeout=60, output_hook=lambda message: texts.append(message["content"].get("text", ""))
            )
        finally:
            kernel.stop_channels()
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(texts)

    def restart(self) -> None:
        assert self._asked.http.post(f"{self._path}/restart").status_code == 200

    def end(self) -> None:
        self._asked.http.delete(self._path)


@pytest.fixture
def kernel(client: Client, server: JupyterServer) -> Iterator[Kernel]:
    made = Kernel(client, server)
    yield made
    made.end()


SHOW = "from beep_jupyter import Beep; beep = Beep(); "


def test_backends_of_one_name_are_told_apart_by_their_owner(client: Client, kernel: Kernel) -> None:
    kernel.printed(SHOW + "beep.start('pipe', name='twin').execute('who = \"kernel\"')")
    start(client, name="twin")
    run(client, "twin", "who = 'server'")
    (others,) = [found["name"] for found in client.get("backends") if found["name"] != "twin"]
    assert run(client, others, "who")["result"] == "kernel"
    assert run(client, "twin", "who")["result"] == "server"
    assert kernel.printed(SHOW + "print(beep.find('twin').evaluate('who'))") == "kernel\n"
    assert client.ask("POST", "backends/{name}/restart", name=others).json()["name"] == others
    assert client.ask("DELETE", "backends/{name}", name="twin").status_code == 204
    assert [found["name"] for found in client.get("backends")] == [others]


def test_a_kernels_restart_keeps_what_the_server_owns_and_notebooks_share_it(client: Client, kernel: Kernel) -> None:
    start(client, name="shared")
    run(client, "shared", "x = 41")
    assert kernel.printed(SHOW + "print(beep.find('shared').evaluate('x + 1'))") == "42\n"
    own = "beep.start('pipe', name='own'); beep.find('shared').execute('x = 43')"
    kernel.printed(SHOW + own)
    names = {found["name"].partition("@")[0]: found["name"] for found in client.get("backends")}
    assert names["shared"] == "shared"
    assert names["own"].startswith("own@")
    assert client.get("backends/{name}", name=names["own"])["kind"] == "pipe"
    taken = "\ntry: beep.start('pipe', name='shared')\nexcept Exception as error: print(type(error).__name__)"
    assert kernel.printed(SHOW + taken) == "BackendExistsError\n"
    kernel.restart()
    assert kernel.printed(SHOW + "print(beep.find('shared').evaluate('x'))") == "43\n"
    deadline = time.monotonic() + 5
    while len(client.get("backends")) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert [found["name"] for found in client.get("backends")] == ["shared"]

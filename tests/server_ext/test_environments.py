"""Runtimes, environments, packages and the tasks that build them, over REST."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from tests.server_ext.jupyter import Client, JupyterServer


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name of the test's own."""
    return "t" + str(abs(hash(request.node.nodeid)))[:8]


@pytest.fixture
def made(client: Client, name: str, python: str) -> Iterator[str]:
    """The name of a small environment, which is deleted behind the test."""
    client.made("POST", "environments", {"name": name, "python": python, "packages": ["beta"]})
    yield name
    client.ask("DELETE", "environments/{name}", name=name, query={"force": "1"})


def is_running(task: dict[str, Any]) -> bool:
    return task["state"] == "running" and task["progress"] is not None


def test_an_environment_is_built_as_a_task_that_tells_how_far_it_is(client: Client, made: str) -> None:
    (task,) = (task for task in client.get("tasks") if task["target"] == made)
    assert (task["method"], task["state"], task["result"]) == ("environments.create", "done", {"environment": made})
    assert any("beta==1.0" in line for line in task["log"])
    built = client.get("environments/{name}", name=made)
    assert (built["state"], built["packages"], built["backends"]) == ("ready", ["alpha==2.0", "beta==1.0"], [])
    assert built in client.get("environments")
    packages = client.get("environments/{name}/packages", name=made)
    assert packages == [{"name": "alpha", "version": "2.0"}, {"name": "beta", "version": "1.0"}]


def test_the_events_of_a_task_begin_with_what_it_is_and_end_with_it(client: Client, name: str, python: str) -> None:
    id = client.begun("POST", "environments", {"name": name, "python": python, "packages": ["alpha==1.0"]})
    with client.events("tasks/{id}/events", id=id) as events:
        seen = list(events)
    assert seen[0][0] == "task"
    assert seen[0][1]["id"] == id
    assert ("task", client.get("tasks/{id}", id=id)) == seen[-1]
    told = [data["text"] for event, data in seen if event == "progress"]
    assert any("alpha==1.0" in text for text in told) or seen[0][1]["ended_at"]
    with client.events("tasks/{id}/events", id=id) as events:
        assert [data["state"] for _, data in events] == ["done"]


def test_replies_name_the_home_and_refusals_do_not(client: Client, server: JupyterServer) -> None:
    assert unquote(client.ask("GET", "environments").headers["beep-home"]) == str(server.home)
    refused = httpx.get(f"{server.url}/hub/beep/v1/environments", trust_env=False)
    assert (refused.status_code, refused.headers.get("beep-home")) == (403, None)


def test_the_same_again_is_instant_and_another_specification_is_refused_at_once(
    client: Client, made: str, python: str
) -> None:
    begun = time.monotonic()
    client.made("POST", "environments", {"name": made, "python": python, "packages": ["beta"]})
    assert time.monotonic() - begun < 5
    other = {"name": made, "python": python, "packages": ["alpha==1.0"]}
    refused = client.ask("POST", "environments", other)
    assert (refused.status_code, refused.json()["code"]) == (409, "environment_exists")
    client.made("POST", "environments", {**other, "replace": True})
    assert client.get("environments/{name}", name=made)["packages"] == ["alpha==1.0"]


def test_an_environment_is_built_from_the_content_of_files(client: Client, name: str, python: str) -> None:
    client.made("POST", "environments", {"name": name, "python": python, "requirements": "alpha==1.0\n"})
    assert client.get("environments/{name}", name=name)["packages"] == ["alpha==1.0"]
    client.made("PATCH", "environments/{name}", {"packages": ["beta"]}, name=name)
    assert client.get("environments/{name}", name=name)["packages"] == ["alpha==1.0", "beta==1.0"]
    client.made("PATCH", "environments/{name}", {"is_locked": True}, name=name)
    (lock,) = Path(client.get("environments/{name}", name=name)["path"]).parent.glob("pylock*.toml")
    from_lock = {"name": name, "python": python, "lock": lock.read_text(), "replace": True}
    client.made("POST", "environments", from_lock)
    assert client.get("environments/{name}", name=name)["packages"] == ["alpha==1.0", "beta==1.0"]
    refused = client.ask("PATCH", "environments/{name}", {"packages": []}, name=name)
    assert (refused.status_code, "lock" in refused.json()["message"]) == (422, True)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "Not A Name"}, 422, "usage"),
        ({"name": "../up"}, 422, "usage"),
        ({"name": "admin"}, 422, "usage"),
        ({"name": "a", "packages": ["--index-url=http://evil.example"]}, 422, "usage"),
        ({"name": "a", "packages": ["not a requirement!"]}, 422, "usage"),
        ({"name": "a", "python": "2.9"}, 404, "runtime_not_found"),
        ({"name": "a", "set": "no-such-set"}, 422, "usage"),
        ({"name": "a", "lock": "no lock"}, 422, "usage"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_what_cannot_be_meant_is_refused_before_a_task_is_made(
    client: Client, body: dict[str, Any], status: int, code: str
) -> None:
    before = client.get("tasks")
    refused = client.ask("POST", "environments", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert client.get("tasks") == before


def test_a_failure_is_the_sentence_of_the_error(client: Client, name: str, python: str) -> None:
    task = client.ended(
        client.begun("POST", "environments", {"name": name, "python": python, "packages": ["no-such-package"]})
    )
    assert (task["state"], task["error"]["code"], task["result"]) == ("failed", "install", None)
    assert "no-such-package" in task["error"]["message"]
    assert client.ask("GET", "environments/{name}", name=name).status_code == 404


def test_a_cancelled_task_leaves_nothing_half_done(
    client: Client, server: JupyterServer, name: str, python: str, slow: str
) -> None:
    before = server.below()
    id = client.begun("POST", "environments", {"name": name, "python": python, "packages": [slow]})
    client.when(id, is_running)
    assert server.below() - before
    assert client.get("environments/{name}", name=name)["state"] == "building"
    with client.events("tasks/{id}/events", id=id) as events:
        begun = time.monotonic()
        assert client.ask("DELETE", "tasks/{id}", id=id).status_code == 202
        assert [data["state"] for event, data in events if event == "task"][-1] == "cancelled"
    assert time.monotonic() - begun < 4
    assert server.below() - before == set()
    assert client.ask("GET", "environments/{name}", name=name).status_code == 404
    assert client.ask("DELETE", "tasks/{id}", id=id).json()["state"] == "cancelled"


def test_a_name_under_way_is_refused_and_the_same_wish_is_the_same_task(
    client: Client, name: str, python: str, slow: str
) -> None:
    wish = {"name": name, "python": python, "packages": [slow]}
    id = client.begun("POST", "environments", wish)
    assert client.begun("POST", "environments", wish) == id
    refused = client.ask("POST", "environments", {**wish, "packages": []})
    assert (refused.status_code, refused.json()["code"]) == (409, "task_busy")
    assert id in refused.json()["message"]


def test_a_wish_that_is_repeated_while_its_task_is_cancelled_is_not_taken_for_it(
    client: Client, name: str, python: str, slow: str
) -> None:
    wish = {"name": name, "python": python, "packages": [slow]}
    id = client.begun("POST", "environments", wish)
    client.when(id, is_running)
    client.ask("DELETE", "tasks/{id}", id=id)
    again = client.ask("POST", "environments", wish)
    assert again.status_code == 409 or again.json()["id"] != id


def test_tasks_beyond_the_limit_wait_and_can_be_cancelled_while_they_do(
    client: Client, name: str, python: str, slow: str
) -> None:
    wishes = [{"name": f"{name}.{number}", "python": python, "packages": [slow]} for number in range(5)]
    ids = [client.begun("POST", "environments", wish) for wish in wishes]
    assert client.when(ids[3], is_running)
    assert client.get("tasks/{id}", id=ids[4])["state"] == "pending"
    assert client.ask("DELETE", "tasks/{id}", id=ids[4]).json()["state"] == "cancelled"


def test_packages_are_previewed_installed_and_uninstalled(client: Client, made: str) -> None:
    path = "environments/{name}/packages"
    planned = client.ask("POST", path, {"packages": ["alpha==1.0"]}, name=made, query={"dry_run": "1"})
    changes = {"added": ["alpha==1.0"], "removed": ["alpha==2.0"], "is_dry_run": True}
    assert (planned.status_code, planned.json()) == (200, changes)
    assert client.get("environments/{name}", name=made)["packages"] == ["alpha==2.0", "beta==1.0"]
    assert client.made("POST", path, {"packages": ["alpha==1.0"]}, name=made) == {**changes, "is_dry_run": False}
    gone = client.made("DELETE", path, {"packages": ["beta"]}, name=made)
    assert gone == {"added": [], "removed": ["beta==1.0"], "is_dry_run": False}
    assert client.get("environments/{name}", name=made)["packages"] == ["alpha==1.0"]
    refused = client.ask("POST", path, {"packages": ["nope"]}, name=made, query={"dry_run": "1"})
    assert (refused.status_code, refused.json()["code"]) == (502, "install")
    for packages in ([], ["-e ."]):
        assert client.ask("POST", path, {"packages": packages}, name=made).status_code == 422


def test_an_environment_is_rebuilt_with_other_packages_and_locked(client: Client, made: str) -> None:
    client.made("PATCH", "environments/{name}", {"packages": ["alpha==1.0"]}, name=made)
    assert client.get("environments/{name}", name=made)["packages"] == ["alpha==1.0"]
    client.made("PATCH", "environments/{name}", {"is_locked": True}, name=made)
    assert client.get("environments/{name}", name=made)["is_locked"]
    for body in ({}, {"is_locked": False}, {"is_locked": True, "packages": []}, {"colour": "red"}):
        assert client.ask("PATCH", "environments/{name}", body, name=made).status_code == 422


def test_an_environment_in_use_is_kept_unless_forced(client: Client, made: str) -> None:
    assert client.ask("POST", "backends", {"environment": made}).status_code == 201
    refused = client.ask("DELETE", "environments/{name}", name=made)
    assert (refused.status_code, refused.json()["code"]) == (409, "environment_busy")
    assert client.get("environments/{name}", name=made)["backends"] == [made]
    assert client.ask("DELETE", "environments/{name}", name=made, query={"force": "1"}).status_code == 204
    assert client.get("backends") == []


@pytest.mark.parametrize(
    ("method", "template", "body"),
    [
        ("GET", "environments/{name}", None),
        ("PATCH", "environments/{name}", {"is_locked": True}),
        ("PATCH", "environments/{name}", {"python": "3.12"}),
        ("DELETE", "environments/{name}", None),
        ("GET", "environments/{name}/packages", None),
        ("POST", "environments/{name}/packages", {"packages": ["alpha"]}),
        ("DELETE", "environments/{name}/packages", {"packages": ["alpha"]}),
    ],
)
@pytest.mark.parametrize("name", ["unknown", "No Name", "a" * 100])
def test_an_unknown_environment_is_not_found(
    client: Client, method: str, template: str, body: dict[str, Any] | None, name: str
) -> None:
    refused = client.ask(method, template, body, name=name)
    assert refused.status_code == 404
    if name == "unknown":
        assert refused.json()["code"] == "environment_not_found"
        assert "'unknown'" in refused.json()["message"]


def test_unknown_tasks_and_runtimes_are_not_found(client: Client) -> None:
    for method, template in (("GET", "tasks/{id}"), ("DELETE", "tasks/{id}"), ("GET", "tasks/{id}/events")):
        assert client.ask(method, template, id="00000000-0000-4000-8000-000000000000").status_code == 404
    for method in ("GET", "DELETE"):
        assert client.ask(method, "runtimes/{id}", id="cpython-1.5.2").status_code == 404


def test_runtimes_are_listed_adopted_and_removed(client: Client, python: str) -> None:
    found = client.get("runtimes")
    assert any(Path(runtime["path"]).resolve() == Path(python).resolve() for runtime in found)
    adopted = client.made("POST", "runtimes", {"path": python, "name": "mine"})
    assert adopted == {"runtime": "mine", "how": "adopted", "note": ""}
    assert client.get("runtimes/{id}", id="mine")["kind"] == "adopted"
    assert client.ask("DELETE", "runtimes/{id}", id="mine").status_code == 204
    found_only = next(runtime["id"] for runtime in found if runtime["kind"] not in ("managed", "adopted"))
    assert client.ask("DELETE", "runtimes/{id}", id=found_only).status_code == 422


def test_who_asks_for_a_runtime_by_a_path_starts_nothing_there(client: Client, tmp_path: Path) -> None:
    program, trace = tmp_path / "python3", tmp_path / "was-started"
    program.write_text(f"#!/bin/sh\ntouch {trace}\n")
    program.chmod(0o700)
    refused = client.ask("GET", "runtimes/{id}", id=quote(str(program), safe=""))
    assert (refused.status_code, refused.json()["code"]) == (404, "runtime_not_found")
    assert not trace.exists()
    known = client.get("runtimes")[0]
    assert client.get("runtimes/{id}", id=known["version"])["version"] == known["version"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"version": "abc"}, 422), ({"name": "No Name"}, 422), ({"path": "/nowhere/python"}, 404), ({"colour": 1}, 422)],
)
def test_a_runtime_that_cannot_be_meant_is_refused_before_a_task_is_made(
    client: Client, body: dict[str, Any], status: int
) -> None:
    before = client.get("tasks")
    assert client.ask("POST", "runtimes", body).status_code == status
    assert client.get("tasks") == before


def test_what_a_task_tells_holds_no_password(client: Client, name: str, python: str) -> None:
    secret = "alpha @ http://user:hunter2@127.0.0.1:9/alpha-1.0-py3-none-any.whl"
    task = client.ended(client.begun("POST", "environments", {"name": name, "python": python, "packages": [secret]}))
    assert task["state"] == "failed"
    assert "hunter2" not in str(task)
    assert "hunter2" not in str(client.get("tasks"))

"""The panel where there is no server extension: real comm messages to a real kernel, real environments and backends."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from beep_jupyter import Beep
from beep_jupyter.backends import processes
from beep_jupyter.errors import ExecutionError
from beep_jupyter.server_ext import contract
from tests.magics.test_kernel import Kernel
from tests.panel.page import Page
from tests.runtimes.conftest import THIS_VERSION, Source

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
HOSTILE = "<img src=x onerror=alert(1)>"


def check(schema: str, value: Any) -> None:
    """Asserts that it is what REST would answer."""
    document = contract.document()
    wanted = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    Draft202012Validator(wanted, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


@pytest.fixture(scope="module")
def legacy(page: Page) -> str:
    """An environment that was built through the panel."""
    begun = page.call("POST", "environments", body={"name": "legacy", "packages": ["alpha==1.0"]})
    check("Task", begun)
    progress = page.wait_for("progress", id=begun["id"])
    assert progress["text"]
    done = page.wait_for("task", id=begun["id"], state="done")
    check("Task", done)
    return "legacy"


@pytest.fixture
def backend(page: Page, legacy: str) -> Iterator[str]:
    """A backend that was started through the panel."""
    started = page.call("POST", "backends", body={"kind": "pipe", "environment": legacy, "name": "worked"})
    check("Backend", started)
    page.wait_for("backend", name="worked", state="idle")
    yield "worked"
    if any(health.name.split("@")[0] == "worked" for health in Beep().backends()):
        page.call("DELETE", "backends", "worked")
        page.wait_for("backend", name="worked", state="ended")


def test_the_widget_holds_what_the_page_needs_to_know(page: Page, kernel: Kernel) -> None:
    assert page.state["home"] == os.environ["BEEP_HOME"]
    assert page.state["kernel_pid"] == int(kernel.run("import os; os.getpid()")[0]["data"]["text/plain"])
    assert "application/vnd.jupyter.widget-view+json" in page.shown


def test_all_lists_are_those_of_rest(page: Page, legacy: str, backend: str) -> None:
    for what, schema in (("runtimes", "Runtime"), ("environments", "Environment"), ("backends", "Backend")):
        found = page.call("GET", what)
        assert found
        for item in found:
            check(schema, item)
    assert page.call("GET", "environments")[0]["packages"] == ["alpha==1.0"]
    assert [task["target"] for task in page.call("GET", "tasks")][:1] == [legacy]


def test_an_install_shows_what_it_would_do_and_then_does_it(page: Page, legacy: str) -> None:
    path, body = ("POST", "environments", legacy, "packages"), {"packages": ["beta"]}
    preview = page.call(*path, flags=("dry_run",), body=body)
    assert preview == {"added": ["beta==1.0"], "removed": [], "is_dry_run": True}
    assert page.call("GET", "environments")[0]["packages"] == ["alpha==1.0"]
    begun = page.call(*path, body=body)
    assert page.wait_for("task", id=begun["id"], state="done")["result"]["added"] == ["beta==1.0"]


def test_what_is_refused_is_one_sentence(page: Page, legacy: str) -> None:
    assert page.refusal("POST", "environments", body={"name": "Not A Name"}).startswith("'Not A Name'")
    assert "legacy" in page.refusal("POST", "environments", body={"name": legacy, "packages": ["beta"]})
    assert "No backend" in page.refusal("POST", "backends", "nobody", "interrupt")
    assert page.refusal("GET", "secrets") == "The panel cannot GET secrets. Show it again: `%beep panel`."
    assert "not known" in page.refusal("DELETE", "tasks", "nothing")


def test_a_name_that_would_be_html_comes_back_as_the_text_it_is(page: Page) -> None:
    assert HOSTILE in page.refusal("POST", "environments", body={"name": HOSTILE})


def test_a_task_that_fails_says_why(page: Page, legacy: str) -> None:
    begun = page.call("POST", "environments", legacy, "packages", body={"packages": ["nowhere-to-be-found"]})
    failed = page.wait_for("task", id=begun["id"], state="failed")
    check("Task", failed)
    assert "nowhere-to-be-found" in failed["error"]["message"]


def test_a_cancelled_build_leaves_nothing(page: Page, slow: str) -> None:
    begun = page.call("POST", "environments", body={"name": "never", "packages": [slow]})
    page.wait_for("progress", id=begun["id"])
    asked_at = time.monotonic()
    page.call("DELETE", "tasks", begun["id"])
    check("Task", page.wait_for("task", id=begun["id"], state="cancelled"))
    assert time.monotonic() - asked_at < 5
    assert "never" not in [found["name"] for found in page.call("GET", "environments")]


@pytest.mark.parametrize("kind", ["http", "grpc"])
def test_a_backend_of_each_kind_starts_and_stops(page: Page, legacy: str, kind: str) -> None:
    started = page.call("POST", "backends", body={"kind": kind, "environment": legacy, "name": kind})
    assert (started["kind"], started["owner"]) == (kind, page.state["kernel_pid"])
    page.wait_for("backend", name=kind, state="idle")
    page.call("DELETE", "backends", kind)
    page.wait_for("backend", name=kind, state="ended")


def test_a_backend_of_the_panel_is_the_notebooks_too(page: Page, backend: str) -> None:
    assert page.kernel.run(f"%%beep_eval {backend}\n6 * 7")[0]["data"]["text/plain"] == "42"


def test_another_backends_code_is_interrupted(page: Page, backend: str) -> None:
    other = Beep().connect(f"{backend}@{page.state['kernel_pid']}")
    ended: list[BaseException] = []

    def work() -> None:
        try:
            other.execute("import time\ntime.sleep(60)")
        except ExecutionError as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    page.wait_for("backend", name=backend, state="busy")
    assert page.call("POST", "backends", backend, "interrupt") == {"interrupted": True}
    thread.join(10)
    other.close()
    assert [error.ename for error in ended] == ["KeyboardInterrupt"]


def test_the_log_comes_as_text(page: Page, backend: str) -> None:
    lines = page.call("GET", "backends", backend, "logs")
    assert any("ready" in line for line in lines)


def test_anothers_backend_is_looked_at_and_the_name_still_means_the_notebooks_own(page: Page, backend: str) -> None:
    with Beep().start("pipe", "legacy", name=backend) as others:
        name = f"{backend}@{os.getpid()}"
        assert page.call("GET", "backends", name, "logs")
        assert page.call("POST", "backends", name, "interrupt") == {"interrupted": False}
        own = next(found for found in page.call("GET", "backends") if found["name"] == backend)
        asked = page.kernel.run(f"%%beep_eval {backend}\nimport os; os.getpid()")
        assert asked[0]["data"]["text/plain"] == str(own["worker_pid"])
        page.call("DELETE", "backends", name)
        assert not others.connection_file.exists()
    assert [found["pid"] for found in page.call("GET", "backends")] == [own["pid"]]


def test_a_restart_through_the_panel_needs_no_explanation_in_the_next_cell(page: Page, backend: str) -> None:
    page.kernel.run(f"%%beep_eval {backend}\nx = 1")
    page.call("POST", "backends", backend, "restart")
    assert page.kernel.run(f"%%beep_eval {backend}\n'x' in globals()")[0]["data"]["text/plain"] == "False"


def test_a_runtime_is_downloaded_and_removed_and_a_cancelled_download_leaves_nothing(
    page: Page, downloads: Source
) -> None:
    folder = Beep().home / "runtimes"
    page.kernel.run(f"%env BEEP_DOWNLOAD_LIST={downloads.list_file}")
    assert page.refusal("POST", "runtimes", body={"version": "abc"}).startswith("'abc' is no Python version.")
    downloads.offer("slow")
    begun = page.call("POST", "runtimes", body={"version": THIS_VERSION})
    check("Task", begun)
    while not page.wait_for("progress", id=begun["id"])["done_bytes"]:
        pass
    page.call("DELETE", "tasks", begun["id"])
    check("Task", page.wait_for("task", id=begun["id"], state="cancelled"))
    assert list(folder.iterdir()) == []
    downloads.offer("good")
    begun = page.call("POST", "runtimes", body={"version": THIS_VERSION})
    done = page.wait_for("task", id=begun["id"], state="done")
    check("Task", done)
    assert done["result"]["how"] == "downloaded"
    id = done["result"]["runtime"]
    assert [found["kind"] for found in page.call("GET", "runtimes") if found["id"] == id] == ["managed"]
    page.call("DELETE", "runtimes", id)
    assert list(folder.iterdir()) == []
    assert id in page.refusal("DELETE", "runtimes", id)


def test_a_worker_that_died_is_told_and_restarted(page: Page, backend: str) -> None:
    before = next(found for found in page.call("GET", "backends") if found["name"] == backend)
    os.kill(before["worker_pid"], signal.SIGKILL)
    page.wait_for("backend", name=backend, state="dead")
    after = page.call("POST", "backends", backend, "restart")
    assert (after["state"], after["worker_pid"] != before["worker_pid"]) == ("idle", True)


def test_events_come_while_the_kernel_is_busy_and_replies_after_it(page: Page, legacy: str) -> None:
    busy = page.kernel.send("import time; time.sleep(3)")
    begun_at = time.monotonic()
    asked = page.ask("GET", "backends")
    beside = Beep().start("pipe", legacy, name="beside", detach=True)
    page.wait_for("backend", name="beside")
    assert time.monotonic() - begun_at < 3
    assert asked not in page.heard
    assert page.reply(asked)["ok"]
    assert asked in page.heard
    assert time.monotonic() - begun_at > 2.5
    page.kernel.reply(busy)
    beside.stop()
    page.wait_for("backend", name="beside", state="ended")


def test_a_page_that_goes_leaves_no_thread_and_unloading_no_comm(page: Page, slow: str) -> None:
    before = page.left()
    assert "beep-panel-watch" in before["threads"]
    page.say({"type": "go", "page": "one"})
    assert page.left_soon(before | {"threads": []})
    page.say({"type": "come", "page": "two"})
    begun = page.call("POST", "environments", body={"name": "unfinished", "packages": [slow]})
    page.wait_for("progress", id=begun["id"])
    late = {"name": "late", "python": ">=3.8", "packages": [slow]}
    page.ask("POST", "environments", body=late)  # is answered while the extension is unloaded
    page.kernel.run("%unload_ext beep_jupyter")
    assert page.left() == {"comms": 0, "threads": []}
    assert [pid for pid in processes.descendants(page.state["kernel_pid"]) if processes.is_alive(pid)] == []
    assert not list((Beep().home / "environments").glob("unfinished*/**/pyvenv.cfg"))

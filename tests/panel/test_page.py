"""The page itself in headless Chromium: it is given hostile names and lines, dead backends, and nothing at all.

The kernel is played by a table of replies: what real ones say is in test_through_the_kernel.py.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter.panel.widget import PARTS, STATIC, Panel

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: `apt install chromium`")
HOSTILE = "<img src=x onerror=\"document.title='hacked'\">"

# The page's clock runs fast (`--virtual-time-budget`), so nothing here waits in earnest.
PAGE = """<!doctype html><html><head><title>calm</title><style>%(css)s</style></head><body><div id="place"></div>
<script>
const replies = %(replies)s, said = [], listeners = [];
const model = {
  get: (name) => ({ home: "/home", kernel_pid: 7 })[name],
  on: (name, listener) => listeners.push(listener),
  off: (name, listener) => listeners.splice(listeners.indexOf(listener), 1),
  send: (message) => {
    said.push(message);
    if (message.type !== "request") return;
    const content = replies[`${message.method} ${message.path.join("/")}`];
    const reply = content === undefined ? { ok: false, content: { message: %(refusal)s } } : { ok: true, content };
    setTimeout(() => listeners.forEach((listen) => listen({ type: "reply", id: message.id, ...reply })), 1);
  },
};
const the = (name) => document.querySelector(`[data-beep="${name}"]`);
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const press = (where, key) =>
  where.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
</script>
<script type="module">
%(esm)s
const leave = await render({ model, el: document.getElementById("place") });
await later(50);
const results = {};
%(script)s
const told = document.createElement("script");
told.type = "application/json";
told.id = "results";
told.textContent = JSON.stringify(results).replaceAll("<", "\\\\u003c");
document.body.append(told);
</script></body></html>"""


def backend(name: str, **facts: Any) -> dict[str, Any]:
    plain = {"kind": "pipe", "environment": "legacy", "state": "idle", "worker_pid": 1, "owner": 7, "sessions": []}
    return {"name": name, **plain, **facts}


def environment(name: str, **facts: Any) -> dict[str, Any]:
    plain = {"path": f"/home/environments/{name}", "version": "3.9.1", "state": "ready", "packages": [], "problem": ""}
    return {"name": name, **plain, "size_bytes": 2048, **facts}


def shown(tmp_path: Path, script: str = "", refusal: str = "No.", **replies: Any) -> tuple[dict[str, Any], str]:
    """What a script in the page found out, and the page at its end, as HTML."""
    lists: dict[str, Any] = {"GET backends": [], "GET environments": [], "GET runtimes": [], "GET tasks": []}
    given = {key.replace("_", " ", 1).replace("__", "/"): value for key, value in replies.items()}
    parts = {
        "css": Panel._css,
        "esm": str(Panel._esm).replace("export default { render };", ""),
        "replies": json.dumps(lists | given).replace("<", "\\u003c"),
        "refusal": json.dumps(refusal).replace("<", "\\u003c"),
        "script": script,
    }
    file = tmp_path / "page.html"
    file.write_text(PAGE % parts, encoding="utf-8")
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=20000", "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = re.search(r'<script type="application/json" id="results">(.*?)</script>', done.stdout, re.DOTALL)
    assert found, done.stdout[-2000:] + done.stderr[-2000:]
    body = done.stdout[
        done.stdout.index('<div id="place">') : done.stdout.index("<script>", done.stdout.index("place"))
    ]
    results: dict[str, Any] = json.loads(found[1])
    return results | {"is_calm": "<title>calm</title>" in done.stdout}, body


def test_every_part_is_in_the_module_and_none_can_say_html() -> None:
    assert {path.stem for path in STATIC.glob("*.js")} == set(PARTS)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"):
        assert word not in str(Panel._esm), word


@in_chromium
def test_empty_lists_say_what_to_do(tmp_path: Path) -> None:
    results, body = shown(
        tmp_path,
        """
        for (const name of ["backends-empty", "environments-empty", "runtimes-empty"]) {
          results[name] = the(name).checkVisibility() && the(name).textContent;
        }
        results.work = the("tasks").checkVisibility();
        results.mode = the("mode").textContent;
        leave();
        results.said = said.map((message) => message.type);
        """,
    )
    assert results["environments-empty"].startswith("No environments yet. Create one: ")
    assert "Start one" in results["backends-empty"]
    assert "beep init" in results["runtimes-empty"]
    assert results["work"] is False
    assert "while a cell runs, everything here waits" in results["mode"]
    assert (results["said"][0], results["said"][-1]) == ("come", "go")
    assert "<td" not in body


@in_chromium
def test_names_log_lines_and_errors_are_text(tmp_path: Path) -> None:
    task = {"id": "1", "method": HOSTILE, "target": HOSTILE, "state": "failed", "error": {"message": HOSTILE}}
    results, body = shown(
        tmp_path,
        """
        the("backend-logs").click();
        await later(50);
        results.log = the("logs-text").textContent;
        the("environment-delete").click();
        the("backend-interrupt").click();
        await later(50);
        results.notice = the("notice").firstChild.textContent;
        results.images = document.images.length;
        """,
        refusal=HOSTILE,
        GET_backends=[backend(HOSTILE, environment=HOSTILE, kind=HOSTILE)],
        GET_environments=[environment(HOSTILE, problem=HOSTILE, packages=[HOSTILE], state=HOSTILE)],
        GET_runtimes=[{"id": HOSTILE, "version": HOSTILE, "kind": HOSTILE, "path": HOSTILE, "problem": HOSTILE}],
        GET_tasks=[task | {"progress": {"text": HOSTILE}}],
        **{f"GET_backends__{HOSTILE}__logs": [HOSTILE, "second"]},
    )
    assert results["log"] == f"{HOSTILE}\nsecond"
    assert results["notice"] == HOSTILE
    assert (results["images"], results["is_calm"]) == (0, True)
    assert "&lt;img" in body
    assert "<img" not in re.sub(r'"[^"]*"', "", body)


@in_chromium
def test_a_backend_that_died_offers_the_restart_and_one_that_ended_another_start(tmp_path: Path) -> None:
    results, _ = shown(
        tmp_path,
        """
        const tell = (data) => listeners.forEach((listen) => listen({ type: "event", event: "backend", data }));
        const row = (name) => document.querySelector(`tbody[data-name="${name}"]`);
        const in_row = (name, control) => row(name).querySelector(`[data-beep="${control}"]`);
        tell({ name: "a", state: "dead", worker_pid: null });
        tell({ name: "b", state: "ended", worker_pid: null });
        tell({ name: "c", state: "idle", worker_pid: 2 });
        results.dead = in_row("a", "backend-problem").textContent;
        results.restart = in_row("a", "backend-restart").className;
        results.ended = in_row("b", "backend-problem").textContent;
        results.again = in_row("b", "backend-again").checkVisibility();
        results.stop = in_row("b", "backend-stop").checkVisibility();
        results.lost = in_row("c", "backend-problem").textContent;
        in_row("b", "backend-again").click();
        await later(50);
        results.body = said.at(-1).body;
        results.fresh = in_row("b", "backend-problem").textContent;
        in_row("a", "backend-restart").click();
        await later(50);
        results.after = in_row("a", "backend-problem").textContent;
        tell({ name: "d", state: "idle", owner: 9, kind: "pipe", environment: "legacy" });
        in_row("d", "backend-stop").click();
        tell({ name: "d", state: "ended" });
        await later(50);
        results.stopped = row("d");
        """,
        GET_backends=[backend("a"), backend("b", kind="http"), backend("c")],
        GET_environments=[environment("legacy")],
        POST_backends=backend("b", kind="http", worker_pid=5),
        POST_backends__a__restart=backend("a", worker_pid=4),
        DELETE_backends__d=None,
    )
    assert "died" in results["dead"]
    assert results["restart"] == "beep-main"
    assert "ended" in results["ended"]
    assert (results["again"], results["stop"]) == (True, False)
    assert "variables are gone" in results["lost"]
    assert results["body"] == {"kind": "http", "environment": "legacy", "name": "b"}
    assert (results["fresh"], results["after"]) == ("", "")
    assert results["stopped"] is None


@in_chromium
def test_everything_can_be_done_by_keyboard(tmp_path: Path) -> None:
    results, body = shown(
        tmp_path,
        """
        the("create-name").value = "new";
        the("create-packages").value = "pandas<2, requests[socks,use]";
        press(the("create-packages"), "Enter");
        results.created = said.at(-1);
        the("environment-install").focus();
        the("environment-install").click();
        results.focus = document.activeElement.dataset.beep;
        the("install-packages").value = "six";
        press(document.activeElement, "Enter");
        await later(50);
        results.changes = the("install-changes").textContent;
        results.next = document.activeElement.dataset.beep;
        press(document.activeElement, "Escape");
        results.back = document.activeElement.dataset.beep;
        results.closed = the("install-form");
        the("environment-delete").click();
        results.careful = document.activeElement.dataset.beep;
        const controls = [...document.querySelectorAll("button, input, select")];
        results.unnamed = controls.filter((each) => !each.dataset.beep).length;
        results.unlabelled = controls.filter((each) => !each.textContent && !each.labels?.length).length;
        results.skipped = controls.filter((each) => each.tabIndex < 0).length;
        """,
        GET_environments=[environment("legacy")],
        POST_environments={"id": "1", "method": "environments.create", "target": "new", "state": "running"},
        POST_environments__legacy__packages={"added": ["six==1.0"], "removed": [], "is_dry_run": True},
    )
    assert results["created"]["body"] == {"name": "new", "packages": ["pandas<2", "requests[socks,use]"]}
    assert (results["focus"], results["next"], results["back"]) == (
        "install-packages",
        "install",
        "environment-install",
    )
    assert results["changes"] == "Would add six==1.0."
    assert results["closed"] is None
    assert results["careful"] == "delete-keep"
    assert (results["unnamed"], results["unlabelled"], results["skipped"]) == (0, 0, 0)
    assert 'data-beep="task-progress"' in body

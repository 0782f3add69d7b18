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
    assert "Download one" in results["runtimes-empty"]
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


@in_chromium
def test_the_focus_stays_near_where_it_was_when_its_control_goes(tmp_path: Path) -> None:
    results, _ = shown(
        tmp_path,
        """
        const tell = (event, data) => listeners.forEach((listen) => listen({ type: "event", event, data }));
        const at = () => [document.activeElement.dataset.beep, document.activeElement.dataset.name];
        const one = (control, name) => document.querySelector(`[data-beep="${control}"][data-name="${name}"]`);
        const focus = (control, name) => one(control, name).focus();
        focus("backend-stop", "b");
        tell("backend", { name: "b", state: "ended" });
        results.ended = at();
        the("backend-dismiss").focus();
        one("backend-dismiss", "b").click();
        results.dismissed = at();
        focus("task-cancel", "new");
        tell("task", { id: "1", method: "environments.create", target: "new", state: "cancelled" });
        results.cancelled = at();
        the("task-dismiss").click();
        results.work = at();
        focus("backend-interrupt", "a");
        document.activeElement.click();
        await later(50);
        the("notice-dismiss").focus();
        the("notice-dismiss").click();
        results.notice = at();
        the("backend-logs").focus();
        the("backend-logs").click();
        tell("backend", { name: "a", state: "ended" });
        one("backend-dismiss", "a").click();
        the("logs-text").focus();
        press(the("logs-text"), "Escape");
        results.log = at();
        """,
        GET_backends=[backend("a"), backend("b")],
        GET_tasks=[{"id": "1", "method": "environments.create", "target": "new", "state": "running"}],
    )
    assert results["ended"] == ["backend-again", "b"]
    assert results["dismissed"] == ["backend-interrupt", "a"]
    assert results["cancelled"] == ["task-dismiss", "new"]
    assert results["work"][0]
    assert results["notice"] == ["refresh", None] or results["notice"] == ["refresh"]
    assert results["log"][0]


@in_chromium
def test_late_news_of_what_was_stopped_here_are_no_news(tmp_path: Path) -> None:
    results, _ = shown(
        tmp_path,
        """
        const tell = (data) => listeners.forEach((listen) => listen({ type: "event", event: "backend", data }));
        const row = (name) => document.querySelector(`tbody[data-beep="backend"][data-name="${name}"]`);
        row("a").querySelector('[data-beep="backend-stop"]').click();
        await later(50);
        tell({ name: "a", state: "dead", worker_pid: null });
        tell({ name: "a", state: "busy", worker_pid: 1 });
        results.late = row("a") === null;
        tell({ name: "a", state: "ended", worker_pid: null });
        results.ended = row("a") === null;
        the("environment-delete").click();
        the("delete").click();
        await later(50);
        tell({ name: "b", state: "ended", worker_pid: null });
        results.inside = row("b") === null;
        tell({ name: "b", state: "idle", worker_pid: 2, owner: 7, kind: "pipe", environment: "legacy" });
        tell({ name: "b", state: "ended", worker_pid: null });
        results.another = row("b").querySelector("p").textContent;
        """,
        GET_backends=[backend("a", environment="other"), backend("b")],
        GET_environments=[environment("legacy")],
        DELETE_backends__a=None,
        DELETE_environments__legacy=None,
    )
    assert (results["late"], results["ended"], results["inside"]) == (True, True, True)
    assert "ended" in results["another"]


@in_chromium
def test_requirements_may_hold_blanks_and_commas(tmp_path: Path) -> None:
    results, _ = shown(
        tmp_path,
        """
        const split = (text) => words(text);
        results.words = [
          "pandas>=1.5,<2 requests",
          " numpy >= 1.26, < 3 ,six  requests[socks,use] , a[b] c",
          "report @ file:///tmp/report /tmp/other",
          "a,b\\tc",
          "",
        ].map(split);
        """,
    )
    assert results["words"] == [
        ["pandas>=1.5,<2", "requests"],
        ["numpy >= 1.26, < 3", "six", "requests[socks,use]", "a[b]", "c"],
        ["report @ file:///tmp/report", "/tmp/other"],
        ["a", "b", "c"],
        [],
    ]


@in_chromium
def test_of_old_work_the_last_is_shown_and_what_nobody_knows_any_more_has_failed(tmp_path: Path) -> None:
    plain = {"method": "environments.create", "state": "done", "progress": None, "error": None, "result": None}
    results, _ = shown(
        tmp_path,
        """
        const states = () => [...document.querySelectorAll('[data-beep="task-state"]')].map(
          (state) => [state.dataset.name, state.textContent]);
        results.opened = states();
        replies["GET tasks"] = [];
        the("refresh").click();
        await later(50);
        results.again = states();
        results.why = the("task-text").textContent;
        """,
        GET_tasks=[
            *({**plain, "id": str(number), "target": f"old{number}"} for number in range(9)),
            {**plain, "id": "10", "target": "now", "state": "running"},
        ],
    )
    old = [["old8", "done"], ["old7", "done"], ["old6", "done"]]
    assert results["opened"] == [["now", "running"], *old]
    assert results["again"] == [["now", "failed"], *old]
    assert "try again" in results["why"]


@in_chromium
def test_a_runtime_is_downloaded_with_its_progress_and_one_that_is_managed_removed(tmp_path: Path) -> None:
    runtimes = [
        {"id": "cpython-3.12.1", "version": "3.12.1", "kind": "managed", "path": "/home/runtimes/x", "problem": ""},
        {"id": "system", "version": "3.11.2", "kind": "system", "path": "/usr/bin/python3", "problem": ""},
    ]
    task = {"id": "1", "method": "runtimes.init", "target": "3.9", "progress": None, "error": None, "result": None}
    results, _ = shown(
        tmp_path,
        """
        const tell = (event, data) => listeners.forEach((listen) => listen({ type: "event", event, data }));
        const row = (id) => document.querySelector(`[data-beep="runtime"][data-name="${id}"]`);
        const offers = [...document.querySelectorAll('[data-beep="runtime-remove"]')];
        results.offered = offers.map((each) => each.checkVisibility());
        the("download-version").value = "3.9";
        press(the("download-version"), "Enter");
        await later(50);
        results.asked = said.at(-1);
        tell("progress", { id: "1", text: "Downloading Python 3.9", done_bytes: 10, total_bytes: 40 });
        results.share = the("task-progress").value / the("task-progress").max;
        the("task-cancel").click();
        results.cancel = [said.at(-1).method, ...said.at(-1).path];
        replies["GET runtimes"][1] = { ...replies["GET runtimes"][1], kind: "adopted" };
        const note = "No network. The best Python found on this machine is used instead: 3.11.2.";
        const result = { runtime: "system", how: "adopted", note };
        tell("task", { ...replies["POST runtimes"], state: "done", result });
        await later(50);
        results.note = the("task-text").textContent;
        results.kind = row("system").rows[0].cells[2].textContent;
        row("cpython-3.12.1").querySelector("button").click();
        results.question = the("remove-form").textContent;
        results.careful = document.activeElement.dataset.beep;
        the("remove").click();
        await later(50);
        results.removed = said.filter(({ method }) => method === "DELETE").at(-1).path;
        results.refused = the("notice").firstChild.textContent;
        """,
        refusal="Runtime 'cpython-3.12.1' is used by the environment legacy.",
        GET_runtimes=runtimes,
        POST_runtimes={**task, "state": "running"},
        DELETE_tasks__1={**task, "state": "running"},
    )
    assert results["offered"] == [True, False]
    assert (results["asked"]["method"], results["asked"]["path"]) == ("POST", ["runtimes"])
    assert results["asked"]["body"] == {"version": "3.9"}
    assert results["share"] == 0.25
    assert results["cancel"] == ["DELETE", "tasks", "1"]
    assert "instead: 3.11.2" in results["note"]
    assert results["kind"] == "adopted"
    assert "'cpython-3.12.1' from the disk?" in results["question"]
    assert results["careful"] == "remove-keep"
    assert results["removed"] == ["runtimes", "cpython-3.12.1"]
    assert "is used by" in results["refused"]


@in_chromium
def test_a_log_that_is_followed_keeps_what_is_selected_and_is_no_activity(tmp_path: Path) -> None:
    results, _ = shown(
        tmp_path,
        """
        the("backend-logs").click();
        await later(50);
        getSelection().selectAllChildren(the("logs-text"));
        const before = said.length;
        await later(2500);
        results.polls = said.length - before;
        results.selected = getSelection().toString();
        results.flags = said.at(-1).flags;
        """,
        GET_backends=[backend("a")],
        GET_backends__a__logs=["first", "second"],
    )
    assert results["polls"] >= 2
    assert results["selected"].split() == ["first", "second"]
    assert results["flags"] == ["no_track_activity"]  # Jupyter's: for whose sake no hub keeps a server


@in_chromium
def test_events_come_again_from_a_server_that_refused_for_a_while(tmp_path: Path) -> None:
    results, _ = shown(
        tmp_path,
        """
        leave();
        const sources = [];
        globalThis.EventSource = class extends EventTarget {
          static CLOSED = 2;
          readyState = 0;
          constructor(url) {
            super();
            this.url = url;
            sources.push(this);
          }
          close() { this.readyState = 2; }
          happen(name, readyState, data) {
            this.readyState = readyState;
            this.dispatchEvent(Object.assign(new Event(name), { data }));
          }
        };
        const heard = [];
        const join = () => {
          const carrier = new RestCarrier("/beep/v1");
          const hear = (what) => (...details) => heard.push([what, ...details]);
          carrier.listen(hear("event"), hear("open"), hear("wait"));
          return carrier;
        };
        const one = join();
        const two = join();
        results.shared = sources.length;
        two.close();
        two.close();
        sources[0].happen("open", 1);
        sources[0].happen("error", 2);
        const late = join();
        late.close();
        await later(6000);
        results.sources = sources.length;
        sources[1].happen("open", 1);
        sources[1].happen("task", 1, '{"id": "1"}');
        results.heard = heard;
        one.close();
        results.closed = sources[1].readyState;
        join();
        results.anew = sources.length;
        """,
    )
    assert (results["shared"], results["sources"], results["closed"], results["anew"]) == (1, 2, 2, 3)
    lost = [["wait", True], ["wait", True], ["open"]]  # the one that is told, and one that comes meanwhile
    again = [["wait", False], ["open"], ["event", "task", {"id": "1"}]]
    assert results["heard"][:9] == [["open"], ["open"], ["wait", False], *lost, *again]


@in_chromium
def test_a_kernel_that_is_gone_is_said_in_a_sentence_and_the_panel_can_be_taken_away(tmp_path: Path) -> None:
    results, _ = shown(
        tmp_path,
        """
        model.send = () => { throw new Error("Cannot send"); };
        the("backend-interrupt").click();
        await later(5000);
        results.said = the("notice").firstChild.textContent;
        leave();
        results.listeners = listeners.length;
        """,
        GET_backends=[backend("a")],
    )
    assert results["said"] == "The kernel that showed this panel is gone. Run %beep panel again."
    assert results["listeners"] == 0

"""The benchmarks run, in a quick form: every row is there, who cannot take part is named, and nothing is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest

from benchmarks import page, promises, results, schedule
from benchmarks.arena import Arena
from benchmarks.contestant import CannotDoError, Contestant
from benchmarks.driver import Stage
from benchmarks.environment import choose_environment
from benchmarks.measures import frame
from benchmarks.metrics import metrics
from benchmarks.roster import ROSTER
from benchmarks.sizes import FULL, QUICK
from benchmarks.weather import own_s

CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs/explanation/benchmarks.md"
RUN_S = 100


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which one quick run of the command has written."""
    folder, mark = tmp_path_factory.mktemp("benchmarks"), uuid.uuid4().hex
    page_file = folder / "page.md"
    page_file.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    command = [sys.executable, "-m", "benchmarks", "--quick", "--page", str(page_file)]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=os.environ | {"BENCHMARK_MARK": mark}, capture_output=True, text=True,
        timeout=RUN_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert marked(mark) == []
    (folder / "shown.txt").write_text(done.stdout)
    return folder


def marked(mark: str) -> list[str]:
    """What still runs of a command that was started with this mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("BENCHMARK_MARK") == mark:
                found.append(" ".join(process.cmdline()))
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
    return found


@pytest.fixture
def result(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "page.json").read_text())
    return found


def row(result: dict[str, Any], metric: str, contestant: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = result["rows"]
    (found,) = [row for row in rows if (row["metric"], row["contestant"]) == (metric, contestant)]
    return found


def test_every_metric_has_a_row_for_every_contestant(result: dict[str, Any]) -> None:
    expected = [(metric.name, name) for metric in metrics(QUICK) for name in ROSTER]
    assert [(row["metric"], row["contestant"]) for row in result["rows"]] == expected


def test_who_is_not_installed_is_skipped_by_name(result: dict[str, Any]) -> None:
    for name, contestant in ROSTER.items():
        states = {(row["state"], row["reason"]) for row in result["rows"] if row["contestant"] == name}
        if contestant.missing():
            assert states == {("skipped", f"{', '.join(contestant.missing())} is not installed")}
        else:
            assert "skipped" not in {state for state, _ in states}


@pytest.mark.parametrize("kind", ["pipe", "http", "grpc"])
def test_all_transports_are_measured_in_everything(result: dict[str, Any], kind: str) -> None:
    for metric in metrics(QUICK):
        if metric.measure != "host":
            found = row(result, metric.name, kind)
            if metric.measure.startswith("frame") and find_spec("pandas") is None:
                assert (found["state"], found["reason"]) == ("skipped", "pandas is not installed")
            else:
                assert (found["state"], found["reason"]) == ("measured", "")
                assert found["value"] > 0


def test_ratios_say_how_many_times_as_much_it_costs(result: dict[str, Any]) -> None:
    floor, pipe = row(result, "call", "floor"), row(result, "call", "pipe")
    assert pipe["times_floor"] == pytest.approx(pipe["value"] / floor["value"])
    copy, put = row(result, "put", "floor"), row(result, "put", "http")
    assert put["times_floor"] == pytest.approx(copy["value"] / put["value"])
    assert put["times_ours"] == pytest.approx(row(result, "put", "pipe")["value"] / put["value"])


def test_all_promises_are_judged(result: dict[str, Any]) -> None:
    assert [promise["promise"] for promise in result["promises"]] == [promise.what for promise in promises.PROMISES]
    unjudged = [promise for promise in result["promises"] if promise["holds"] is None]
    assert all("was not measured" in promise["reason"] for promise in unjudged)
    assert len(unjudged) < len(result["promises"]) / 2


def test_the_machine_is_told_without_names(run: Path) -> None:
    text = (run / "page.json").read_text()
    for name in (os.uname().nodename, str(Path.home()), str(CHECKOUT), "/tmp"):
        assert name not in text


def test_what_others_did_meanwhile_is_told(result: dict[str, Any]) -> None:
    assert 0 <= result["run"]["others_cores"] <= result["machine"]["cores"]


def test_a_child_that_worked_is_not_other_work() -> None:
    before = own_s()
    subprocess.run([sys.executable, "-c", "sum(range(30_000_000))"], check=True)
    assert own_s() - before > 0.2


def test_tables_and_picture_show_it(run: Path, result: dict[str, Any]) -> None:
    shown = (run / "shown.txt").read_text()
    for title in ("One evaluated 1 + 1", "Many started side by side", "Promises"):
        assert title in shown
    texts = [node.text for node in ElementTree.parse(run / "page.svg").iter() if node.tag.endswith("}text")]
    assert {"start to first result", "pipe", "http", "grpc"} <= set(texts)
    written = (run / "page.md").read_text()
    assert written.startswith(f"before\n{page.BEGIN}")
    assert written.endswith(f"{page.END}\nafter\n")
    assert page.shown(result) in written


def test_a_run_can_be_shown_again(run: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--run", str(run / "page.json")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == (run / "shown.txt").read_text()


def test_a_run_that_is_ended_leaves_nothing() -> None:
    mark = uuid.uuid4().hex
    command = [sys.executable, "-m", "benchmarks", "--only", "pipe", "--only", "connection"]
    environment = os.environ | {"BENCHMARK_MARK": mark}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "start" in process.stderr.readline()
        process.terminate()
        assert process.wait(30) == 1
    assert marked(mark) == []


def test_the_page_in_the_docs_shows_the_run_beside_it() -> None:
    result = json.loads(PAGE.with_suffix(".json").read_text())
    assert result["run"]["size"] == "full"
    assert page.shown(result) in PAGE.read_text()
    assert {row["metric"] for row in result["rows"]} == {metric.name for metric in metrics(FULL)}
    assert {row["contestant"] for row in result["rows"]} == set(ROSTER)


def test_who_takes_too_long_has_failed_and_is_ended(tmp_path: Path) -> None:
    choose_environment(None, tmp_path)
    arena = Arena(replace(QUICK, limit_s=0.01), tmp_path)
    late = {"failed": "it took longer than 0 s"}
    assert [arena.ask("floor", "call", 0) for _ in range(3)] == [
        late, late, {"failed": "it was stopped before at its time limit"}
    ]  # fmt: skip
    assert psutil.Process().children() == []


def test_who_dies_has_failed_with_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "numpy.py").write_text("raise SystemError('no such luck in /home/somebody/lib')")
    arena = Arena(QUICK, tmp_path)
    assert arena.ask("floor", "call", 0) == {"failed": "its process ended: SystemError: no such luck in …"}


class Stubborn(Contestant):
    """Cannot do frames, answers calls wrongly, loses lines."""

    name, role, what = "stubborn", "peer", "a test's"
    starts = 0

    def start(self) -> None:
        self.starts += 1

    def call(self) -> int:
        return 2

    def lines(self, count: int) -> int:
        return count - 1


def test_what_it_cannot_do_is_no_failure() -> None:
    with pytest.raises(CannotDoError):
        frame(Stubborn(), QUICK)
    assert Stage(Stubborn(), QUICK).carry_out(("frame", 0)) == {"unable": True}


def test_a_wrong_answer_is_a_failure_after_which_it_starts_afresh() -> None:
    stubborn = Stubborn()
    stage = Stage(stubborn, QUICK)
    assert stage.carry_out(("lines", 0)) == {"failed": "WrongAnswerError: 499 of 500 lines came back"}
    stage.clear()
    assert set(stage.carry_out(("call", 0))) == {"samples"}
    assert stubborn.starts == 2


def test_rounds_go_through_all_and_every_other_one_backwards() -> None:
    asked: list[tuple[str, str]] = []

    def ask(name: str, measure: str, count: int) -> dict[str, Any]:
        asked.append((measure, name))
        return {"failed": "broken"} if name == "b" else {"samples": {measure: [1.0]}}

    logs = schedule.carry_out(["a", "b", "c"], replace(FULL, starts=3), ask, lambda what: None)
    assert [name for measure, name in asked if measure == "start"] == ["a", "b", "c", "c", "a", "a", "c"]
    step = schedule.Step("start", 3)
    assert logs[step, "a"].samples == {"start": [1.0] * 3}
    assert (logs[step, "b"].state, logs[step, "b"].reason) == ("failed", "broken")


def test_a_promise_compares_with_the_best_of_its_peers() -> None:
    promise = promises.least("speed", 4, "put", "pipe", "execnet", "rpyc", "appose")
    values = {"pipe": 9.0, "execnet": 1.0, "rpyc": 3.0, "appose": None}
    rows: list[results.Row] = [
        {"metric": "put", "contestant": name, "unit": "B/s", "value": value} for name, value in values.items()
    ]
    judged = promise.judge(rows)
    assert (judged["measured"], judged["holds"], judged["limit"]) == (3.0, False, "at least 4")
    assert promise.judge(rows[1:])["holds"] is None

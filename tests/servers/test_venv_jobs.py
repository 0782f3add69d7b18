"""Management commands as processes: real ones, and stand-ins that behave as badly as one can."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter.backends import processes
from beep_jupyter.home import Home
from beep_jupyter.resources import PACKAGE
from tests.backends.conftest import wait_until

import venv_jobs
from control import Refused
from poller import Poller
from supervisor import Supervisor
from venv_jobs import VenvJob, VenvJobs

Pretend = Callable[[str], None]


def no_worker(incarnation: str) -> Any:
    raise AssertionError("these tests need no worker")


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def supervisor(poller: Poller, log: list[str]) -> Supervisor:
    return Supervisor(no_worker, "id", poller, log.append)


@pytest.fixture
def jobs(home: Home, supervisor: Supervisor, log: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[VenvJobs]:
    """Jobs of a server that would run here; afterwards no process and no thread of them is left."""
    monkeypatch.setattr(sys, "argv", ["server", str(PACKAGE.parent)])
    threads = threading.active_count()
    made = VenvJobs(supervisor, log.append)
    yield made
    made.stop(at_once=True)
    assert wait_until(lambda: processes.descendants(os.getpid()) == [])
    assert wait_until(lambda: threading.active_count() <= threads)


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """Puts other code in the place of the program that carries commands out."""

    def put(code: str) -> None:
        (tmp_path / "stand_in.py").write_text(code)
        monkeypatch.setattr(venv_jobs, "PROGRAM", str(tmp_path / "stand_in.py"))

    return put


WAIT = """
import sys
sys.stdin.readline()
print('{"progress": {"text": "begun"}}', flush=True)
sys.stdin.read()
"""


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code, str(refused.value)


def is_reaped(job: VenvJob) -> bool:
    return job.process.returncode is not None and not os.path.exists(f"/proc/{job.process.pid}")


def test_an_environment_is_made_listed_and_deleted(jobs: VenvJobs, home: Home) -> None:
    fields = {"providerName": "Some Provider", "modelId": "M 1", "python": sys.executable}
    job = jobs.start("create", fields)
    told = [step["text"] for step in job.progress()]
    made = job.result()
    assert "Making environment 'some-provider-m-1'" in told[0]
    assert made["success"] is True
    (found,) = jobs.start("list", {}).result()["environments"]
    assert (found["name"], found["path"], found["state"]) == ("some-provider-m-1", made["path"], "ready")
    assert jobs.start("status", {"name": "some-provider-m-1"}).result() == {"environment": found}
    assert jobs.start("create", fields).result() == made
    assert jobs.start("delete", {"name": "some-provider-m-1"}).result() == {"success": True}
    assert jobs.start("list", {}).result() == {"environments": []}


def test_an_error_has_its_code_its_sentence_and_its_facts(jobs: VenvJobs) -> None:
    with pytest.raises(Refused) as refused:
        jobs.start("status", {"name": "nothing"}).result()
    assert refused.value.code == "environment_not_found"
    assert str(refused.value) == "No environment is called 'nothing'."
    assert refused.value.facts["name"] == "nothing"
    assert refused.value.facts["cure"]


def test_a_wrong_field_starts_no_process(jobs: VenvJobs) -> None:
    assert refusal(lambda: jobs.start("create", {})) == ("bad_request", "field 'providerName' is missing")
    assert processes.descendants(os.getpid()) == []


def test_a_command_that_is_cancelled_at_once_hears_it(jobs: VenvJobs, home: Home) -> None:
    job = jobs.start("create", {"providerName": "x", "python": sys.executable})
    begun = time.monotonic()
    job.cancel()
    job.cancel()
    assert refusal(job.result) == ("cancelled", "it was cancelled; nothing is left half done")
    assert time.monotonic() - begun < venv_jobs.CANCEL_S / 2
    assert jobs.start("list", {}).result() == {"environments": []}


def test_a_command_that_does_not_hear_is_killed(
    jobs: VenvJobs, pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venv_jobs, "CANCEL_S", 0.3)
    pretend("import time\ntime.sleep(100)")
    job = jobs.start("list", {})
    job.cancel()
    assert refusal(job.result)[0] == "cancelled"
    assert is_reaped(job)


def test_an_order_larger_than_a_pipe_holds_nobody_up(jobs: VenvJobs, pretend: Pretend) -> None:
    pretend(
        "import json, sys, time\ntime.sleep(1)\norder = json.loads(sys.stdin.readline())\n"
        "print(json.dumps({'result': {'size': len(order['fields']['lock'])}}))"
    )
    begun = time.monotonic()
    job = jobs.start("create", {"providerName": "x", "lock": "é" * (1 << 20)})
    assert time.monotonic() - begun < 0.5
    assert job.result() == {"size": 1 << 20}


@pytest.mark.parametrize(
    "code",
    [
        "raise MemoryError('no room')",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        'import os\nos.write(1, b\'{"result": {"succ\')',
        "print('hello')\nprint('[1, 2]')",
        "",
    ],
    ids=["raises", "killed", "cut", "chatters", "silent"],
)
def test_a_program_that_fails_is_an_internal_error(jobs: VenvJobs, pretend: Pretend, code: str) -> None:
    pretend(code)
    job = jobs.start("list", {})
    assert refusal(job.result) == ("internal", "the management command failed")
    assert is_reaped(job)


def test_how_a_program_failed_is_in_the_log(jobs: VenvJobs, pretend: Pretend, log: list[str]) -> None:
    pretend("print('{', flush=True)\nraise MemoryError('no room')")
    job = jobs.start("list", {})
    refusal(job.result)
    assert log[-1] == f"management command {job.process.pid}: MemoryError: no room"


def test_what_comes_before_the_result_does_not_disturb_it(jobs: VenvJobs, pretend: Pretend) -> None:
    pretend("print('a .pth file says hello')\nprint('{\"result\": {\"a\": 1}}')\nprint('bye')")
    assert jobs.start("list", {}).result() == {"a": 1}


def test_more_than_a_few_at_once_are_refused(jobs: VenvJobs, pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv_jobs, "MAX_JOBS", 2)
    pretend(WAIT)
    first = jobs.start("list", {})
    jobs.start("list", {})
    assert refusal(lambda: jobs.start("list", {})) == ("crowded", "2 management commands run already")
    first.cancel()
    refusal(first.result)
    assert wait_until(lambda: first not in jobs._jobs)
    jobs.start("list", {})


def test_a_machine_without_room_for_a_process_says_so(jobs: VenvJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    expected = ("crowded", "no process can be started: No such file or directory")
    assert refusal(lambda: jobs.start("list", {})) == expected


def test_a_named_command_is_watched_until_it_ends(jobs: VenvJobs, pretend: Pretend) -> None:
    pretend(WAIT)
    seen: list[str] = []
    watching = threading.Thread(target=lambda: seen.extend(step["text"] for step in jobs.watch("mine")))
    watching.start()
    job = jobs.start("list", {}, "mine")
    assert wait_until(lambda: seen == ["begun"])
    assert watching.is_alive()
    job.cancel()
    watching.join(5)
    assert not watching.is_alive()


def test_nobody_waits_for_long_for_a_command_that_does_not_begin(
    jobs: VenvJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venv_jobs, "WATCH_S", 0.1)
    assert list(jobs.watch("nobody")) == []


@pytest.mark.parametrize("at_once", [False, True])
def test_a_stop_cancels_all_and_refuses_more(jobs: VenvJobs, pretend: Pretend, at_once: bool) -> None:
    pretend(WAIT)
    running = [jobs.start("list", {}) for _ in range(3)]
    jobs.stop(at_once=at_once)
    assert [refusal(job.result)[0] for job in running] == ["cancelled"] * 3
    assert refusal(lambda: jobs.start("list", {})) == ("cancelled", "the backend is stopping")


def test_a_stop_does_not_wait_for_the_deaf(jobs: VenvJobs, pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv_jobs, "STOP_AT_ONCE_S", 0.2)
    pretend("import signal, time\nsignal.signal(2, signal.SIG_IGN)\ntime.sleep(100)")
    job = jobs.start("list", {})
    begun = time.monotonic()
    jobs.stop(at_once=True)
    assert time.monotonic() - begun < 1
    assert wait_until(lambda: is_reaped(job))


def test_the_supervisor_leaves_a_job_to_whom_it_belongs(
    jobs: VenvJobs, supervisor: Supervisor, pretend: Pretend
) -> None:
    pretend("")
    job = jobs.start("list", {})
    while job.process.returncode is None:  # whoever reaps it first decides what its exit status is
        supervisor.reap_orphans()
    refusal(job.result)
    assert job.process.returncode == 0
    assert supervisor._watched == set()

"""Every command works on every kind: what a user of the terminal sees is the same."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from beep_jupyter import Beep

pytestmark = [pytest.mark.usefixtures("legacy"), pytest.mark.filterwarnings("ignore::ResourceWarning")]
BEEP = [sys.executable, "-m", "beep_jupyter"]
KINDS = ("pipe", "http", "grpc")
ADDRESSES = {"pipe": "unix:/", "http": "http://127.0.0.1:", "grpc": "127.0.0.1:"}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, beep) -> str:
    """The kind of the detached backend `one`."""
    done = beep("start", request.param, "--venv", "legacy", "--name", "one", "--detach")
    assert done.status == 0, done.err
    return request.param


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_start_prints_the_address_and_status_shows_it(beep, kind: str) -> None:
    (health,) = json.loads(beep("status", "--json").out)
    assert health["address"].startswith(ADDRESSES[kind])
    assert (health["kind"], health["environment"], health["owner"]) == (kind, "legacy", None)
    assert health["address"] in beep("status").out


def test_eval_shows_output_and_value_and_its_status_follows_the_code(beep, kind: str) -> None:
    done = beep("eval", "one", "import sys; print('out'); print('err', file=sys.stderr); 6 * 7")
    assert (done.status, done.out, done.err) == (0, "out\n42\n", "err\n")
    assert beep("eval", "one", "raise SystemExit(7)").status == 7
    failed = beep("eval", "one", "1 / 0")
    assert failed.status == 1
    assert "ZeroDivisionError: division by zero" in failed.err


def test_run_gives_a_script_its_arguments(beep, kind: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(__name__, sys.argv[1:])\n")
    assert beep("run", "one", str(script), "a", "--b").out == "__main__ ['a', '--b']\n"


def test_restart_interrupt_logs_and_doctor(beep, kind: str) -> None:
    assert beep("eval", "one", "kept = 1").status == 0
    assert beep("interrupt", "one").out == "Backend 'one' runs nothing now.\n"
    assert beep("restart", "one").out == "Backend 'one' has a fresh worker; its variables are gone.\n"
    assert "NameError" in beep("eval", "one", "kept").err
    logged = beep("logs", "one").out
    assert "ready: worker" in logged
    assert "ended: restart" in logged
    assert beep("doctor", "one").out.endswith("All checks passed.\n")


def test_logs_follow_until_the_backend_ends(beep, kind: str) -> None:
    with subprocess.Popen([*BEEP, "logs", "one", "--follow"], stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        assert "ready: worker" in follower.stdout.readline()
        assert beep("stop", "one").out == "Backend 'one' is stopped.\n"
        assert "ended: stop" in follower.stdout.read()
        assert follower.wait(5) == 0


def test_adopting_makes_the_backend_end_with_the_command(beep, kind: str) -> None:
    with subprocess.Popen([*BEEP, "adopt", "one"], stdout=subprocess.PIPE, text=True) as adopter:
        assert adopter.stdout is not None
        assert adopter.stdout.readline() == "Backend 'one' now ends with this command.\n"
        assert Beep().backends()[0].owner == adopter.pid
        adopter.kill()
    deadline = time.monotonic() + 2
    while Beep().backends():
        assert time.monotonic() < deadline, "it outlived its owner"
        time.sleep(0.05)


def test_docs_hands_out_a_link_of_an_http_backend_only(beep, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda link: bool(opened.append(link)))  # there is no browser to open it
    done = beep("docs", "one")
    if kind == "http":
        assert done.out == f"Open {opened[0]} within a minute; it works once.\n"
    else:
        said = f"Error: Backend 'one' is a {kind} backend: it has no API page.\nHint: Start an http backend.\n"
        assert (done.status, done.err, opened) == (2, said, [])


@pytest.mark.parametrize("kind", ["http", "grpc"])
def test_a_port_is_taken_where_it_is_free_and_said_where_it_is_not(beep, kind: str) -> None:
    port = free_port()
    first = beep("start", kind, "--venv", "legacy", "--name", "first", "--port", str(port), "--detach")
    assert first.out == f"Backend 'first' ({kind}) is ready at {ADDRESSES[kind]}{port}.\n"
    second = beep("start", kind, "--venv", "legacy", "--name", "second", "--port", str(port), "--detach")
    assert second.status == 1
    assert f"port {port} of 127.0.0.1 cannot be had: Address already in use" in second.err
    assert "Hint: Take another `--port`, or leave it out: a free one is found." in second.err
    assert [health.name for health in Beep().backends()] == ["first"]

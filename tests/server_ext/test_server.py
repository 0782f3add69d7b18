"""The server as a whole: enabled by installation, never held up, and gone with all that it started."""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from beep_jupyter import __version__
from tests.environments.conftest import uv_program
from tests.server_ext.jupyter import CHECKOUT, Client, JupyterServer
from tests.server_ext.test_environments import is_running

GONE_S = 3.0
LIST = ["-m", "jupyter_server.extension.serverextension", "list"]


def still_alive(pids: set[int]) -> set[int]:
    """Those of the processes that run after a while."""
    deadline = time.monotonic() + GONE_S
    while time.monotonic() < deadline:
        left = {pid for pid in pids if Path(f"/proc/{pid}").exists()}
        if not left:
            return left
        time.sleep(0.05)
    return left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["asked", "killed"])
def test_the_end_of_the_server_leaves_no_process(
    place: Path, source: dict[str, str], python: str, slow: str, number: int
) -> None:
    server = JupyterServer(place / f"end{number}", variables=source)
    client = server.client()
    try:
        for kind in ("pipe", "http", "grpc"):
            started = client.ask("POST", "backends", {"kind": kind, "name": kind})
            assert started.status_code == 201
        child = "import subprocess; subprocess.Popen(['sleep', '300'], start_new_session=True); 1"
        assert client.ask("POST", "backends/{name}/execute", {"code": child}, name="pipe").json()["result"] == 1
        id = client.begun("POST", "environments", {"name": "slow", "python": python, "packages": [slow]})
        client.when(id, is_running)
        assert client.ask("POST", "backends", {"name": "other", "detach": True}).status_code == 201
        detached = client.get("backends/{name}", name="other")
        following = client.events("events")  # a stream that nobody closes does not hold up the end
        next(following.__enter__())
        started_all = server.below()
        assert len(started_all) > 8
    finally:
        server.end(number)
    kept = {detached["pid"], detached["worker_pid"]}
    assert still_alive(started_all - kept) == set()
    assert all(Path(f"/proc/{pid}").exists() for pid in kept)
    subprocess.run(
        [sys.executable, "-m", "beep_jupyter", "stop", "other"], env=server.variables, check=True, capture_output=True
    )
    assert still_alive(kept) == set()
    assert [path.name for path in (server.home / "environments").iterdir() if not path.name.startswith(".")] in (
        [],
        ["slow"],  # the folder that holds the lock; nothing is published in it
    )


def test_slow_work_does_not_hold_up_the_servers_loop(client: Client, python: str, slow: str) -> None:
    client.get("runtimes")
    id = client.begun("POST", "environments", {"name": "slow", "python": python, "packages": [slow]})
    client.when(id, is_running)
    taken = []
    for _ in range(20):
        begun = time.monotonic()
        client.get("runtimes")
        taken.append(time.monotonic() - begun)
    assert statistics.median(taken) < 0.1
    assert client.get("tasks/{id}", id=id)["state"] == "running"


def test_many_waiting_executions_hold_up_nobody(client: Client) -> None:
    assert client.ask("POST", "backends", {"name": "busy"}).status_code == 201
    url = f"{client.base_url}/beep/v1/backends/busy/execute"
    body = {"code": "import time; time.sleep(2)"}
    streams = [client.http.stream("POST", url, json=body, headers={"Accept": "text/event-stream"}) for _ in range(12)]
    for stream in streams:
        stream.__enter__()
    begun = time.monotonic()
    assert client.ask("POST", "backends/{name}/interrupt", name="busy").json() == {"interrupted": True}
    assert client.get("backends/{name}", name="busy")["name"] == "busy"
    assert time.monotonic() - begun < 1
    assert client.ask("DELETE", "backends/{name}", name="busy").status_code == 204
    for stream in streams:
        stream.__exit__(None, None, None)


def test_a_backend_that_nobody_uses_is_culled_where_that_was_asked_for(place: Path) -> None:
    server = JupyterServer(place / "cull", "--BeepApp.cull_idle_timeout_s=1")
    client = server.client()
    try:
        for said in ({"name": "used"}, {"name": "unused"}, {"name": "kept", "idle_timeout_s": 0}):
            assert client.ask("POST", "backends", said).status_code == 201
        deadline = time.monotonic() + 10
        while "unused" in (names := {found["name"] for found in client.get("backends")}):
            assert time.monotonic() < deadline
            assert client.ask("POST", "backends/{name}/execute", {"code": "1"}, name="used").status_code == 200
            time.sleep(0.2)
        assert names == {"used", "kept"}
    finally:
        server.end()


def environment_of_the_host(folder: Path) -> Path:
    """The interpreter of an environment that sees what is installed for this one: what we need, and hatchling."""
    subprocess.run([uv_program(), "venv", "-q", "--no-config", "--python", sys.executable, str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "host.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin/python"


@pytest.mark.parametrize("options", [[], ["-e"]], ids=["wheel", "editable"])
def test_installation_enables_the_extension(tmp_path: Path, options: list[str]) -> None:
    python = environment_of_the_host(tmp_path / "venv")
    install = [uv_program(), "pip", "install", "-q", "--no-config", "--offline", "--no-deps", "--no-build-isolation"]
    subprocess.run([*install, "--python", str(python), *options, str(CHECKOUT)], check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "PYTHON"))}
    variables = kept | {"HOME": str(tmp_path)}
    done = subprocess.run([python, *LIST], env=variables, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = re.sub(r"\x1b\[\d+m", "", done.stdout + done.stderr)
    assert "beep_jupyter enabled" in told
    assert f"beep_jupyter {__version__} OK" in told
    enabling = tmp_path / "venv/etc/jupyter/jupyter_server_config.d/beep_jupyter.json"
    assert json.loads(enabling.read_text()) == {"ServerApp": {"jpserver_extensions": {"beep_jupyter": True}}}

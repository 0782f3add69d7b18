"""What `openapi.yaml` says is so: every operation with data made from it, good and bad.

Left out: streams without an end. Off: that valid data is accepted, which code does not promise, and that a method which
is not documented is answered in some certain way. A task that was cancelled can still be looked at. Nothing is asked of
a registry.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter.server_ext import contract
from tests.server_ext.jupyter import TOKEN, Client, JupyterServer

SEED = 20261121
LEFT_OUT = "events$"
SETTINGS = f"""
headers = {{ Authorization = "token {TOKEN}" }}
request-timeout = 30

[generation]
with-security-parameters = false
""" + "".join(
    f"\n[checks.{name}]\nenabled = false\n"
    for name in ("positive_data_acceptance", "unsupported_method", "ignored_auth", "use_after_free")
)


@pytest.fixture
def asked(place: Path, source: dict[str, str]) -> Iterator[Client]:
    """A server of its own, for what random data leave behind, that cannot ask a registry for made-up packages."""
    server = JupyterServer(place / "fuzzed", variables={**source, "UV_OFFLINE": "1"})
    yield server.client()
    log = server.log.read_text()
    server.end()
    assert "Traceback" not in log


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("examples", [2, pytest.param(100, marks=pytest.mark.campaign)])
def test_the_contract_is_true(asked: Client, tmp_path: Path, examples: int) -> None:
    assert asked.ask("POST", "backends", {"name": "here"}).status_code == 201
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    command = [str(Path(sys.executable).with_name("st")), "run", str(contract.FILE), "--url", str(asked.http.base_url)]
    command += ["--no-color", "--max-examples", str(examples), "--seed", str(SEED), "--exclude-path-regex", LEFT_OUT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"\b[1-9]\d* passed", done.stdout), done.stdout[-6000:]
    assert asked.get("tasks") is not None

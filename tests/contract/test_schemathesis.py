"""What the OpenAPI document of an http backend says is so: every operation with data made from it, good and bad.

Left out: streams without an end and the end of the backend (`own`, `logs`, `stop`). Off: that valid data is accepted,
which code does not promise. A time limit that is reached is no failure of the server. Nothing is asked of a registry.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter.backends.backend import Backend

from .auth_census import token_of
from .conftest import Start

SEED = 20261121
LEFT_OUT = "^/api/(own|logs|stop)$"
SETTINGS = """
headers = {{ Authorization = "Bearer {token}" }}
request-timeout = 30

[checks.positive_data_acceptance]
enabled = false

[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 504]
"""


@pytest.fixture
def backend(start: Start, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """One that cannot ask a registry for the packages that are made up."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    with start("http") as running:
        yield running


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("examples", [2, pytest.param(100, marks=pytest.mark.campaign)])
def test_the_document_is_true(backend: Backend, tmp_path: Path, examples: int) -> None:
    (tmp_path / "schemathesis.toml").write_text(SETTINGS.format(token=token_of(backend)))
    command = [str(Path(sys.executable).with_name("st")), "run", f"{backend.address}/openapi.json", "--no-color"]
    command += ["--max-examples", str(examples), "--seed", str(SEED), "--exclude-path-regex", LEFT_OUT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Coverage" in done.stdout
    assert re.search(r"\b[1-9]\d* passed", done.stdout), done.stdout[-6000:]
    assert backend.evaluate("1 + 1") == 2
    assert not [line for line in backend.logs() if "Traceback" in line]

"""The examples of `docs/how-to/use-rest.md` run as they stand there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.server_ext.jupyter import TOKEN, Client, JupyterServer
from tests.test_docs import blocks

PAGE = Path(__file__).parents[2] / "docs/how-to/use-rest.md"


def test_the_examples_run(server: JupyterServer, client: Client) -> None:
    program = "import warnings; warnings.simplefilter('ignore')\n" + "\n".join(blocks(PAGE, "python"))
    variables = os.environ | {"URL": server.url + client.base_url, "TOKEN": TOKEN}
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-3:] == ["done", "ok 42 hello", ""]

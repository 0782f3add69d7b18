"""Whose a backend is, by the process that owns it."""

from __future__ import annotations

import json
import os
import socket

import pytest

from beep_jupyter.backends.names import is_jupyter_server
from beep_jupyter.home import Home, jupyter_runtime_folder


@pytest.mark.usefixtures("home")
def test_a_process_with_the_number_of_a_server_that_was_killed_is_none() -> None:
    folder = jupyter_runtime_folder()
    folder.mkdir(parents=True, exist_ok=True)
    left = folder / f"jpserver-{os.getpid()}.json"
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else begins to
        left.write_text(json.dumps({"pid": os.getpid(), "port": taken.getsockname()[1]}))
        assert not is_jupyter_server(os.getpid())
        left.write_text(json.dumps({"pid": os.getpid(), "port": listening.getsockname()[1]}))
        assert is_jupyter_server(os.getpid())
    left.write_text(json.dumps({"pid": os.getpid(), "port": 0, "sock": "/run/jupyter.sock"}))
    assert is_jupyter_server(os.getpid())
    left.write_text("{")
    assert is_jupyter_server(os.getpid())
    left.unlink()
    assert not is_jupyter_server(os.getpid())
    assert not is_jupyter_server(None)


def test_a_process_that_cannot_be_seen_is_what_its_file_says(home: Home) -> None:
    (jupyter_runtime_folder() / "jpserver-999999999.json").parent.mkdir(parents=True, exist_ok=True)
    (jupyter_runtime_folder() / "jpserver-999999999.json").write_text(json.dumps({"port": 1}))
    assert is_jupyter_server(999999999)

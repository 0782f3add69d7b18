"""Kinds and addresses: what a user's word means."""

from __future__ import annotations

import subprocess
import sys

import pytest

from beep_jupyter.backends.transports import check_platform, is_address, kind_at, kind_of
from beep_jupyter.errors import UsageError


@pytest.mark.parametrize(
    ("word", "kind"), [("pipe", "pipe"), ("Pipe", "pipe"), ("Http", "http"), ("rpc", "grpc"), ("Rpc", "grpc")]
)
def test_kinds_are_taken_in_any_case_and_rpc_is_grpc(word: str, kind: str) -> None:
    assert kind_of(word) == kind


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"There is no kind of backend called 'smoke'\. There are: pipe, http, grpc"):
        kind_of("smoke")


def test_windows_is_pointed_to_backends_elsewhere() -> None:
    with pytest.raises(UsageError) as caught:
        check_platform("win32")
    assert str(caught.value) == (
        "Backends do not run on Windows yet. Start one of kind http or grpc on another machine, and connect to it by"
        " its address and token."
    )
    check_platform("linux")


@pytest.mark.parametrize(
    ("address", "kind"),
    [("unix:/run/x.sock", "pipe"), ("http://127.0.0.1:8000", "http"), ("127.0.0.1:50051", "grpc")],
)
def test_an_address_tells_its_kind(address: str, kind: str) -> None:
    assert is_address(address)
    assert kind_at(address) == kind


@pytest.mark.parametrize("text", ["legacy", "legacy@4711", "/tmp/run/legacy-1.json", "C:/x", "name.v2"])
def test_names_and_files_are_no_addresses(text: str) -> None:
    assert not is_address(text)


def test_a_pipe_client_imports_neither_httpx_nor_grpc() -> None:
    program = (
        "import sys; from beep_jupyter.backends.transports import open_transport; "
        "open_transport('pipe', 'unix:/nowhere', 'token', 'name'); "
        "print(sorted({'httpx', 'grpc'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

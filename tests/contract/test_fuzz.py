"""Thousands of frames that no client would send: nothing hangs, nothing grows, and others are served as before."""

from __future__ import annotations

import http.client
import random
import socket

import grpc
import pytest

from beep_jupyter.backends import processes
from beep_jupyter.backends.backend import Backend

from . import raw_pipe
from .auth_census import token_of
from .conftest import Start
from .fuzz import Fuzz

SEED = 20261121
GROWTH_BYTES = 20 << 20
WARM_UP = 300
FEWER = 500  # of kinds whose own libraries take frames apart
AT_ONCE = 5  # frames on one connection, as far as it lasts
ANSWER_S = 10.0
OFTEN = [10_000, pytest.param(100_000, marks=[pytest.mark.campaign, pytest.mark.timeout(1800)])]


@pytest.mark.parametrize("count", OFTEN)
def test_fuzzed_frames_hang_and_grow_nothing(start: Start, count: int) -> None:
    seed = SEED if count == OFTEN[0] else random.randrange(1 << 32)
    print(f"seed {seed}")
    backend = start("pipe", name="fuzzed")
    fuzz = Fuzz(seed)
    backend.evaluate("kept = 1")
    throw_frames(backend, fuzz, WARM_UP)
    worker, before = backend.health().worker_pid, memory_of(backend)
    throw_frames(backend, fuzz, count)
    assert backend.evaluate("kept") == 1
    assert backend.health().worker_pid == worker
    grown = memory_of(backend) - before
    print(f"{count} frames, {grown / 2**20:+.1f} MiB")
    assert grown < GROWTH_BYTES


def test_fuzzed_bodies_are_refused_by_http(start: Start) -> None:
    backend, fuzz = start("http"), Fuzz(SEED)
    client = http.client.HTTPConnection(backend.address.removeprefix("http://"), timeout=ANSWER_S)
    headers = {"Authorization": f"Bearer {token_of(backend)}", "Content-Type": "application/vnd.beep.frame"}
    backend.evaluate("kept = 1")
    before = memory_of(backend)
    for number in range(FEWER):
        route = ("call", "eval", "wrap", "setattr", "import")[number % 5]
        client.request("POST", f"/api/{route}", fuzz.request("session"), headers)
        answer = client.getresponse()
        answer.read()
        assert 400 <= answer.status < 500 or (route in ("eval", "wrap") and answer.status == 200)
    client.close()
    assert backend.evaluate("kept") == 1
    assert memory_of(backend) - before < GROWTH_BYTES


def test_fuzzed_messages_are_refused_by_grpc(start: Start) -> None:
    backend, fuzz, seen = start("grpc"), Fuzz(SEED), set()
    backend.evaluate("kept = 1")
    before = memory_of(backend)
    methods = ("CallMethod", "WrapValue", "SetAttribute", "PutVariable", "ImportModule")
    metadata = [("authorization", f"Bearer {token_of(backend)}")]
    with grpc.insecure_channel(backend.address) as channel:
        for number in range(FEWER):
            call = channel.stream_stream(f"/beep.v1.PythonService/{methods[number % 5]}")
            try:
                list(call(iter([fuzz.request("session")]), metadata=metadata, timeout=ANSWER_S))
            except grpc.RpcError as refused:
                seen.add(refused.code().name)
    assert seen <= {"INVALID_ARGUMENT", "NOT_FOUND", "INTERNAL", "ABORTED"}, seen
    assert backend.evaluate("kept") == 1
    assert memory_of(backend) - before < GROWTH_BYTES
    assert not [line for line in backend.logs() if "Traceback" in line]


def memory_of(backend: Backend) -> int:
    return processes.memory_bytes([backend.pid, *processes.descendants(backend.pid)])


def throw_frames(backend: Backend, fuzz: Fuzz, count: int) -> None:
    """Each conversation must have an end within the time of an answer, once the client has none to send any more."""
    path, token = backend.address.removeprefix("unix:"), token_of(backend)
    for number in range(0, count, AT_ONCE):
        plane = ("nowhere", "session", "control")[number // AT_ONCE % 3]
        if plane == "nowhere":
            for _ in range(AT_ONCE):
                converse(path, fuzz.before_hello(token))
        else:
            hello = raw_pipe.frame({"type": "hello", "protocol": 1, "token": token, "kind": plane})
            converse(path, hello + b"".join(fuzz.request(plane) for _ in range(AT_ONCE)))


def converse(path: str, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_S)
        client.connect(path)
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass

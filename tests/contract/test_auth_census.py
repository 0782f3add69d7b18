"""No token, no answer: every door of every kind refuses every wrong token with the same words."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends import launcher
from beep_jupyter.backends.backend import Backend
from beep_jupyter.resources import find_folder

from . import raw_pipe
from .auth_census import DOORS, census, knock_at_socket, token_of, wrong_tokens
from .conftest import Environments, Start
from .places import HOST

FEWEST = {"pipe": 30, "http": 30, "grpc": 36}
"""Routes that the census must find at least; fewer means that it looks in the wrong place."""


def assert_refusal(kind: str, answer: Any) -> None:
    """It says that the token is wrong or missing, and nothing else."""
    told = {"code": "unauthenticated", "message": "wrong or missing token"}
    if kind == "pipe":
        assert len(answer) == 8 + int.from_bytes(answer[:4], "little"), "more than the refusal was answered"
        assert json.loads(answer[8:]) == told | {"type": "refused"}
    elif kind == "grpc":
        status, details, trailing = answer
        assert (status, json.loads(details), trailing) == ("UNAUTHENTICATED", told, "[]")
    else:
        status, body = answer
        document = json.loads(body)
        assert (status, document["status"], document["code"]) == (401, 401, "unauthenticated")
        assert set(document) == {"type", "title", "status", "detail", "code"}


@pytest.fixture
def other(start: Start, kind: str) -> Backend:
    return start(kind)


def test_every_door_refuses_every_wrong_token_alike(start: Start, other: Backend, kind: str) -> None:
    backend = start(kind)
    before = backend.health().worker_pid
    answers = census(backend, wrong_tokens(backend, other))
    assert len({route for route, _ in answers}) >= FEWEST[kind]
    ((refusal, _),) = Counter(answers.values()).items()
    assert_refusal(kind, refusal)
    assert backend.health().worker_pid == before
    assert backend.evaluate("1 + 1") == 2


def test_the_right_token_opens_the_same_doors(start: Start, kind: str) -> None:
    backend = start(kind)
    door = DOORS[kind](backend)
    refusal = door.knock(door.routes()[0], "0" * 64)
    harmless = {"pipe": "control ping", "http": "GET /health", "grpc": "/beep.v1.ControlService/GetHealth"}[kind]
    assert harmless in door.routes()
    assert door.knock(harmless, token_of(backend)) != refusal
    door.close()


def test_the_census_fails_when_the_gate_is_removed(
    beep: Beep, other: Backend, environments: Environments, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "servers"
    shutil.copytree(find_folder("servers"), programs, ignore=shutil.ignore_patterns("__pycache__"))
    gates = [file for file in programs.glob("*.py") if "hmac.compare_digest(" in file.read_text()]
    for gate in gates:
        gate.write_text(gate.read_text().replace("hmac.compare_digest(", "(lambda *_: True)("))
    with monkeypatch.context() as patch:
        patch.setattr(launcher, "find_folder", lambda name: programs)
        backend = beep.start(kind, environments.of(HOST), name=f"open-{kind}")
    assert gates
    with backend:
        answers = census(backend, {"another backend's": token_of(other)})
        assert len(set(answers.values())) > 1


def test_a_token_that_is_no_text_is_refused_alike(start: Start) -> None:
    backend = start("pipe")
    path = backend.address.removeprefix("unix:")
    hello = {"type": "hello", "protocol": 1, "kind": "control"}
    refusal = knock_at_socket(path, raw_pipe.frame(hello))
    for token in (None, 5, [], {}, True, "ünï", "\ud800"):
        assert knock_at_socket(path, raw_pipe.frame(hello | {"token": token})) == refusal

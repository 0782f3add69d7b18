"""Relayed calls: keys, interrupts and time limits, on a real worker without a server around it."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from beep_jupyter.backends.frame_socket import BrokenError, FrameSocket
from beep_jupyter.resources import PACKAGE

if TYPE_CHECKING:
    from calls import Call, Calls
    from poller import Poller
    from supervisor import Supervisor

BUSY = "while True: pass"
HOLDING = "sum(range(10**12))"  # one step of Python, which looks at no signal before its end


@pytest.fixture
def supervisor(poller: Poller, tmp_path: Path) -> Iterator[Supervisor]:
    from spawn import Process
    from supervisor import Supervisor

    boot = str(PACKAGE / "worker" / "boot.py")

    def spawn(incarnation: str) -> Process:
        return Process(sys.executable, boot, str(tmp_path), incarnation, dict(os.environ))

    made = Supervisor(spawn, "beeptest", poller, log=lambda line: None)
    made.begin(spawn("beeptest.1"))
    yield made
    made.stop()


@pytest.fixture
def calls(supervisor: Supervisor, poller: Poller) -> Calls:
    from calls import Calls

    return Calls(supervisor, poller)


class Client:
    """A relay connection, and the calls that go over it one after the other."""

    def __init__(self, supervisor: Supervisor, calls: Calls) -> None:
        ours, theirs = socket.socketpair()
        self._calls = calls
        self._frames = FrameSocket(ours)
        self._request = 0
        self.number, self.incarnation = supervisor.connect("default", theirs)

    def begin(self, code: str, key: str | None = None, timeout_s: float | None = None) -> Call:
        self._request += 1
        call = self._calls.begin(
            "default", self.number, self._request, key=key, timeout_s=timeout_s, hang_up=self._frames.hang_up
        )
        request = {"type": "request", "id": self._request, "command": "eval", "fields": {"code": code}}
        self._frames.send(request)
        return call

    def reply(self) -> dict[str, Any]:
        """The worker's next reply, past the ready frame."""
        while (header := self._frames.receive()[0])["type"] != "reply":
            pass
        return header

    def close(self) -> None:
        self._frames.close()


@pytest.fixture
def client(supervisor: Supervisor, calls: Calls) -> Iterator[Client]:
    made = Client(supervisor, calls)
    yield made
    made.close()


@pytest.fixture
def another(supervisor: Supervisor, calls: Calls) -> Iterator[Client]:
    made = Client(supervisor, calls)
    yield made
    made.close()


def interrupt_until_it_helps(calls: Calls, key: str | None) -> None:
    deadline = time.monotonic() + 5
    while not calls.interrupt("default", key):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_key_interrupts_its_call(calls: Calls, client: Client) -> None:
    call = client.begin(BUSY, key="mine")
    time.sleep(0.2)
    assert calls.interrupt("default", "mine")
    assert client.reply()["error"]["ename"] == "KeyboardInterrupt"
    calls.end(call)


def test_without_a_key_whatever_runs_is_interrupted(calls: Calls, client: Client) -> None:
    client.begin(BUSY)
    interrupt_until_it_helps(calls, None)
    assert client.reply()["error"]["ename"] == "KeyboardInterrupt"
    assert calls.interrupt("default", None) is False


def test_an_interrupt_that_comes_before_its_call_is_remembered_for_that_call_alone(
    calls: Calls, client: Client
) -> None:
    assert calls.interrupt("default", "later") is False
    calls.end(client.begin("1 + 1", key="other"))
    assert client.reply()["fields"] == {"value": 2}
    client.begin("1 + 1", key="later")
    assert client.reply()["error"]["ename"] == "KeyboardInterrupt"


def test_the_second_interrupt_kills_the_worker_that_does_not_heed_the_first(
    calls: Calls, client: Client, supervisor: Supervisor
) -> None:
    client.begin(HOLDING, key="deaf")
    time.sleep(0.3)
    calls.interrupt("default", "deaf")
    calls.interrupt("default", "deaf")
    with pytest.raises(BrokenError):
        client.reply()
    obituary = supervisor.obituary("default", client.incarnation)
    assert obituary is not None
    assert obituary["reason"] == "interrupt"


def test_a_call_that_waits_for_anothers_is_withdrawn_by_its_interrupt(
    calls: Calls, client: Client, another: Client
) -> None:
    client.begin("import time; time.sleep(1); 'undisturbed'")
    time.sleep(0.2)
    waiting = another.begin("'never'", key="waits")
    calls.interrupt("default", "waits")
    assert waiting.is_withdrawn
    with pytest.raises(BrokenError):
        another.reply()
    assert client.reply()["fields"] == {"value": "undisturbed"}


def test_a_call_is_interrupted_at_its_time_limit(calls: Calls, client: Client) -> None:
    begun = time.monotonic()
    call = client.begin(BUSY, timeout_s=0.3)
    assert client.reply()["error"]["ename"] == "KeyboardInterrupt"
    assert call.is_late
    assert 0.25 < time.monotonic() - begun < 2
    calls.end(call)


def test_what_does_not_end_after_its_time_limit_is_killed(
    calls: Calls, client: Client, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.KILL_AFTER_TIMEOUT_S", 0.3)
    client.begin(HOLDING, timeout_s=0.3)
    with pytest.raises(BrokenError):
        client.reply()
    obituary = supervisor.obituary("default", client.incarnation)
    assert obituary is not None
    assert obituary["reason"] == "timeout"


def test_a_call_that_still_waits_at_its_time_limit_is_withdrawn_and_the_other_lives(
    calls: Calls, client: Client, another: Client
) -> None:
    client.begin("import time; time.sleep(1.2); 'undisturbed'")
    time.sleep(0.2)
    waiting = another.begin("'never'", timeout_s=0.2)
    with pytest.raises(BrokenError):
        another.reply()
    assert (waiting.is_late, waiting.is_withdrawn) == (True, True)
    assert client.reply()["fields"] == {"value": "undisturbed"}


def test_a_limit_on_a_request_that_runs_ends_with_it(calls: Calls, client: Client) -> None:
    call = client.begin("import time; time.sleep(0.4); 'in time'")
    time.sleep(0.2)
    calls.limit("default", call.connection, call.request, 0.5)
    assert client.reply()["fields"] == {"value": "in time"}
    client.begin("import time; time.sleep(0.6); 'the next one is not meant'")
    assert client.reply()["fields"] == {"value": "the next one is not meant"}
    assert calls._limited == set()


def test_calls_that_have_ended_are_forgotten(calls: Calls, client: Client) -> None:
    for number in range(50):
        call = client.begin("None", key=f"key-{number}", timeout_s=60)
        client.reply()
        calls.end(call)
    assert calls._limited == set()
    assert calls._by_key == {}
    assert threading.active_count() < 10

"""Connections that do not behave: they end, and nobody else notices."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from beep_jupyter.backends.backend import Backend
from tests.contract.problem_child import hold_the_gil
from tests.contract.waiting import wait_until

from .http_clients import HttpClient
from http_protocol import HEAD_S, MAX_CONNECTIONS


@pytest.fixture
def client(http_backend: Backend) -> HttpClient:
    return HttpClient(http_backend)


@pytest.fixture
def busy(client: HttpClient) -> Iterator[str]:
    """A session that ends with the test, whatever it does."""
    client.ask("POST", "/api/sessions", {"name": "busy"})
    yield "busy"
    client.ask("DELETE", "/api/sessions?name=busy")


def answers(connection: socket.socket, client: HttpClient) -> bool:
    """Whether the backend is well over a connection."""
    connection.sendall(client.head("GET /health"))
    seen = b""
    while not seen.endswith(b"}"):
        seen += connection.recv(65536)
    return seen.startswith(b"HTTP/1.1 200 OK")


def test_a_head_that_does_not_come_is_not_waited_for_while_an_idle_connection_is_kept(client: HttpClient) -> None:
    with ExitStack() as stack:
        silent, half, dripping, idle = (stack.enter_context(client.connection()) for _ in range(4))
        half.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n")
        assert answers(idle, client)
        begun = time.monotonic()
        while time.monotonic() - begun < HEAD_S - 0.5:
            dripping.sendall(b"G")
            time.sleep(0.25)
        for late in (silent, half, dripping):
            late.settimeout(3)
            with suppress(ConnectionResetError):
                assert late.recv(1) == b""
        assert HEAD_S - 0.5 < time.monotonic() - begun < HEAD_S + 2
        assert answers(idle, client)


@pytest.mark.parametrize(
    "said",
    [b"\x00\x01\x02\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000],
    ids=["bytes", "no version", "a long header"],
)
def test_what_is_no_http_is_answered_with_400_and_closed(client: HttpClient, said: bytes) -> None:
    assert client.say(said).startswith(b"HTTP/1.1 400 ")
    assert client.ask("GET", "/health").status == 200


def test_connections_beyond_the_limit_are_closed_and_the_others_served(client: HttpClient) -> None:
    with ExitStack() as stack:
        kept = stack.enter_context(client.connection())
        assert answers(kept, client)
        for _ in range(MAX_CONNECTIONS):
            stack.enter_context(client.connection())
        assert client.say(b"") == b""
        assert answers(kept, client)
    head = client.head("GET /health", connection="close")
    assert wait_until(lambda: client.say(head).startswith(b"HTTP/1.1 200"))


def test_health_waits_neither_for_code_nor_for_those_who_wait_for_it(client: HttpClient, busy: str) -> None:
    codes = [hold_the_gil(2), *["1"] * 80]
    calls = [
        threading.Thread(target=client.post, args=("eval",), kwargs={"code": code, "session": busy}) for code in codes
    ]
    for call in calls:
        call.start()
    assert wait_until(lambda: client.ask("GET", f"/health?session={busy}").json["state"] == "busy")
    begun = time.monotonic()
    assert client.ask("GET", "/health").status == 200
    assert client.ask("GET", "/api/sessions").status == 200
    assert client.post("eval", code="1").json == {"value": 1}
    assert time.monotonic() - begun < 1
    for call in calls:
        call.join(20)
        assert not call.is_alive()

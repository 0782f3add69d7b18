"""Who may come in, and what: Host, token, type, size, in this order and before anything is read or parsed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from beep_jupyter.backends.backend import Backend

from .http_clients import HttpClient
from http_docs import Links
from http_gate import MAX_BODY_BYTES, MAX_JSON_BYTES, Gate

TOKEN = "t" * 64
PORT = 8123
REFUSAL = {
    "type": "about:blank",
    "title": "Unauthorized",
    "status": 401,
    "detail": "wrong or missing token",
    "code": "unauthenticated",
}


class Knock:
    """One request to a gate, and what became of it.

    Attributes:
        status, body: of the answer.
        reached: what the application got, or None.
        was_read: whether the gate asked for the body.
    """

    def __init__(self, method: str = "POST", path: str = "/api/eval", kind: str = "http", **headers: str) -> None:
        known = {"host": f"127.0.0.1:{PORT}", "authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        pairs = (known | {name.replace("_", "-"): value for name, value in headers.items()}).items()
        self.scope: dict[str, Any] = {"type": kind, "method": method, "path": path, "query_string": b"", "headers": []}
        self.scope["headers"] = [(name.encode(), value.encode("latin-1")) for name, value in pairs if value != "-"]
        self.chunks: list[bytes] = [b"{}"]
        self.logged: list[str] = []
        self.reached: dict[str, Any] | None = None
        self.sent: list[dict[str, Any]] = []
        self.was_read = False

    def at(self, gate: Callable[..., Any] | None = None) -> Knock:
        links = Links()
        asyncio.run((gate or Gate(self._app, TOKEN, self.logged.append, links))(self.scope, self._receive, self._send))
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def answer(self) -> Any:
        return json.loads(self.sent[1]["body"])

    async def _app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.reached = scope | {"body": (await receive())["body"]}

    async def _receive(self) -> dict[str, Any]:
        self.was_read = True
        chunk = self.chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(self.chunks)}

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def test_who_has_the_token_comes_in_with_the_whole_body() -> None:
    knock = Knock()
    knock.chunks = [b'{"a"', b": 1}"]
    knock.at()
    assert knock.reached is not None
    assert knock.reached["body"] == b'{"a": 1}'


@pytest.mark.parametrize(
    "shown", ["-", "", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}0", TOKEN, "é"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/api/eval", "/docs", "/nothing", "/"])
def test_whoever_has_no_token_learns_one_thing_and_no_body_is_read(shown: str, method: str, path: str) -> None:
    for content_type in ("application/json", "text/plain", "-"):
        knock = Knock(method, path, authorization=shown, content_type=content_type, content_length="9" * 15).at()
        assert (knock.status, knock.answer) == (401, REFUSAL)
        assert (b"www-authenticate", b"Bearer") in knock.sent[0]["headers"]
        assert (b"connection", b"close") in knock.sent[0]["headers"]
        assert not knock.was_read
        assert knock.reached is None
        assert knock.logged == ["refused a request: unauthenticated"]


@pytest.mark.parametrize("host", ["localhost", f"LocalHost:{PORT}", f"[::1]:{PORT}", f"127.0.0.1:{PORT + 1}"])
def test_the_names_of_the_loopback_interface_are_its_hosts(host: str) -> None:
    assert Knock(host=host).at().reached is not None
    assert Knock(host=host, origin=f"http://{host}").at().reached is not None


@pytest.mark.parametrize(
    "host",
    [
        "-",
        "",
        "evil.example",
        f"evil.example:{PORT}",
        f"127.0.0.1:{PORT}.evil.example",
        "127.0.0.1.evil.example",
        "::1",
    ],
)
def test_a_foreign_host_is_refused_with_the_token_and_without(host: str) -> None:
    for shown in (f"Bearer {TOKEN}", "-"):
        knock = Knock(host=host, authorization=shown).at()
        assert (knock.status, knock.answer["code"], knock.was_read) == (403, "forbidden", False)


def test_two_hosts_are_refused() -> None:
    knock = Knock()
    knock.scope["headers"].append((b"host", b"evil.example"))
    assert knock.at().status == 403


@pytest.mark.parametrize("origin", ["null", "http://evil.example", f"https://localhost:{PORT}", "http://localhost"])
def test_a_foreign_origin_is_refused(origin: str) -> None:
    knock = Knock(origin=origin).at()
    assert (knock.status, knock.was_read) == (403, False)
    assert knock.answer["detail"] == "requests from other origins are not answered"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json", "-"]
)
def test_a_body_of_another_type_is_refused_unread(kind: str) -> None:
    knock = Knock(content_type=kind, content_length="2").at()
    assert (knock.status, knock.answer["code"], knock.was_read) == (415, "unsupported_type", False)


def test_raw_bytes_are_taken_by_the_routes_that_know_them_only() -> None:
    assert Knock(content_type="application/octet-stream", content_length="2").at().status == 415
    put = Knock("PUT", "/api/variables/x", content_type="application/octet-stream", content_length="2").at()
    assert put.reached is not None


def test_parameters_and_capitals_of_the_type_do_not_matter() -> None:
    assert Knock(content_type="Application/JSON; charset=utf-8", content_length="2").at().reached is not None


def test_no_body_needs_no_type() -> None:
    assert Knock("GET", "/health", content_type="-").at().reached is not None
    assert Knock("GET", "/health", content_type="text/plain").at().reached is not None
    assert Knock("POST", content_type="text/plain").at().status == 415


def test_a_body_that_is_said_to_be_too_large_is_refused_unread() -> None:
    knock = Knock(content_length=str(MAX_JSON_BYTES + 1)).at()
    assert (knock.status, knock.was_read) == (413, False)
    assert knock.answer["detail"] == f"the body is larger than {MAX_JSON_BYTES} bytes"
    frame = Knock(content_type="application/vnd.beep.frame", content_length=str(MAX_BODY_BYTES + 1)).at()
    assert frame.status == 413


def test_a_body_that_does_not_say_how_large_it_is_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("http_gate.MAX_JSON_BYTES", 10)
    knock = Knock(transfer_encoding="chunked")
    knock.chunks = [b"x" * 6, b"x" * 6, b"x" * 6]
    assert knock.at().status == 413
    assert len(knock.chunks) == 1, "it read on after the limit"


def test_another_version_of_the_protocol_is_refused_by_naming_both() -> None:
    knock = Knock(beep_protocol="7").at()
    assert (knock.status, knock.answer["code"]) == (400, "protocol")
    assert knock.answer["detail"] == "the backend speaks protocol 1, the client 7"
    assert Knock(beep_protocol="1").at().reached is not None


def test_a_websocket_is_closed_with_the_token_and_without() -> None:
    for shown in (f"Bearer {TOKEN}", "-"):
        knock = Knock(kind="websocket", authorization=shown).at()
        assert knock.sent == [{"type": "websocket.close", "code": 1008}]
        assert knock.reached is None


def test_a_body_that_is_a_frame_is_taken_apart() -> None:
    knock = Knock(content_type="application/vnd.beep.frame")
    knock.chunks = [bytes([2, 0, 0, 0, 1, 0, 0, 0]) + b"{}" + bytes([2, 0, 0, 0, 0, 0, 0, 0]) + b"ab"]
    knock.at()
    assert knock.reached is not None
    assert (knock.reached["body"], list(map(bytes, knock.reached["beep.buffers"]))) == (b"{}", [b"ab"])


@pytest.mark.parametrize("body", [b"", b"{}", b"\x02\0\0\0\1\0\0\0{}", b"\xff" * 16, b"\x02\0\0\0\0\0\0\0{}more"])
def test_a_body_that_is_no_frame_is_malformed(body: bytes) -> None:
    knock = Knock(content_type="application/vnd.beep.frame")
    knock.chunks = [body]
    assert (knock.at().status, knock.answer["code"]) == (400, "malformed")


def test_a_client_that_leaves_within_its_body_reaches_nobody() -> None:
    knock = Knock()

    async def leave() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    knock._receive = leave  # type: ignore[method-assign]
    knock.at()
    assert knock.reached is None
    assert knock.sent == []


def test_the_gate_stands_before_a_real_backend(http_backend: Backend) -> None:
    client = HttpClient(http_backend)
    refused = client.ask("POST", "/api/eval", {"code": "1"}, {"authorization": "Bearer wrong"})
    assert (refused.status, refused.json) == (401, REFUSAL)
    assert client.ask("GET", "/no/such/route", headers={"authorization": None}).body == refused.body
    head = client.ask("HEAD", "/health", headers={"authorization": None})
    assert (head.status, head.headers["content-length"]) == (401, str(len(refused.body)))
    handshake = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    assert client.ask("GET", "/api/eval", headers=handshake | {"authorization": None}).body == refused.body
    assert client.ask("GET", "/health", headers={"host": f"evil.example:{client.port}"}).status == 403
    assert client.post("eval", code="1 + 1").json == {"value": 2}


def test_no_body_is_waited_for_from_who_has_no_token(http_backend: Backend) -> None:
    client = HttpClient(http_backend)
    head = client.head("POST /api/eval", authorization="Bearer wrong", content_type="application/json")
    answer = client.say(head.replace(b"\r\n\r\n", b"\r\ncontent-length: 100000000\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_the_log_holds_neither_token_nor_code(http_backend: Backend) -> None:
    client = HttpClient(http_backend)
    client.post("eval", code="secret_name")
    client.ask("GET", f"/x?{client.token}", headers={"authorization": f"Basic {client.token}"})
    log = http_backend.connection_file.with_suffix(".log").read_text() + "\n".join(http_backend.logs())
    assert "refused a request: unauthenticated" in log
    assert client.token not in log
    assert "secret_name" not in log

"""Who is not logged in learns nothing; who is not authorised is asked for by name, and gets nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server_ext.jupyter import TOKEN, JupyterServer, filled, operations

STRANGER = httpx.Client(trust_env=False)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNKNOWN = ("", "nothing", "backends/", "backends/x/y", "environments/No!", "..%2f", "tasks/1/events/2", "x" * 2000)
ROUTES = sorted({(method, filled(template)) for method, template, _ in operations()})
PERMISSIONS = {(method, filled(template)): operation["x-permission"] for method, template, operation in operations()}


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    STRANGER.close()


@pytest.fixture(scope="module")
def asked(place: Path) -> Path:
    return place / "asked"


@pytest.fixture(scope="module")
def denying(place: Path, asked: Path) -> Iterator[JupyterServer]:
    """A server whose authoriser permits nothing."""
    option = "--ServerApp.authorizer_class=tests.server_ext.denying.DenyingAuthorizer"
    started = JupyterServer(place / "denying", option, variables={"ASKED": str(asked)})
    yield started
    started.end()


def answer(server: JupyterServer, method: str, path: str, token: str | None = None) -> tuple[int, bytes, str]:
    """The status, the body and its type, to a request with a body that would do for many."""
    headers = {"Authorization": f"token {token}"} if token else {}
    url = f"{server.url}{server.base_url}beep/v1/{path}"
    reply = STRANGER.request(method, url, headers=headers, content=b"{}")
    STRANGER.cookies.clear()
    return reply.status_code, reply.content if method != "HEAD" else b"", reply.headers["content-type"]


@pytest.fixture(scope="module")
def refusal(server: JupyterServer) -> tuple[int, bytes, str]:
    return answer(server, "GET", "runtimes")


@pytest.mark.parametrize("token", [None, "wrong", TOKEN[:-1]], ids=["none", "wrong", "short"])
def test_without_login_every_path_and_method_answers_the_same(
    server: JupyterServer, refusal: tuple[int, bytes, str], token: str | None
) -> None:
    assert refusal[0] == 403
    others = [(method, path) for method in METHODS for path in UNKNOWN]
    wrong = [(method, "backends/nothing") for method in METHODS]
    answers = {request: answer(server, *request, token) for request in [*ROUTES, *others, *wrong]}
    same = {request for request, found in answers.items() if found in (refusal, (403, b"", refusal[2]))}
    assert {request: answers[request] for request in answers.keys() - same} == {}


def test_without_login_bad_bodies_foreign_origins_and_hosts_answer_the_same(
    server: JupyterServer, refusal: tuple[int, bytes, str]
) -> None:
    url = f"{server.url}{server.base_url}beep/v1/backends"
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Cookie": "_xsrf=1"}):
        reply = httpx.post(url, headers=headers, content=b"{", trust_env=False)
        assert (reply.status_code, reply.content) == refusal[:2]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_permission_every_route_refuses_as_to_a_stranger(
    denying: JupyterServer, asked: Path, refusal: tuple[int, bytes, str], method: str, path: str
) -> None:
    asked.unlink(missing_ok=True)
    assert answer(denying, method, path, TOKEN) == refusal
    assert asked.read_text() == f"{method} /beep/v1/{path}: {PERMISSIONS[method, path]}\n"


@pytest.mark.parametrize("path", UNKNOWN)
def test_without_permission_unknown_paths_look_like_known_ones(
    denying: JupyterServer, refusal: tuple[int, bytes, str], path: str
) -> None:
    assert answer(denying, "GET", path, TOKEN) == refusal


def test_with_login_unknown_paths_are_not_found(server: JupyterServer) -> None:
    for path in UNKNOWN:
        status, body, _ = answer(server, "GET", path, TOKEN)
        assert status == 404
        assert b'"code": "not_found"' in body


def test_with_a_cookie_alone_what_changes_something_needs_the_token_against_forgery(place: Path) -> None:
    server = JupyterServer(place / "xsrf", checks_xsrf=True)
    try:
        with httpx.Client(base_url=server.url, trust_env=False) as browser:
            browser.get("/api/status", params={"token": TOKEN})
            assert browser.get("/beep/v1/tasks").status_code == 200
            browser.cookies.set("_xsrf", "00" * 16)
            assert browser.post("/beep/v1/backends", content=b"{").status_code == 403
            reply = browser.post("/beep/v1/backends", content=b"{", headers={"X-XSRFToken": "00" * 16})
            assert reply.status_code == 400
    finally:
        server.end()

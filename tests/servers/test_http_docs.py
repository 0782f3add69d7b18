"""The API page: self-contained, complete, and behind a link that works once."""

from __future__ import annotations

import re
import time

import pytest

from beep_jupyter.backends.backend import Backend

from .http_clients import HttpClient
from http_docs import MAX_LINKS, Links


def test_a_link_works_once() -> None:
    links = Links()
    link = links.make()
    assert (links.take(link), links.take(link)) == (True, False)
    assert not links.take("")
    assert not links.take("nothing")


def test_a_link_is_good_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    links, now = Links(), time.monotonic()
    early, late = links.make(), links.make()
    monkeypatch.setattr(time, "monotonic", lambda: now + 59)
    assert links.take(early)
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert not links.take(late)


def test_links_that_nobody_uses_do_not_pile_up() -> None:
    links = Links()
    made = [links.make() for _ in range(MAX_LINKS + 1)]
    assert not links.take(made[0])
    assert links.take(made[-1])


def test_a_browser_opens_the_page_by_a_link_without_the_token(http_backend: Backend) -> None:
    client = HttpClient(http_backend)
    path = client.ask("POST", "/api/docs_link").json["path"]
    assert client.token not in path
    page = client.ask("GET", path, headers={"authorization": None})
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert client.token not in page.body.decode()
    assert client.ask("GET", path, headers={"authorization": None}).status == 401
    assert http_backend.docs_link().startswith(f"{http_backend.address}/docs?link=")


@pytest.mark.parametrize(("method", "path"), [("POST", "/docs"), ("GET", "/openapi.json"), ("GET", "/health")])
def test_a_link_opens_nothing_but_the_page(http_backend: Backend, method: str, path: str) -> None:
    client = HttpClient(http_backend)
    query = client.ask("POST", "/api/docs_link").json["path"].partition("?")[2]
    assert client.ask(method, f"{path}?{query}", headers={"authorization": None}).status == 401
    assert client.ask("GET", f"/docs?{query}", headers={"authorization": None}).status == 200


def test_the_page_loads_nothing_from_anywhere(http_backend: Backend) -> None:
    answer = HttpClient(http_backend).ask("GET", "/docs")
    page = answer.body.decode()
    assert not re.search(r"<script|<link|<img|<iframe|src=|@import|url\(|https?://", page)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "color-scheme: light dark" in page


def test_the_page_shows_every_route_and_every_field(http_backend: Backend) -> None:
    client = HttpClient(http_backend)
    page, document = client.ask("GET", "/docs").body.decode(), client.ask("GET", "/openapi.json").json
    for path, operations in document["paths"].items():
        assert f"<code>{path}</code>" in page
        assert all(f"{method.upper()}</span><code>{path}</code>" in page for method in operations)
    for field in ("moduleHandleId", "timeout_s", "methodName", "cursor"):
        assert field in page

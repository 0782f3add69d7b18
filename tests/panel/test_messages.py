from __future__ import annotations

from typing import Any

import pytest

from beep_jupyter.panel.messages import read
from beep_jupyter.panel.routes import _ROUTES
from beep_jupyter.server_ext import contract

REQUEST = {"type": "request", "id": "1", "method": "GET", "path": ["backends"], "flags": [], "body": {}}


@pytest.mark.parametrize("message", [REQUEST, {"type": "come", "page": "a"}, {"type": "go", "page": "a"}])
def test_what_the_page_says_is_understood(message: dict[str, Any]) -> None:
    assert read(message) == message


@pytest.mark.parametrize(
    "message",
    [
        None,
        "text",
        {},
        {"type": "other", "page": "a"},
        {"type": "come"},
        {"type": "come", "page": 1},
        REQUEST | {"id": 1},
        REQUEST | {"path": "backends"},
        REQUEST | {"path": [1]},
        REQUEST | {"flags": [None]},
        REQUEST | {"body": None},
        {key: value for key, value in REQUEST.items() if key != "method"},
    ],
)
def test_anything_else_is_let_pass(message: Any) -> None:
    assert read(message) is None


def test_every_request_is_one_of_rest_too() -> None:
    in_rest = {
        (method.upper(), path.removeprefix("/beep/v1/").replace("{name}", "*").replace("{id}", "*"))
        for path, methods in contract.document()["paths"].items()
        for method in methods
    }
    assert set(_ROUTES) <= in_rest

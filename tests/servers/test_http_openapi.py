"""The OpenAPI document says all that there is: routes, bodies, statuses, the token."""

from __future__ import annotations

from typing import Any

import pytest

from beep_jupyter.backends.backend import Backend

from .http_clients import HttpClient

ROUTES = {  # section by section of docs/reference/http.md
    *(f"POST /api/{name}" for name in ("eval", "execute", "input", "import", "create", "call", "getattr", "setattr")),
    *(f"POST /api/{name}" for name in ("dispose", "release", "tofloatarray", "tofloatarray2d", "module_available")),
    *(
        f"POST /api/{name}"
        for name in ("wrap", "preview", "capabilities", "complete", "inspect", "interrupt", "restart", "stop", "own")
    ),
    *(f"{method} /api/sessions" for method in ("GET", "POST", "DELETE")),
    *(f"{method} /api/variables/{{name}}" for method in ("GET", "PUT", "DELETE")),
    *(f"POST /venv/{name}" for name in ("create", "delete", "install", "uninstall", "admin", "lock", "clone")),
    *("GET /api/variables", "GET /api/handles", "GET /api/logs", "POST /api/docs_link"),
    *("GET /health", "GET /docs", "GET /openapi.json", "GET /venv/list", "GET /venv/status/{name}"),
}
FRAME = "application/vnd.beep.frame"


@pytest.fixture(scope="module")
def document(http_backend: Backend) -> Any:
    return HttpClient(http_backend).ask("GET", "/openapi.json").json


def operations_of(document: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def test_it_is_of_version_3_1_and_behind_the_token(http_backend: Backend, document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    refused = HttpClient(http_backend).ask("GET", "/openapi.json", headers={"authorization": None})
    assert refused.status == 401


def test_every_route_is_in_it_and_no_other(document: Any) -> None:
    assert set(operations_of(document)) == ROUTES


def test_every_operation_says_what_it_does_and_what_can_go_wrong(document: Any) -> None:
    for name, operation in operations_of(document).items():
        assert operation["description"], name
        assert {"200", "400", "401", "403", "413", "415", "422", "500"} <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            if status != "200":
                assert list(response["content"]) == ["application/problem+json"], name


def test_what_runs_code_says_how_that_ends(document: Any) -> None:
    for name in ("eval", "execute", "call", "create", "import", "getattr", "setattr", "wrap", "tofloatarray"):
        responses = operations_of(document)[f"POST /api/{name}"]["responses"]
        assert {"404", "424", "502", "503", "504"} <= set(responses), name


def test_bodies_and_replies_have_schemas(document: Any) -> None:
    for name, operation in operations_of(document).items():
        for content in operation["responses"]["200"]["content"].values():
            assert content["schema"], name
        if name.startswith("PUT"):
            assert "application/octet-stream" in operation["requestBody"]["content"]
    evaluate = operations_of(document)["POST /api/eval"]
    body = evaluate["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {"code", "locals", "session", "timeout_s"}
    assert (body["required"], body["additionalProperties"]) == (["code"], False)
    assert FRAME in evaluate["responses"]["200"]["content"]
    assert "text/event-stream" in operations_of(document)["POST /api/execute"]["responses"]["200"]["content"]

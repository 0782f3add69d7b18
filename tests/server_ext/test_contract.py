"""Routes, `openapi.yaml` and the page made of it agree; every error has a status; bodies are held against the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter import errors
from beep_jupyter.server_ext import contract
from beep_jupyter.server_ext.handlers import HANDLERS
from beep_jupyter.server_ext.problems import TABLE, ProblemError, problem_of
from beep_jupyter.server_ext.reference import markdown
from tests.server_ext.jupyter import Client, operations

CHECKOUT = Path(__file__).parents[2]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_the_file_lists_exactly_the_routes_that_there_are() -> None:
    documented = {(method, f"/beep/v1/{template}") for method, template, _ in operations()}
    assert documented == {(method.upper(), handler.template) for handler in HANDLERS for method in handler.methods()}


def test_every_reference_of_the_file_leads_somewhere_and_everything_is_used() -> None:
    document = contract.document()
    used = set(references(document))
    components = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses", "parameters", "headers")
        for name in document["components"][kind]
    }
    assert used == components


@pytest.mark.parametrize(("method", "template", "operation"), operations(), ids=lambda part: str(part)[:40])
def test_every_operation_says_what_it_is_and_who_may(method: str, template: str, operation: dict[str, Any]) -> None:
    assert {"operationId", "summary", "x-permission", "responses"} <= {*operation}
    statuses = {*operation["responses"]}
    assert {"403", "500"} <= statuses
    assert ("requestBody" in operation) == ("400" in statuses)
    assert "{" not in template or "404" in statuses


def test_every_error_has_a_status_and_a_code() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.BeepError)}
    public = {kind for kind in kinds if not kind.__name__.startswith("_")} - {errors.BeepError}
    assert public == {*TABLE}
    assert len({code for _, code in TABLE.values()}) == len(TABLE)
    assert {status for status, _ in TABLE.values()} <= {404, 409, 422, 500, 502, 504}


def test_what_nobody_foresaw_says_nothing_to_the_client() -> None:
    status, body = problem_of(RuntimeError("token 1234"))
    assert status == 500
    assert "1234" not in json.dumps(body)


def test_the_page_is_what_the_file_says() -> None:
    assert (CHECKOUT / "docs/reference/rest.md").read_text(encoding="utf-8") == markdown()


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        (b"{", 400, "JSON"),
        (b"\xff\xfe", 400, "JSON"),
        (b'{"name": NaN}', 400, "NaN"),
        (b'{"name": "\\ud800"}', 400, "surrogates"),
        (b"[" * 100_000, 400, "JSON"),
        (b"[]", 422, "an object"),
        (b"", 422, "'name' is missing"),
        (b'{"name": 3}', 422, "'name' must be a text"),
        (b'{"name": "a", "colour": 1}', 422, "'colour'"),
        (b'{"name": "a", "packages": "numpy"}', 422, "'packages' must be a list"),
        (b'{"name": "a", "packages": ["numpy", 1]}', 422, "'packages.1' must be a text"),
        (b'{"name": "a", "dotnet": "yes"}', 422, "'dotnet' must be true or false"),
        (b'{"name": "a", "python": 3.9}', 422, "'python' must be a text or null"),
    ],
)
def test_a_body_that_is_not_as_the_file_says_is_refused_by_name(body: bytes, status: int, named: str) -> None:
    with pytest.raises(ProblemError) as refused:
        contract.read("/beep/v1/environments", "POST", body)
    assert refused.value.status == status
    assert named in refused.value.body["message"]


def test_refusals_reach_the_client(client: Client) -> None:
    assert client.ask("POST", "environments", content=b"{").status_code == 400
    wrong = client.ask("POST", "environments", {"name": "a", "colour": 1})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_fields")
    wrong = client.ask("POST", "environments/{name}/packages", {"packages": []}, name="a", query={"dry_run": "maybe"})
    assert wrong.status_code == 422
    assert "dry_run" in wrong.json()["message"]

"""Every code that a client knows has its statuses, and the protocol's list names each."""

from __future__ import annotations

import re

import pytest

from beep_jupyter.backends.wire_errors import ERRORS
from tests.test_docs import CHECKOUT

import grpc_status
import http_problems


def test_every_code_has_a_status_of_http() -> None:
    assert set(http_problems.STATUSES) == set(ERRORS)


@pytest.mark.parametrize(
    ("code", "http", "grpc"),
    [
        ("bad_request", 422, "INVALID_ARGUMENT"),
        ("crowded", 503, "RESOURCE_EXHAUSTED"),
        ("died", 502, "UNAVAILABLE"),
        ("environment_busy", 409, "FAILED_PRECONDITION"),
        ("environment_exists", 409, "ALREADY_EXISTS"),
        ("environment_not_found", 404, "NOT_FOUND"),
        ("forbidden", 403, "PERMISSION_DENIED"),
        ("internal", 500, "INTERNAL"),
        ("no_handle", 404, "NOT_FOUND"),
        ("protocol", 400, "FAILED_PRECONDITION"),
        ("raised", 424, "ABORTED"),
        ("timeout", 504, "DEADLINE_EXCEEDED"),
        ("too_large", 413, "RESOURCE_EXHAUSTED"),
        ("unauthenticated", 401, "UNAUTHENTICATED"),
    ],
)
def test_the_statuses_that_clients_rely_on(code: str, http: int, grpc: str) -> None:
    assert http_problems.status_of(code) == http
    assert grpc_status.STATUSES[code].name == grpc


def test_the_protocol_lists_every_code() -> None:
    text = (CHECKOUT / "docs" / "reference" / "protocol.md").read_text().partition("## Error codes")[2]
    listed = {
        code
        for line in text.splitlines()
        for code in re.findall(r"`(\w+)`", line.split("|")[1:2][0] if "|" in line else "")
    }
    assert listed == set(ERRORS)

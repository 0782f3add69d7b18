"""Errors on their way out: each code has its status, and details fit into what a client takes."""

from __future__ import annotations

import json
import re
from typing import Any

import grpc
import pytest

from beep_jupyter.backends.wire_errors import ERRORS
from beep_jupyter.resources import find_folder

from control import Refused
from grpc_status import DETAILS_BYTES, GONE, STATUSES, abort


class Context:
    """What `abort` does to a call."""

    def __init__(self, *metadata: tuple[str, str]) -> None:
        self._metadata = metadata
        self.trailing: dict[str, Any] = {}

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        return self._metadata

    def set_trailing_metadata(self, metadata: tuple[tuple[str, Any], ...]) -> None:
        self.trailing = dict(metadata)

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        self.code, self.details = code, details


def test_every_code_that_clients_know_has_a_status_and_the_other_way_round() -> None:
    only_of_http = {"malformed", "method_not_allowed", "not_acceptable", "not_found", "unsupported_type"}
    assert set(STATUSES) - {GONE} == set(ERRORS) - only_of_http


def test_the_reference_lists_each_code_with_its_status() -> None:
    page = (find_folder("protos").parent / "docs/reference/grpc.md").read_text()
    rows = re.findall(r"^\| ([A-Z_, ]+) \| (.*) \|$", page, re.MULTILINE)
    listed = {
        (status, code)
        for statuses, codes in rows
        for status in statuses.split(", ")
        for code in re.findall(r"`([a-z_]+)`", codes)
    }
    missing = {(status.name, code) for code, status in STATUSES.items() if code != GONE} - listed
    assert missing == set()


@pytest.mark.parametrize(
    "facts",
    [
        {"traceback": ["x" * 1000] * 50},
        {"evalue": "ü%\n" * 5000},
        {"stderrTail": "y" * 9000, "outputs": [{"text": "z" * 9000}]},
        {"nested": {"a": "b" * 9000}},
    ],
)
def test_details_are_cut_and_stay_json(facts: dict[str, Any]) -> None:
    context = Context()
    abort(context, Refused("raised", "m" * 6000, facts), [])
    assert len(context.details) <= DETAILS_BYTES
    found = json.loads(context.details)
    assert found["code"] == "raised"
    assert found.keys() == {"code", "message", *facts} - {"outputs"}


def test_the_end_of_a_traceback_is_what_is_kept() -> None:
    context = Context()
    abort(context, Refused("raised", "", {"traceback": [f"line {n}" for n in range(2000)]}), [])
    assert json.loads(context.details)["traceback"][-1] == "line 1999"


def test_the_whole_is_for_who_asks() -> None:
    refused = Refused("raised", "", {"evalue": "x" * 9000})
    asking, other = Context(("beep-errors", "whole")), Context()
    abort(asking, refused, [("beep-incarnation", "a.1")])
    abort(other, refused, [])
    assert json.loads(asking.trailing["beep-error-bin"])["evalue"] == "x" * 9000
    assert asking.trailing["beep-incarnation"] == "a.1"
    assert other.trailing == {}

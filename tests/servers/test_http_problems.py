"""Errors leave as problem documents, whatever they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beep_jupyter.backends.wire_errors import ERRORS

from control import Refused
from http_problems import STATUSES, document, problem, wrong_fields


def test_every_error_of_the_wire_has_a_status() -> None:
    assert set(ERRORS) <= set(STATUSES)


@pytest.mark.parametrize("code", sorted(STATUSES))
def test_a_document_has_the_members_of_its_rfc_and_the_code(code: str) -> None:
    response = problem(Refused(code, "what happened"))
    found = json.loads(response.body)
    assert response.media_type == "application/problem+json"
    assert found["status"] == response.status_code == STATUSES[code]
    assert found == {
        "type": "about:blank",
        "title": found["title"],
        "status": found["status"],
        "detail": "what happened",
        "code": code,
    }
    assert found["title"]


def test_the_facts_of_an_error_are_beside_and_never_instead() -> None:
    facts = {"ename": "KeyError", "evalue": "'x'", "traceback": ["a", "b"], "status": "error", "title": "mine"}
    found = document(Refused("raised", "KeyError: 'x'", facts))
    assert (found["ename"], found["evalue"], found["traceback"]) == ("KeyError", "'x'", ["a", "b"])
    assert (found["status"], found["title"]) == (424, "Failed Dependency")


def test_facts_are_named_as_all_else_is() -> None:
    found = document(Refused("start", "no", {"stderr_tail": "last", "exit_code": 1}))
    assert (found["stderrTail"], found["exitCode"]) == ("last", 1)
    assert "stderr_tail" not in found


def test_what_was_printed_before_is_for_who_asks() -> None:
    refused = Refused("died", "gone", {"outputs": [{"text": "x"}]})
    assert "outputs" not in document(refused)
    assert document(refused, with_outputs=True)["outputs"] == [{"text": "x"}]


def test_wrong_fields_are_named_the_first_ten_of_them() -> None:
    errors = [{"loc": ("args", number), "msg": "no"} for number in range(12)]
    found = wrong_fields(errors)
    assert found.code == "bad_request"
    assert str(found).startswith("field 'args.0': no; field 'args.1': no")
    assert len(found.facts["fields"]) == 10
    assert wrong_fields([{"loc": (), "msg": "no"}]).facts["fields"] == ["body"]


def test_a_code_without_a_status_is_our_own_fault() -> None:
    assert problem(Refused("never_heard_of", "x")).status_code == 500


@pytest.mark.parametrize("code", sorted(set(STATUSES) - {"unknown_command"}))  # routes cannot ask for one
def test_the_reference_lists_each_code_under_its_status(code: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text().partition("## Errors")[2]
    row = next(line for line in page.splitlines() if line.startswith("| ") and f"`{code}`" in line)
    assert str(STATUSES[code]) in row.split("|")[1]

"""Fields of management commands: what is wrong is refused before a process is started, and named."""

from __future__ import annotations

from typing import Any

import pytest

from control import Refused
from venv_orders import FIELDS, checked


@pytest.mark.parametrize(
    ("command", "fields", "sentence"),
    [
        ("create", {}, "field 'providerName' is missing"),
        ("create", {"providerName": ""}, "field 'providerName' is missing"),
        ("create", {"providerName": None}, "field 'providerName' is missing"),
        ("create", {"providerName": 5}, "field 'providerName' must be a text"),
        ("create", {"providerName": "x", "packages": "six"}, "field 'packages' must be a list of texts"),
        ("create", {"providerName": "x", "packages": ["six", 7]}, "field 'packages' must be a list of texts"),
        ("create", {"providerName": "x", "replace": "yes"}, "field 'replace' must be true or false"),
        ("create", {"providerName": "x", "replace": 1}, "field 'replace' must be true or false"),
        ("create", {"providerName": "\ud800"}, "field 'providerName' holds lone surrogates, which no file can"),
        ("install", {"name": "x", "packages": ["\udfff"]}, "field 'packages' holds lone surrogates, which no file can"),
        ("clone", {"name": "x"}, "field 'target' is missing"),
        ("delete", {"name": "x", "forced": True}, "field 'forced' is not one of name, force"),
        ("list", {"x": 1}, "field 'x' is not one of none"),
    ],
)
def test_a_wrong_field_is_named(command: str, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(command, fields)
    assert (refused.value.code, str(refused.value)) == ("bad_request", sentence)


def test_a_command_that_there_is_not() -> None:
    with pytest.raises(Refused) as refused:
        checked("explode", {})
    assert (refused.value.code, str(refused.value)) == ("unknown_command", "there is no management command 'explode'")


def test_right_fields_pass_and_those_that_are_null_are_left_out() -> None:
    fields = {"providerName": "x", "modelId": None, "packages": [], "python": "é 3.9", "dotnet": False}
    assert checked("create", fields) == {"providerName": "x", "packages": [], "python": "é 3.9", "dotnet": False}


def test_every_command_that_the_job_carries_out_has_its_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys, "argv", ["venv_job.py", "/nowhere"])
    import venv_job

    assert set(venv_job.COMMANDS) == set(FIELDS)

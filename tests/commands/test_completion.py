from __future__ import annotations

import pytest

from beep_jupyter.commands.cell import beep_eval
from beep_jupyter.commands.completion import complete
from beep_jupyter.commands.tree import beep


@pytest.mark.parametrize(
    ("words", "incomplete", "offered"),
    [
        ([], "st", ["start", "status", "stop"]),
        (["venv"], "un", ["uninstall"]),
        (["start"], "--det", ["--detach"]),
        (["start"], "", ["pipe", "http", "grpc"]),
        (["start"], "G", ["grpc"]),
        (["start", "--backend"], "p", ["pipe"]),
        (["config"], "runtime", ["runtime.default"]),
        (["help"], "do", ["docs", "doctor"]),
        (["help", "venv"], "cl", ["clone"]),
        (["completion"], "", ["bash", "zsh", "fish"]),
    ],
)
def test_commands_options_and_choices_complete(surface, words: list[str], incomplete: str, offered: list[str]) -> None:
    assert [item.value for item in complete(beep, surface, words, incomplete)] == offered


def test_variables_complete_after_a_comma_without_those_taken(surface) -> None:
    surface.variables = lambda: ["data", "date", "frame"]
    items = complete(beep_eval, surface, ["legacy", "-i"], "data,da")
    assert [item.value for item in items] == ["data,date"]


def test_an_unusable_home_offers_nothing_instead_of_failing(surface, monkeypatch) -> None:
    monkeypatch.setenv("BEEP_HOME", "/dev/null/home")
    assert complete(beep, surface, ["stop"], "") == []


@pytest.mark.parametrize(
    ("shell", "function"), [("bash", "complete -o"), ("zsh", "#compdef beep"), ("fish", "--command beep")]
)
def test_completion_prints_the_shells_script(run, shell: str, function: str) -> None:
    script = run("completion", shell)
    assert function in script
    assert "_BEEP_COMPLETE" in script

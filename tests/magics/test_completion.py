from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from beep_jupyter import Beep

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def offered(shell, text: str) -> list[str]:
    """What Tab would make of the text: the whole text after each offer."""
    with provisionalcompleter():
        return [text[: found.start] + found.text for found in shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%beep st", ["%beep start", "%beep status", "%beep stop"]),
        ("%beep venv unin", ["%beep venv uninstall"]),
        ("%beep start --det", ["%beep start --detach"]),
        ("%beep start ht", ["%beep start http"]),
        ("x = 1\n%beep config runtime.d", ["x = 1\n%beep config runtime.default"]),
        ("%%beep_eval --no", ["%%beep_eval --no-raise"]),
    ],
)
def test_commands_options_and_choices_complete(shell, text: str, expected: list[str]) -> None:
    assert offered(shell, text) == expected


def test_names_complete_from_what_there_is(shell, legacy) -> None:
    Beep().start("pipe", legacy, name="lab", detach=True)
    assert offered(shell, "%beep venv delete le") == ["%beep venv delete legacy"]
    assert offered(shell, "%beep stop l") == ["%beep stop lab"]
    assert sorted(offered(shell, "%%beep_eval l")) == ["%%beep_eval lab", "%%beep_eval legacy"]
    assert sorted(offered(shell, "%beep use ")) == ["%beep use lab", "%beep use legacy"]


def test_notebook_variables_complete_behind_i(shell) -> None:
    shell.user_ns.update(measured=1, measures=2)
    assert sorted(offered(shell, "%%beep_eval -i measured,mea")) == ["%%beep_eval -i measured,measures"]
    assert sorted(offered(shell, "%%beep_eval -i meas")) == ["%%beep_eval -i measured", "%%beep_eval -i measures"]


@pytest.mark.parametrize("text", ["beep st", "%%beep_eval legacy\n--no", "print(st"])
def test_other_lines_are_left_to_ipython(shell, text: str) -> None:
    assert not any(offer.endswith(("start", "--no-raise")) for offer in offered(shell, text))

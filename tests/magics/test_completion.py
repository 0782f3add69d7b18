from __future__ import annotations

import threading
import time

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


def test_routed_cells_complete_from_the_backend(shell, legacy) -> None:
    with Beep().start("pipe", legacy, name="lab") as backend:
        backend.evaluate("remote_only = {'key': 1}")
        shell.user_ns["remote_not"] = 1
        assert offered(shell, "%%beep_eval lab\nx = 1\nremote_o") == ["%%beep_eval lab\nx = 1\nremote_only"]
        assert "%%beep_eval lab\nremote_only.keys" in offered(shell, "%%beep_eval lab\nremote_only.ke")
        assert offered(shell, "%%beep_eval lab\nremote_only['k") == ["%%beep_eval lab\nremote_only['key']"]
        assert offered(shell, "\n \n%%beep_eval lab\nremote_o") == ["\n \n%%beep_eval lab\nremote_only"]
        assert offered(shell, "%%beep_eval\nremote_o") == ["%%beep_eval\nremote_only"], "the only one that runs"
        shell.run_line_magic("beep", "use lab")
        assert offered(shell, "remote_") == ["remote_only"]
        assert offered(shell, "\n%%time\nremote_o") == ["\n%%time\nremote_only"]
        assert not any(offer.endswith("remote_only") for offer in offered(shell, "%%remote_o"))
        shell.run_line_magic("beep", "use --off")
        assert offered(shell, "remote_") == ["remote_not"]


def test_tab_starts_nothing(shell, legacy) -> None:
    offered(shell, "%%beep_eval legacy\npri")
    assert Beep().backends() == []


def test_a_namespace_that_is_not_there_is_not_opened_for_tab(shell, legacy) -> None:
    with Beep().start("pipe", legacy, name="lab") as backend:
        backend.session("other").evaluate("elsewhere = 1")
        assert offered(shell, "%%beep_eval lab --session other\nelsew") == [
            "%%beep_eval lab --session other\nelsewhere"
        ]
        offered(shell, "%%beep_eval lab --session nowhere\npri")
        assert backend.health().sessions == ["default", "other"]


def test_a_backend_that_keeps_its_lock_is_not_waited_for(shell, legacy) -> None:
    with Beep().start("pipe", legacy, name="lab") as backend:
        backend.evaluate("import ctypes\nremote_only = 1")
        assert offered(shell, "%%beep_eval lab\nremote_o") == ["%%beep_eval lab\nremote_only"]
        thread = threading.Thread(target=backend.evaluate, args=("ctypes.PyDLL(None).sleep(2)",))
        thread.start()
        time.sleep(0.2)
        begun = time.monotonic()
        assert "%%beep_eval lab\nremote_only" not in offered(shell, "%%beep_eval lab\nremote_o")
        assert time.monotonic() - begun < 1.5, "2 s if it waited"
        thread.join()


def test_names_of_environments_complete_behind_beep_env(shell) -> None:
    assert offered(shell, "%%beep_env --repl") == ["%%beep_env --replace"]

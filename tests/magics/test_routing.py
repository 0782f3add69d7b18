from __future__ import annotations

import pytest

from beep_jupyter.magics.routing import Router


@pytest.fixture
def router(bare_shell):
    router = Router(bare_shell)
    yield router
    router.switch_to(None)


def test_a_plain_cell_becomes_a_beep_eval_cell(bare_shell, router) -> None:
    router.switch_to("legacy")
    assert (
        bare_shell.transform_cell("x = 1\nx") == "get_ipython().run_cell_magic('beep_eval', 'legacy', 'x = 1\\nx\\n')\n"
    )


@pytest.mark.parametrize(
    "cell",
    [
        "%beep status",
        "\n\n  %beep use --off",
        "# off\n%beep use --off",
        "%%beep_eval other\nx",
        "%%beep_env a\nb",
        "%load_ext beep_jupyter",
        "# again\n%reload_ext  beep_jupyter\n%beep use legacy",
        "%unload_ext beep_jupyter",
        "",
        " \n",
    ],
)
def test_cells_of_beep_and_empty_ones_stay_local(bare_shell, router, cell: str) -> None:
    local = bare_shell.transform_cell(cell)
    router.switch_to("legacy")
    assert bare_shell.transform_cell(cell) == local


@pytest.mark.parametrize("cell", ["%beeper x", "x\n%beep status", "%%beeper\nx", "beep = 1", "%load_ext autoreload"])
def test_cells_that_only_look_like_beep_are_routed(bare_shell, router, cell: str) -> None:
    router.switch_to("legacy")
    assert bare_shell.transform_cell(cell).startswith("get_ipython().run_cell_magic('beep_eval', 'legacy', ")


def test_switching_again_changes_the_name_and_adds_nothing(bare_shell, router) -> None:
    before = list(bare_shell.input_transformers_cleanup)
    router.switch_to("a")
    router.switch_to("b")
    assert router.name == "b"
    assert bare_shell.input_transformers_cleanup == [*before, router]
    router.switch_to(None)
    assert bare_shell.input_transformers_cleanup == before


def test_whether_a_cell_is_complete_is_still_pythons_answer(bare_shell, router) -> None:
    router.switch_to("legacy")
    check = bare_shell.input_transformer_manager.check_complete
    assert [check(cell)[0] for cell in ("x = = 1", "def f():", "x = 1")] == ["invalid", "incomplete", "complete"]

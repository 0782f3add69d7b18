from __future__ import annotations

import pytest

from beep_jupyter.commands.cell import CellRequest, parse
from beep_jupyter.errors import UsageError


def test_everything_may_be_left_out(surface) -> None:
    assert parse([], surface) == CellRequest()


def test_names_are_listed_by_commas_and_by_repetition_and_count_once(surface) -> None:
    request = parse(
        ["legacy", "-i", "a,b", "-i", "b,c", "-o", "x", "-o", "y,x", "--timeout", "2.5", "--no-raise", "--quiet"],
        surface,
    )
    assert request == CellRequest(("legacy",), ("a", "b", "c"), ("x", "y"), timeout_s=2.5, raises=False, is_quiet=True)


def test_where_and_how_the_cell_runs(surface) -> None:
    request = parse(["a,b", "--session", "s", "--local", "-i", "auto", "-o", "auto"], surface)
    assert request == CellRequest(("a", "b"), ("auto",), ("auto",), session="s", is_local=True)
    assert parse(["a", "--bg", "f"], surface) == CellRequest(("a",), future="f")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("a --timeout 0", "Invalid value for '--timeout': 0.0 is not in the range x>0."),
        ("a --timeout soon", "Invalid value for '--timeout': 'soon' is not a valid float range."),
        ("a b", "Got unexpected extra argument (b)."),
        ("a --bg", "Option '--bg' requires an argument."),
    ],
)
def test_a_wrong_line_is_refused(surface, line: str, what: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line.split(), surface)
    assert (refused.value.what, refused.value.cure) == (what, "`%%beep_eval --help` shows what it takes.")


@pytest.mark.parametrize(
    ("line", "what", "cure"),
    [
        ("a --bg 1", "'1' cannot be the name of a variable.", "`--bg VAR` puts the cell's future into VAR."),
        ("a,b --bg f", "A cell in the background runs in one backend.", "Name one, or leave `--bg` out."),
    ],
)
def test_a_background_cell_needs_a_variable_and_one_backend(surface, line: str, what: str, cure: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line.split(), surface)
    assert (refused.value.what, refused.value.cure) == (what, cure)


def test_help_is_shown_and_asks_for_nothing(surface, capsys) -> None:
    assert parse(["--help"], surface) is None
    assert "--no-raise" in capsys.readouterr().out

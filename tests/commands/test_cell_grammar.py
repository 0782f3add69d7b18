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
    assert request == CellRequest(("legacy",), ("a", "b", "c"), ("x", "y"), 2.5, False, True)


@pytest.mark.parametrize(
    ("line", "later"),
    [
        ("a --session s", "--session"),
        ("a --bg f", "--bg"),
        ("a --local", "--local"),
        ("a,b", "several names"),
        ("a -i auto", "-i auto"),
        ("a -o auto", "-o auto"),
        ("a,b --local -i auto", "--local and several names and -i auto"),
    ],
)
def test_what_comes_later_is_parsed_and_refused(surface, line: str, later: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(line.split(), surface)
    assert refused.value.what == f"`%%beep_eval` cannot do {later} yet; it comes with a later version."
    assert refused.value.cure == "Leave it out."


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


def test_help_is_shown_and_asks_for_nothing(surface, capsys) -> None:
    assert parse(["--help"], surface) is None
    assert "--no-raise" in capsys.readouterr().out

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beep_jupyter.errors import UsageError
from beep_jupyter.names import PATTERN, check_name, slug

RULE = "Use 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit, such as"


@pytest.mark.parametrize("name", ["a", "0", "legacy", "data-science_2.0", "a" * 64])
def test_a_name_that_fits_is_returned(name: str) -> None:
    assert check_name("environment", name) == name


@pytest.mark.parametrize(
    ("name", "shown", "offered"),
    [
        ("", "''", "x"),
        ("../x", "'../x'", "x"),
        ("Legacy", "'Legacy'", "legacy"),
        ("two words", "'two words'", "two-words"),
        ("<img>", "'<img>'", "img"),
        (".hidden", "'.hidden'", "hidden"),
        ("a/b", "'a/b'", "a-b"),
        ("name\n", r"'name\n'", "name"),
        ("é", "'é'", "x"),
        ("a" * 80, f"'{'a' * 40}…'", "a" * 64),
    ],
)
def test_a_name_that_does_not_fit_is_refused_with_one_that_does(name: str, shown: str, offered: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_name("environment", name)
    assert caught.value.what == f"{shown} cannot name an environment."
    assert caught.value.cure == f"{RULE} '{offered}'."


def test_the_sentence_names_the_kind_of_thing() -> None:
    with pytest.raises(UsageError, match="cannot name a backend"):
        check_name("backend", "A")


@given(st.text(max_size=100))
def test_a_slug_always_fits_and_stays_itself(text: str) -> None:
    assert PATTERN.fullmatch(slug(text))
    assert slug(slug(text)) == slug(text)


@given(st.from_regex(PATTERN, fullmatch=True))
def test_a_name_that_fits_is_its_own_slug(name: str) -> None:
    assert slug(name) == name

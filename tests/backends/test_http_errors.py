"""What httpx raises becomes our errors: every class of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from beep_jupyter.backends.http_errors import ERRORS, foreign_error, is_end
from beep_jupyter.errors import BeepError, ConnectionLostError, ProtocolError

ABSTRACT = {httpx.HTTPError, httpx.RequestError, httpx.TransportError, httpx.ProtocolError}


def tree(kind: type[httpx.HTTPError]) -> Iterator[type[httpx.HTTPError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


ALL = sorted(set(tree(httpx.HTTPError)), key=lambda kind: kind.__name__)


def made(kind: type[httpx.HTTPError]) -> httpx.HTTPError:
    return kind.__new__(kind, "why")


def test_every_class_of_httpx_is_in_the_table_by_itself_or_by_a_parent() -> None:
    assert {kind for kind in ALL if not set(kind.__mro__) & set(ERRORS)} == ABSTRACT
    assert {kind for kind in ABSTRACT if set(kind.__subclasses__()) - ABSTRACT - set(ERRORS)} <= {httpx.HTTPError}


def test_the_table_names_nothing_that_httpx_has_not() -> None:
    assert set(ERRORS) <= set(ALL)


@pytest.mark.parametrize("kind", ALL)
def test_each_is_one_sentence_and_a_cure(kind: type[httpx.HTTPError]) -> None:
    error = foreign_error(made(kind), "b")
    assert isinstance(error, BeepError)
    assert "backend 'b'" in error.what.lower()
    assert error.what.endswith(".")
    assert isinstance(error, ProtocolError) or error.cure.endswith(".")


@pytest.mark.parametrize(
    ("kind", "ours", "text", "may_be_the_end"),
    [
        (httpx.ConnectError, ConnectionLostError, "cannot be reached", True),
        (httpx.ConnectTimeout, ConnectionLostError, "cannot be reached", True),
        (httpx.ReadError, ConnectionLostError, "was lost", True),
        (httpx.WriteError, ConnectionLostError, "was lost", True),
        (httpx.RemoteProtocolError, ConnectionLostError, "was lost", True),
        (httpx.ReadTimeout, ConnectionLostError, "was lost", True),
        (httpx.LocalProtocolError, ProtocolError, "does not speak HTTP as expected", False),
        (httpx.DecodingError, ProtocolError, "does not speak HTTP as expected", False),
    ],
)
def test_what_it_means_is_told_apart(
    kind: type[httpx.HTTPError], ours: type[BeepError], text: str, may_be_the_end: bool
) -> None:
    error = made(kind)
    assert type(foreign_error(error, "b")) is ours
    assert text in str(foreign_error(error, "b"))
    assert is_end(error) is may_be_the_end

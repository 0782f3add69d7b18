"""What fails fails in the same words and with the same facts, whichever way; and the session can be used after it."""

from __future__ import annotations

import re

import pytest

from beep_jupyter.backends.handle import Handle
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import BeepError, ExecutionError, WorkerDiedError

from .conftest import Pool, opened
from .failures import FAILURES, Failure, tale
from .places import HOST, KINDS, Place


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_told_by_its_error_and_the_session_goes_on(session: Session, name: str) -> None:
    error = failed(session, FAILURES[name])
    for fact, value in FAILURES[name].facts.items():
        assert getattr(error, fact) == value, fact
    assert re.search(FAILURES[name].text, str(error)), str(error)
    assert session.evaluate("1 + 1") == 2


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "pipe"])
def test_every_kind_tells_the_same(pool: Pool, kind: str) -> None:
    tales = [tales_of(pool, Place(one, HOST)) for one in ("pipe", kind)]
    for name in FAILURES:
        assert tales[1][name] == tales[0][name], name


@pytest.mark.parametrize("check", [True, False])
def test_the_traceback_shows_the_cells_own_lines_and_none_of_ours(session: Session, check: bool) -> None:
    code = "def inner():\n    return 1 / 0  # here\n\nprint('so far')\ninner()"
    if check:
        with pytest.raises(ExecutionError) as caught:
            session.execute(code)
        execution = caught.value.execution
        traceback = caught.value.traceback
    else:
        execution = session.execute(code, check=False)
        assert execution.error is not None
        traceback = execution.error["traceback"]
    assert execution is not None
    assert execution.outputs[0]["text"] == "so far\n"
    assert execution.outputs[-1]["output_type"] == "error"
    assert traceback[0] == "Traceback (most recent call last):"
    assert "    return 1 / 0  # here" in traceback
    assert traceback[-1] == "ZeroDivisionError: division by zero"
    assert not [line for line in traceback if "beep" in line]


def test_a_dead_worker_is_told_once_and_then_a_fresh_one_answers(session: Session) -> None:
    session.evaluate("x = 1")
    with pytest.raises(WorkerDiedError, match="Its variables are lost"):
        session.evaluate("import os, sys\nprint('the end is near', file=sys.stderr)\nos._exit(4)")
    assert session.evaluate("'x' in globals()") is False


def test_the_last_words_are_in_the_error(session: Session) -> None:
    error = failed(session, FAILURES["leaves"])
    assert isinstance(error, WorkerDiedError)
    assert error.stderr_tail.strip() == "last words"
    assert "last words: last words" in str(error)


def test_handles_end_with_their_worker(session: Session) -> None:
    handle = session.wrap([1])
    failed(session, FAILURES["is killed"])
    assert isinstance(handle, Handle)
    with pytest.raises(BeepError, match="handle"):
        session.call(handle, "append", 1)


def failed(session: Session, failure: Failure) -> BeepError:
    with pytest.raises(failure.kind) as caught:
        failure.act(session)
    return caught.value


def tales_of(pool: Pool, place: Place) -> dict[str, dict[str, object]]:
    """What each failure tells in a fresh session of a place."""
    opening = opened(pool.backend(place))
    session = next(opening)
    tales = {name: tale(failed(session, failure), place.name) for name, failure in FAILURES.items()}
    next(opening, None)
    return tales

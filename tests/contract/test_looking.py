"""Completion and inspection wait for nothing that runs: a thread of the worker answers them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from beep_jupyter.backends.session import Session
from beep_jupyter.errors import ExecutionError


@contextmanager
def busy(session: Session, code: str) -> Iterator[None]:
    """The session runs code meanwhile, which is interrupted then."""
    begun = threading.Event()

    def run() -> None:
        with pytest.raises(ExecutionError, match="KeyboardInterrupt"):
            session.execute(f"print('begun', flush=True)\n{code}", on_output=lambda output: begun.set())

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(20)
    try:
        yield
    finally:
        session.interrupt()
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "while True: pass"], ids=["asleep", "computing"])
def test_a_busy_session_is_looked_at_without_waiting(session: Session, code: str) -> None:
    session.evaluate("alphabet = 'abc'")
    session.complete("alphab")  # what answers is imported, so that the next is as quick as later ones
    with busy(session, code):
        begun = time.monotonic()
        assert session.complete("alphab").matches == ["alphabet"]
        assert "String form: 'abc'" in session.inspect("alphabet").data["text/plain"]
        assert time.monotonic() - begun < 2, "60 s if it waited"
    assert session.evaluate("alphabet") == "abc"


def test_names_that_change_meanwhile_do_no_harm(session: Session) -> None:
    with busy(session, "n = 0\nwhile True:\n    n += 1\n    globals()[f'name_{n % 5000}'] = n"):
        for _ in range(20):
            assert all(match.startswith("name_") for match in session.complete("name_1").matches)


def test_who_only_looks_loses_nothing_with_a_worker(session: Session) -> None:
    session.evaluate("lost = 1")
    assert session.complete("los").matches == ["lost"]
    session.restart()
    assert session.complete("los").matches == []
    assert session.inspect("lost").found is False


def test_each_session_is_looked_at_by_itself(session: Session) -> None:
    session.evaluate("here = 1")
    assert session.complete("her").matches == ["here"]
    assert session.inspect("print").found is True

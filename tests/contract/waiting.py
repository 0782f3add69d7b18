"""Waiting for a claim to come true, and work in the background, with its result or its error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from beep_jupyter.backends.session import Session
from beep_jupyter.errors import BeepError

STEP_S = 0.005


def wait_until(claim: Callable[[], object], within_s: float = 5.0) -> bool:
    """Whether the claim came true in time."""
    deadline = time.monotonic() + within_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(STEP_S)
    return True


class Background:
    """Work on a thread of its own.

    Attributes:
        result: what it returned.
        error: what it raised, of ours.
        ended_at: when it was over, on the monotonic clock.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self.ended_at = 0.0
        self.error: BeepError | None = None
        self.result: Any = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def join(self, within_s: float = 10.0) -> Background:
        """Waits for its end."""
        self._thread.join(within_s)
        assert not self._thread.is_alive(), f"still runs after {within_s:g} s"
        return self

    def _run(self) -> None:
        try:
            self.result = self._work()
        except BeepError as error:
            self.error = error
        finally:
            self.ended_at = time.monotonic()


def begun(session: Session, code: str, **options: Any) -> Background:
    """Runs a cell in the background and returns when its first line, which says so, has arrived."""
    is_here = threading.Event()
    work = Background(
        lambda: session.execute(
            "print('begun', flush=True)\n" + code, on_output=lambda _: is_here.set(), check=False, **options
        )
    )
    assert wait_until(lambda: is_here.is_set() or not work.is_running, 30)
    return work

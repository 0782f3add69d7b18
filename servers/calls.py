"""Requests that a server relays to its workers: by which key they are interrupted, how long they may take, and why
their conversation ended. Runs in a server that relays; knows no transport.

A transport sends a request on a relay connection to a worker and says so here. A client names its requests by keys of
its own; the worker knows them by (connection, request).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from control import Refused
from poller import Poller
from supervisor import SessionMissingError, Supervisor, WorkerStartError
from worker import CrowdedError

ASIDE = frozenset(("complete", "inspect"))  # commands of those who only look, and wait for nothing
KILL_AFTER_TIMEOUT_S = 5.0
LOOK_S = 0.05  # how exactly time limits are kept
MAX_KEY_CHARACTERS = 64
_EARLY = 256  # interrupts that came before their request, the latest of them


class Call:
    """One request between its sending and its reply.

    Attributes:
        is_begun: nobody will say that it ended; it has when something else runs.
        is_late: it was interrupted at its time limit.
        is_withdrawn: it was given up while it waited behind another request of its session; it will not begin.
    """

    __slots__ = (
        "_hang_up",
        "_is_asked",
        "connection",
        "deadline",
        "is_begun",
        "is_late",
        "is_withdrawn",
        "key",
        "request",
        "session",
    )

    def __init__(
        self,
        session: str,
        connection: int,
        request: int,
        key: str | None,
        deadline: float | None,
        hang_up: Callable[[], object],
    ) -> None:
        self.connection = connection
        self.deadline = deadline
        self.is_begun = False
        self.is_late = False
        self.is_withdrawn = False
        self.key = key
        self.request = request
        self.session = session
        self._hang_up = hang_up
        self._is_asked = False

    def interrupt(self, supervisor: Supervisor) -> bool:
        """Interrupts it, or withdraws it where another one runs; the second time the worker is killed."""
        was_asked, self._is_asked = self._is_asked, True
        answer = supervisor.interrupt(self.session, self.connection, self.request)
        if answer["waits"] or (was_asked and not answer["interrupted"] and not answer["killed"]):
            self.withdraw()
        return True

    def withdraw(self) -> None:
        """Gives it up: its interrupt is with the worker, so that it will not begin there."""
        self.is_withdrawn = True
        self._hang_up()


class Calls:
    """The calls under way in all sessions.

    Args:
        poller: its thread keeps the time limits.
    """

    def __init__(self, supervisor: Supervisor, poller: Poller) -> None:
        self._by_key: dict[tuple[str, str], Call] = {}
        self._early: deque[tuple[str, str]] = deque(maxlen=_EARLY)
        self._limited: set[Call] = set()
        self._lock = threading.Lock()
        self._poller = poller
        self._supervisor = supervisor

    def begin(
        self,
        session: str,
        connection: int,
        request: int,
        *,
        key: str | None,
        timeout_s: float | None,
        hang_up: Callable[[], object],
    ) -> Call:
        """Notes a request, just before it is sent.

        Args:
            connection: the relay connection's number, from the worker's ready frame.
            key: what its client calls it; None where that will not interrupt it by name.
            timeout_s: interrupts it after so long, queueing included, and kills the worker 5 s later.
            hang_up: ends the relay connection from any thread; what has come in before can still be read.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        call = Call(session, connection, request, key, deadline, hang_up)
        if key is None and deadline is None:
            return call  # the common case costs nothing
        with self._lock:
            is_interrupted = key is not None and self._note_key(call, key)
            if deadline is not None:
                if not self._limited:
                    self._poller.after(LOOK_S, self._look)
                self._limited.add(call)
        if is_interrupted:
            call.interrupt(self._supervisor)
        return call

    def limit(self, session: str, connection: int, request: int, timeout_s: float) -> None:
        """Limits a request that runs already, from now on; for clients that speak to the worker themselves."""
        call = self.begin(session, connection, request, key=None, timeout_s=timeout_s, hang_up=lambda: None)
        call.is_begun = True

    def end(self, call: Call) -> None:
        """Forgets a request whose reply has come, or will not come."""
        if call.key is None and call.deadline is None:
            return
        with self._lock:
            self._limited.discard(call)
            if call.key is not None:
                self._by_key.pop((call.session, call.key), None)

    def interrupt(self, session: str, key: str | None) -> bool:
        """Interrupts a request; the second time kills the worker that runs it.

        Args:
            key: None: whatever runs now.

        Returns:
            Whether there was something to interrupt. An interrupt that came before its request is remembered.

        Raises:
            SessionMissingError.
        """
        if key is None:
            answer = self._supervisor.interrupt(session, None, None)
            return bool(answer["interrupted"] or answer["killed"])
        self._supervisor.find(session)
        with self._lock:
            call = self._by_key.get((session, key))
            if call is None:
                self._early.append((session, key))
                return False
        return call.interrupt(self._supervisor)

    def _note_key(self, call: Call, key: str) -> bool:
        """Returns whether its interrupt came before it."""
        self._by_key[call.session, key] = call
        try:
            self._early.remove((call.session, key))
        except ValueError:
            return False
        return True

    def _look(self) -> None:
        """On the poller's thread, while any call has a time limit."""
        now = time.monotonic()
        with self._lock:
            over = {call for call in self._limited if call.is_begun and not self._runs(call)}
            self._limited -= over
            due = [call for call in self._limited if call.deadline is not None and call.deadline <= now]
        for call in due:
            self._enforce(call, now)
        with self._lock:
            if self._limited:
                self._poller.after(LOOK_S, self._look)

    def _runs(self, call: Call) -> bool:
        try:
            worker = self._supervisor.find(call.session).worker
        except SessionMissingError:
            return False
        return worker is not None and worker.activity() == (True, call.connection, call.request)

    def _enforce(self, call: Call, now: float) -> None:
        try:
            if not call.is_late:
                call.is_late, call.deadline = True, now + KILL_AFTER_TIMEOUT_S
                call.interrupt(self._supervisor)
                return
            with self._lock:
                self._limited.discard(call)
            if not self._supervisor.kill(call.session, "timeout", (call.connection, call.request)):
                call.withdraw()
        except SessionMissingError:
            call.withdraw()


def refusal(problem: Exception) -> Refused:
    """What a client is told where its request cannot be given to a worker.

    Args:
        problem: SessionMissingError, WorkerStartError or CrowdedError of the supervisor.
    """
    if isinstance(problem, SessionMissingError):
        return Refused("no_session", f"there is no session '{problem}'")
    if isinstance(problem, WorkerStartError):
        return Refused("start", str(problem), {"stderrTail": problem.obituary.get("stderr_tail", "")})
    if isinstance(problem, CrowdedError):
        return Refused("crowded", "too many clients wait for what it runs now")
    raise problem


def check_incarnation(supervisor: Supervisor, session: str, known: str | None, actual: str) -> None:
    """Refuses a request whose client knows another worker than the one that would carry it out: its state is lost.

    Args:
        known: the incarnation that the client has met last; None where it does not say.

    Raises:
        Refused: `died`, before anything is sent.
    """
    if known is not None and known != actual:
        raise died(supervisor.obituary(session, known) or {})


def died(obituary: dict[str, Any]) -> Refused:
    """What the clients of a worker that ended are told."""
    facts = {
        "exitCode": obituary.get("exit_code"),
        "signal": obituary.get("signal"),
        "reason": obituary.get("reason", "crash"),
        "stderrTail": obituary.get("stderr_tail", ""),
        "memoryPeakBytes": obituary.get("memory_peak_bytes"),
    }
    return Refused("died", "the worker ended, and its variables are lost", facts)

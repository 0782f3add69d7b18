"""The control plane: what never waits for user code. Runs in a server, each request on a thread of its own.

Commands return the fields of their reply; `Refused` becomes its error.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from beep_jupyter.names import PATTERN
from beep_jupyter.worker.wire import PROTOCOL

from log import Log
from owners import Owners
from supervisor import DEFAULT_SESSION, SessionMissingError, Supervisor, WorkerStartError
from worker import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Refused(Exception):
    """A request that cannot be carried out.

    Attributes:
        code: the wire's, for programs.
        facts: what goes with it.
        incarnation: the worker that the error came from; empty where it came from none.
    """

    def __init__(self, code: str, message: str, facts: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.facts = facts or {}
        self.incarnation = ""


class Control:
    """The commands.

    Args:
        identity: `name kind address environment` of this backend.
        stop: ends the backend politely and returns the pids that were swept.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        owners: Owners,
        log: Log,
        identity: dict[str, str],
        stop: Callable[[], list[int]],
    ) -> None:
        self._identity = identity
        self._log = log
        self._owners = owners
        self._started_at = time.monotonic()
        self._stop = stop
        self._supervisor = supervisor

    def answer(self, command: object, fields: dict[str, Any], peer: int) -> dict[str, Any]:
        """Carries out one command.

        Args:
            peer: the caller's pid.

        Raises:
            Refused: it cannot be carried out.
        """
        method = getattr(self, f"do_{command}", None) if isinstance(command, str) else None
        if method is None:
            raise Refused("unknown_command", f"the control plane has no command {command!r}")
        try:
            reply: dict[str, Any] = method(fields | {"peer": peer})
        except SessionMissingError as missing:
            raise Refused("no_session", f"there is no session '{missing}'") from None
        except WorkerStartError as failed:
            raise Refused("start", str(failed), {"stderr_tail": failed.obituary.get("stderr_tail", "")}) from None
        return reply

    def follow_logs(self, fields: dict[str, Any]) -> Iterator[str]:
        """The lines of `logs`; endless with {follow: true}."""
        return self._log.follow(wait=bool(fields.get("follow")))

    def do_ping(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {"protocol": PROTOCOL}

    def do_health(self, fields: dict[str, Any]) -> dict[str, Any]:
        worker = self._supervisor.find(_session(fields)).worker
        return self._identity | {
            "state": worker.state if worker else "dead",
            "pid": os.getpid(),
            "worker_pid": worker.pid if worker and not worker.ended.is_set() else None,
            "python": worker.ready["python"] if worker and worker.ready else "",
            "protocol": PROTOCOL,
            "uptime_s": time.monotonic() - self._started_at,
            "memory_bytes": self._supervisor.memory_bytes(),
            "sessions": self._supervisor.session_names(),
            "owner": self._owners.first,
        }

    def do_interrupt(self, fields: dict[str, Any]) -> dict[str, Any]:
        """{session, connection, request, kill} → {interrupted, killed, waits}

        `kill` names a reason and skips the asking. Where a request is named and another one runs, nothing is killed,
        and after an interrupt it `waits`: it will not be begun.
        """
        connection, request = _number(fields, "connection"), _number(fields, "request")
        if reason := _text(fields, "kill"):
            only = None if connection is None or request is None else (connection, request)
            is_killed = self._supervisor.kill(_session(fields), reason, only)
            return {"interrupted": False, "killed": is_killed, "waits": False}
        return self._supervisor.interrupt(_session(fields), connection, request)

    def do_restart(self, fields: dict[str, Any]) -> dict[str, Any]:
        return _introduce(self._supervisor.restart(_session(fields)))

    def do_sessions(self, fields: dict[str, Any]) -> dict[str, Any]:
        """{open} or {close} a session by name, or list them → {sessions: [{name, state, pid}]}"""
        if name := _text(fields, "open"):
            if not PATTERN.fullmatch(name):
                raise Refused("bad_request", f"{name!r:.80} cannot name a session")
            self._supervisor.open_session(name)
        if name := _text(fields, "close"):
            if name == DEFAULT_SESSION:
                raise Refused("bad_request", f"the session '{name}' cannot be closed, only restarted")
            self._supervisor.close_session(name)
        return {"sessions": [self._describe(name) for name in self._supervisor.session_names()]}

    def do_own(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Makes the caller an owner."""
        self._owners.add(fields["peer"])
        return {"owner": self._owners.first}

    def do_obituary(self, fields: dict[str, Any]) -> dict[str, Any]:
        """{session, incarnation} → {obituary} of a worker that ended, null while it lives."""
        return {"obituary": self._supervisor.obituary(_session(fields), _text(fields, "incarnation"))}

    def do_stop(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {"swept": self._stop()}

    def _describe(self, name: str) -> dict[str, Any]:
        worker = self._supervisor.find(name).worker
        return {"name": name, "state": worker.state if worker else "dead", "pid": worker.pid if worker else None}


def _session(fields: dict[str, Any]) -> str:
    return _text(fields, "session", DEFAULT_SESSION)


def _text(fields: dict[str, Any], name: str, default: str = "") -> str:
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise Refused("bad_request", f"field '{name}' must be a text")
    return value


def _number(fields: dict[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is not None and type(value) is not int:
        raise Refused("bad_request", f"field '{name}' must be a whole number")
    return value


def _introduce(worker: Worker) -> dict[str, Any]:
    return {"pid": worker.pid, "incarnation": worker.incarnation, "python": (worker.ready or {}).get("python", "")}

"""The supervisor of workers that all servers share: sessions, each with one worker at a time.

Runs in a server; standard library only, `poll` and threads. It opens, restarts, interrupts and closes sessions, gives
a client's socket to the right worker, keeps the obituaries of those that ended, and at the end leaves nobody behind.
It does not know transports, tokens or names.
"""

from __future__ import annotations

import itertools
import os
import socket
import threading
from collections.abc import Callable

from beep_jupyter.backends import processes

from poller import Poller
from spawn import Process
from worker import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing takes 4 ms to import, and the worker waits for this server
    import subprocess
    from typing import Any

    Helper = subprocess.Popen[str]

# The stop ladder: how long each rung is given before the next.
LEAVE_S = 1.0  # asked to leave, and interrupted if busy
TERMINATE_S = 0.5  # SIGTERM to its group
KILL_S = 1.0  # SIGKILL to its group
SWEEP_S = 1.0  # what is left below the server
OBITUARY_S = 0.5
MAX_FAILED_STARTS = 5
MEMORY_LOOK_S = 0.2
DEFAULT_SESSION = "default"


class SessionMissingError(Exception):
    """No session has that name."""


class WorkerStartError(Exception):
    """A session's worker did not become ready; `obituary` says how it ended."""

    def __init__(self, message: str, obituary: dict[str, Any]) -> None:
        super().__init__(message)
        self.obituary = obituary


class Session:
    """A name and its worker; `worker` is None only before the first."""

    def __init__(self, name: str) -> None:
        self.failed_starts = 0
        self.is_closed = False
        self.lock = threading.Lock()
        self.name = name
        self.obituaries: dict[str, dict[str, Any]] = {}  # by incarnation, the latest few
        self.worker: Worker | None = None


class Supervisor:
    """Sessions and their workers.

    Args:
        spawn: starts a worker process for an incarnation.
        backend_id: begins every incarnation.
        poller: its thread sees workers speak and end.
        log: takes one line.
        memory_limit_bytes: resident memory of a worker and what is below it; 0 is no limit.

    Attributes:
        on_limit: called with (session, connection, request, timeout_s) when a worker begins a request that limits its
            own time.
    """

    def __init__(
        self,
        spawn: Callable[[str], Process],
        backend_id: str,
        poller: Poller,
        log: Callable[[str], None],
        memory_limit_bytes: int = 0,
    ) -> None:
        self.on_limit: Callable[[str, int, int, float], None] = lambda *_: None
        self._backend_id = backend_id
        self._connections = itertools.count(1)
        self._is_stopping = False
        self._lock = threading.Lock()
        self._log = log
        self._poller = poller
        self._serial = itertools.count(2)  # 1 is the worker that was spawned before there was a supervisor
        self._sessions: dict[str, Session] = {DEFAULT_SESSION: Session(DEFAULT_SESSION)}
        self._spawn = spawn
        self._spawn_lock = threading.Lock()  # between a process's first moment and its entry in the next line's table
        self._watched: set[int] = set()
        if memory_limit_bytes:
            poller.after(MEMORY_LOOK_S, lambda: self._look_at_memory(memory_limit_bytes))

    def begin(self, process: Process) -> None:
        """Takes over the default session's worker, which the server spawned as its first act."""
        session = self._sessions[DEFAULT_SESSION]
        session.worker = self._watch(session, process)

    def session_names(self) -> list[str]:
        return sorted(self._sessions)

    def find(self, name: str) -> Session:
        """Raises SessionMissingError where there is no such session."""
        try:
            return self._sessions[name]
        except KeyError:
            raise SessionMissingError(name) from None

    def open_session(self, name: str) -> Worker:
        """The worker of a session that is made if it is not there; waits until it is ready."""
        with self._lock:
            session = self._sessions.setdefault(name, Session(name))
        return self.living_worker(session)

    def close_session(self, name: str) -> None:
        """Ends a session with all that its worker started."""
        session = self.find(name)
        with self._lock:
            self._sessions.pop(name, None)
        with session.lock:  # who needs its worker at this moment has started it by now, or finds the session closed
            session.is_closed, worker = True, session.worker
        if worker is not None:
            self.end_worker(worker, "stop")

    def living_worker(self, session: Session) -> Worker:
        """The session's worker, ready; a fresh one where the last has ended.

        Raises:
            SessionMissingError: the session was closed meanwhile.
            WorkerStartError: it ended before it was ready, or has done so too often.
        """
        with session.lock:
            if session.is_closed:
                raise SessionMissingError(session.name)
            worker = session.worker
            if worker is None or worker.ended.is_set():
                worker = session.worker = self._start(session)
        worker.settled.wait()
        if worker.ready is None and worker.kill_reason == "restart":
            return self.living_worker(session)  # somebody else restarted it before it was ready
        if worker.ready is None:
            raise WorkerStartError("the worker ended before it was ready", worker.obituary or {})
        session.failed_starts = 0
        return worker

    def connect(
        self, session_name: str, client: socket.socket, *, is_relayed: bool = False, is_aside: bool = False
    ) -> tuple[int, str]:
        """Gives a client's socket to the session's worker, which answers it from here on.

        Args:
            is_relayed: whether the other end is held by this process.
            is_aside: whether the client only looks, and does not wait for what runs.

        Returns:
            The connection's number and the worker's incarnation, which the ready frame will say too.

        Raises:
            SessionMissingError, WorkerStartError, CrowdedError.
        """
        session = self.find(session_name)
        while True:
            worker, number = self.living_worker(session), next(self._connections)
            if worker.connect(number, client, is_relayed=is_relayed, is_aside=is_aside):
                return number, worker.incarnation
            # it ended in between; the next is a fresh one

    def interrupt(self, session_name: str, connection: int | None, request: int | None) -> dict[str, Any]:
        """Interrupts the named request, or whatever runs now; the second time, kills the worker that runs it."""
        worker = self.find(session_name).worker
        if worker is None or worker.ended.is_set():
            return {"interrupted": False, "killed": False, "waits": False}
        if connection is None or request is None:
            is_busy, connection, request = worker.activity()
            if not is_busy:
                return {"interrupted": False, "killed": False, "waits": False}
        interrupted, killed, waits = worker.interrupt(connection, request)
        return {"interrupted": interrupted, "killed": killed, "waits": waits}

    def kill(self, session_name: str, reason: str, only: tuple[int, int] | None) -> bool:
        """Kills a session's worker at once; the running call learns the reason.

        Args:
            only: (connection, request): kills only if that runs.

        Returns:
            Whether it was killed.
        """
        worker = self.find(session_name).worker
        return worker is not None and worker.kill(reason, only=only)

    def obituary(self, session_name: str, incarnation: str) -> dict[str, Any] | None:
        """How a session's worker ended, None while it lives; waits a moment, since its sockets may end before it does.

        Raises:
            SessionMissingError.
        """
        session = self.find(session_name)
        worker = session.worker
        if worker is not None and worker.incarnation == incarnation:
            worker.ended.wait(OBITUARY_S)
            return worker.obituary
        return session.obituaries.get(incarnation)

    def restart(self, session_name: str) -> Worker:
        """Replaces a session's worker by a fresh one and waits until that is ready."""
        session = self.find(session_name)
        if session.worker is not None:
            self.end_worker(session.worker, "restart")
        session.failed_starts = 0
        return self.living_worker(session)

    def end_worker(self, worker: Worker, reason: str) -> list[int]:
        """The ladder: leave, interrupt, terminate, kill; then what it started and left behind, whose pids it returns.

        A busy worker that is restarted is not interrupted: its cell ends with the restart, not with an interrupt that
        nobody sent it.
        """
        worker.kill_reason = worker.kill_reason or reason
        worker.ask_to_leave()
        is_busy, connection, request = worker.activity()
        if is_busy and reason == "stop":
            worker.interrupt(connection, request)
        if not worker.ended.wait(LEAVE_S if reason == "stop" or not is_busy else 0):
            worker.kill(reason, 15)
            if not worker.ended.wait(TERMINATE_S):
                worker.kill(reason)
                worker.ended.wait(KILL_S)
        return processes.kill_until_gone(lambda: processes.marked(worker.incarnation), within_s=SWEEP_S)

    def stop(self, *, at_once: bool = False) -> list[int]:
        """Ends all sessions side by side, then everything below this process.

        Args:
            at_once: the owner is gone, so nobody waits for politeness.

        Returns:
            The pids of what had to be swept after the workers were gone.
        """
        with self._lock:
            self._is_stopping = True
            workers = [session.worker for session in self._sessions.values() if session.worker is not None]
        swept: list[int] = []
        enders = [threading.Thread(target=self._end_at_stop, args=(worker, at_once, swept)) for worker in workers]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
        swept += processes.kill_until_gone(lambda: processes.descendants(os.getpid()), within_s=SWEEP_S)
        if swept:
            self._log(f"swept {len(swept)} processes that the code had left behind: {swept}")
        return swept

    def activity(self) -> dict[str, tuple[int, ...] | None]:
        """What each session runs, or ran last: (is_busy, …) that differs for each request; None without a worker."""
        workers = {session.name: session.worker for session in list(self._sessions.values())}
        return {name: worker.activity() if worker else None for name, worker in workers.items()}

    def memory_bytes(self) -> int:
        """Resident memory of all workers and what is below them."""
        return processes.memory_bytes(processes.descendants(os.getpid()))

    def start_helper(self, start: Callable[[], Helper]) -> Helper:
        """Starts a process below the server that is no worker and that somebody else waits for."""
        with self._spawn_lock:
            helper = start()
            self._watched.add(helper.pid)
        return helper

    def forget_helper(self, pid: int) -> None:
        """A helper was waited for; its number may become somebody else's."""
        self._watched.discard(pid)

    def reap_orphans(self) -> None:
        """Reaps what was left to this process as the subreaper; workers are reaped where they are watched."""
        if not self._spawn_lock.acquire(blocking=False):
            self._poller.after(TERMINATE_S, self.reap_orphans)
            return
        try:
            processes.reap_orphans(keep=self._watched)
        finally:
            self._spawn_lock.release()

    def _start(self, session: Session) -> Worker:
        if self._is_stopping:
            raise WorkerStartError("the backend is stopping", {})
        if session.failed_starts >= MAX_FAILED_STARTS:
            last = next(reversed(session.obituaries.values()), {})
            raise WorkerStartError(f"the worker ended {MAX_FAILED_STARTS} times before it was ready", last)
        incarnation = f"{self._backend_id}.{next(self._serial)}"
        try:
            with self._spawn_lock:
                return self._watch(session, self._spawn(incarnation))
        except OSError as error:
            raise WorkerStartError(f"the interpreter cannot be started: {error.strerror}", {}) from error

    def _watch(self, session: Session, process: Process) -> Worker:
        self._watched.add(process.pid)
        return Worker(
            process,
            self._poller,
            on_end=lambda worker: self._on_end(session, worker),
            on_limit=lambda *limit: self.on_limit(session.name, *limit),
        )

    def _on_end(self, session: Session, worker: Worker) -> None:
        """On the poller's thread: files the obituary and sweeps what a dead worker left."""
        self._watched.discard(worker.pid)
        obituary = worker.obituary or {}
        session.obituaries[worker.incarnation] = obituary
        while len(session.obituaries) > 2 * MAX_FAILED_STARTS:
            session.obituaries.pop(next(iter(session.obituaries)))
        session.failed_starts += worker.ready is None
        end = f"signal {obituary.get('signal')}" if obituary.get("signal") else f"status {obituary.get('exit_code')}"
        self._log(f"worker {worker.pid} ended: {obituary.get('reason')}, {end}")
        if not self._is_stopping:
            threading.Thread(target=self._sweep_after, args=(worker.incarnation,), daemon=True).start()

    def _sweep_after(self, incarnation: str) -> None:
        swept = processes.kill_until_gone(lambda: processes.marked(incarnation), within_s=SWEEP_S)
        if swept:
            self._log(f"swept {len(swept)} processes of a worker that ended: {swept}")

    def _end_at_stop(self, worker: Worker, at_once: bool, swept: list[int]) -> None:
        if at_once:
            worker.kill("stop", 15)
            worker.ended.wait(TERMINATE_S)
            worker.kill("stop")
            worker.ended.wait(KILL_S)
        else:
            swept += self.end_worker(worker, "stop")

    def _look_at_memory(self, limit_bytes: int) -> None:
        for session in list(self._sessions.values()):
            worker = session.worker
            if worker is not None and not worker.ended.is_set():
                used = processes.memory_bytes([worker.pid, *processes.descendants(worker.pid)])
                if used > limit_bytes:
                    self._log(f"worker {worker.pid} uses {used} bytes, more than its limit of {limit_bytes}")
                    worker.memory_peak_bytes = used
                    worker.kill("memory")
        self._poller.after(MEMORY_LOOK_S, lambda: self._look_at_memory(limit_bytes))

"""Serves one backend on a Unix socket: start, listen, and end. Runs in the pipe server; standard library only."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

from beep_jupyter.backends import processes
from beep_jupyter.worker.wire import PROTOCOL

from control import Control
from doorman import Doorman
from log import Log
from owners import Owners
from poller import Poller
from spawn import Process
from supervisor import DEFAULT_SESSION, Supervisor, WorkerStartError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BACKLOG = 128


def serve(first: Process | OSError, spawn: Callable[[str], Process]) -> int:
    """Runs until the backend is stopped; returns the exit status.

    Args:
        first: the default session's worker, already spawned, or why it could not be.
    """
    order = json.loads(sys.stdin.readline())
    if isinstance(first, OSError):
        _report({"failed": {"message": f"the interpreter cannot be started: {first.strerror}", "stderr_tail": ""}})
        return 1
    return PipeServer(order, spawn).run(first)


class PipeServer:
    """One backend.

    Args:
        order: what the launcher wrote on standard input.
    """

    def __init__(self, order: dict[str, Any], spawn: Callable[[str], Process]) -> None:
        self._order = order
        self._log = Log()
        self._poller = Poller()
        self._stop_lock = threading.Lock()
        self._swept: list[int] = []
        backend_id, name = sys.argv[4:6]
        self._backend_id = backend_id
        self._supervisor = Supervisor(spawn, backend_id, self._poller, self._log, order.get("memory_limit_bytes") or 0)
        self._owners = Owners(self._poller, on_last=self._stop_for_owner)
        self._identity = {
            "name": name,
            "kind": "pipe",
            "address": f"unix:{order['socket']}",
            "environment": order["environment"],
        }
        control = Control(self._supervisor, self._owners, self._log, self._identity, self.stop)
        self._doorman = Doorman(order["token"], self._supervisor, control, self._log)

    def run(self, first: Process) -> int:
        self._supervisor.begin(first)
        self._watch_owner()
        _take_signals(self.stop, self._supervisor.reap_orphans, self._poller)
        listener = _listen(self._order["socket"])
        threading.Thread(target=self._report_start, args=(listener,), daemon=True).start()
        self._poller.run()
        return 0

    def stop(self, *, at_once: bool = False) -> list[int]:
        """Ends everything below this process, and then its loop; the second caller waits for the first."""
        try:
            with self._stop_lock:
                self._swept += self._supervisor.stop(at_once=at_once)
                for path in (self._order["file"], self._order["socket"], self._order["log"]):
                    self._remove(path)  # before the reply: whoever asked finds nothing any more
        finally:
            self._poller.after(0.05, self._poller.stop)  # the reply to `stop` goes first
        return self._swept

    def _remove(self, path: str) -> None:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as problem:  # the disk is read-only by now, say; a server without workers must end all the same
            self._log(f"{path} cannot be removed: {problem.strerror}")

    def _report_start(self, listener: socket.socket) -> None:
        """Waits for the first worker, for as long as it lives, and tells the launcher."""
        try:
            worker = self._supervisor.living_worker(self._supervisor.find(DEFAULT_SESSION))
            self._write_connection_file()
        except WorkerStartError as failed:
            _report({"failed": {"message": str(failed), "stderr_tail": failed.obituary.get("stderr_tail", "")}})
            self.stop()
            return
        except OSError as problem:
            message = f"its connection file cannot be written: {problem.strerror}"
            _report({"failed": {"message": message, "stderr_tail": ""}})
            self.stop()
            return
        self._poller.watch(listener.fileno(), lambda: self._doorman.open(listener))
        ready = {"pid": os.getpid(), "worker_pid": worker.pid, "protocol": PROTOCOL}
        self._log(f"ready: worker {worker.pid}, owner {self._owners.first}")
        _report({"ready": ready | self._identity | {"python": worker.ready["python"] if worker.ready else ""}})
        processes.become_subreaper()
        if idle_timeout_s := self._order.get("idle_timeout_s"):
            self._watch_idleness(idle_timeout_s, {})

    def _watch_owner(self) -> None:
        owner = self._order["owner"]
        if owner is None:
            return
        self._owners.add(owner, stream=0)
        if os.getppid() != owner:  # it ended before this line, and its number may be somebody else's by now
            self._stop_for_owner()

    def _stop_for_owner(self) -> None:
        self._log("the last owner has ended")
        threading.Thread(target=self.stop, kwargs={"at_once": True}, daemon=True).start()

    def _watch_idleness(self, timeout_s: float, seen: dict[str, Any]) -> None:
        """Stops a backend that nobody owns and nobody used from one look to the next."""

        def look() -> None:
            if self._owners.first is None and self._supervisor.is_idle_since(seen):
                self._log(f"idle for {timeout_s:g} s")
                threading.Thread(target=self.stop, daemon=True).start()
            else:
                self._poller.after(timeout_s, look)

        self._supervisor.is_idle_since(seen)
        self._poller.after(timeout_s, look)

    def _write_connection_file(self) -> None:
        content = self._identity | {"token": self._order["token"], "pid": os.getpid(), "protocol": PROTOCOL}
        temporary = f"{self._order['file']}.new"
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(content, file)
            os.replace(temporary, self._order["file"])
        except OSError:
            self._remove(temporary)
            raise


def _listen(path: str) -> socket.socket:
    """A socket of mode 0600 from its first moment, whatever the umask."""
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _take_signals(stop: Callable[[], object], reap: Callable[[], None], poller: Poller) -> None:
    """SIGTERM stops politely, SIGCHLD reaps what was adopted; both between calls of the poller, since a handler may run
    while its own thread holds the locks that are needed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: poller.soon(lambda: threading.Thread(target=stop, daemon=True).start()))
    signal.signal(signal.SIGCHLD, lambda *_: poller.soon(reap))


def _report(message: dict[str, Any]) -> None:
    """Tells the launcher, once, and closes the stream."""
    data = json.dumps(message).encode() + b"\n"
    try:
        os.write(1, data)
    except BrokenPipeError:
        pass  # the launcher is gone; the owner watch deals with it
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)

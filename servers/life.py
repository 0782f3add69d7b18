"""What a server is beside its transport: its order, its workers, its owner, its files, its end. Runs in a server.

Standard library only: a pipe server becomes ready with nothing else. The transport binds an address, says so with
`open`, and is told by `on_stopped` when nothing is left to serve.

The order is one line of JSON on standard input, whose end then means that the owner is gone:

    {"kind": K, "token": T, "owner": PID or null, "environment": E, "port": N, "socket": PATH, "file": PATH,
     "log": PATH, "idle_timeout_s": S, "memory_limit_bytes": B, "is_culled": whether S counts for an owned one too}

On standard output goes one line, {"ready": {…}} or {"failed": {"message": M, "stderr_tail": T, "cure": C}}. Standard
error is the log. Exit status: 0 stopped, 1 the interpreter cannot be started.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable

from beep_jupyter.backends import processes
from beep_jupyter.worker.wire import PROTOCOL

from control import Control
from log import Log
from owners import Owners
from poller import Poller
from spawn import Process, spawn_worker
from supervisor import DEFAULT_SESSION, Supervisor, WorkerStartError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from calls import Calls
    from venv_jobs import VenvJobs

REPLY_S = 0.05  # what a reply to `stop` is given to leave before its server


def read_order() -> dict[str, Any]:
    """What the launcher wrote."""
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    return order


def report_unspawnable(error: OSError) -> int:
    """Tells the launcher that not even the first worker could be started; returns the exit status."""
    _report({"failed": {"message": f"the interpreter cannot be started: {error.strerror}", "stderr_tail": ""}})
    return 1


class Life:
    """One backend from its start to its end.

    Args:
        order: what the launcher wrote.
        on_stopped: ends the transport; called once on the poller's thread, when nothing runs below this process.

    Attributes:
        control: carries out the commands of the control plane.
        identity: `name kind address environment`; the address once it is open.
        poller: its `run` has to be called, on whatever thread the transport likes.
    """

    def __init__(self, order: dict[str, Any], on_stopped: Callable[[], object]) -> None:
        backend_id, name = sys.argv[4:6]
        self.token: str = order["token"]
        self.log = Log()
        self.poller = Poller()
        self.supervisor = Supervisor(
            spawn_worker, backend_id, self.poller, self.log, order.get("memory_limit_bytes") or 0
        )
        self.owners = Owners(self.poller, on_last=self._stop_for_owner)
        self.identity = {"name": name, "kind": order["kind"], "address": "", "environment": order["environment"]}
        self.control = Control(self.supervisor, self.owners, self.log, self.identity, self.stop)
        self.supervisor.on_limit = lambda *limit: self.calls.limit(*limit)
        self._calls: Calls | None = None
        self._jobs: VenvJobs | None = None
        self._jobs_lock = threading.Lock()  # a command and who follows it ask at the same moment
        self._on_stopped = on_stopped
        self._order = order
        self._stop_lock = threading.Lock()
        self._swept: list[int] = []

    @property
    def calls(self) -> Calls:
        """The calls that the transport relays, or that their clients want limited; made when first needed."""
        if self._calls is None:
            from calls import Calls

            self._calls = Calls(self.supervisor, self.poller)
        return self._calls

    @property
    def jobs(self) -> VenvJobs:
        """The management commands under way; made when first needed."""
        with self._jobs_lock:
            if self._jobs is None:
                from venv_jobs import VenvJobs

                self._jobs = VenvJobs(self.supervisor, self.log)
            return self._jobs

    def begin(self, first: Process) -> None:
        """Takes over the first worker, and watches the owner and the signals; on the main thread."""
        self.supervisor.begin(first)
        self._watch_owner()
        self._take_signals()

    def open(self, address: str, then: Callable[[], object]) -> None:
        """Makes the backend known when its first worker is ready, however long that takes, and returns at once.

        Args:
            address: where the transport is bound already.
            then: lets clients in.
        """
        self.identity["address"] = address
        threading.Thread(target=self._report_start, args=(then,), daemon=True).start()

    def fail(self, message: str, cure: str = "") -> None:
        """Tells the launcher why the transport cannot be had, and ends.

        Args:
            cure: what its user can do.
        """
        _report({"failed": {"message": message, "stderr_tail": "", "cure": cure}})
        self.stop(at_once=True)  # nobody has run anything yet

    def stop(self, *, at_once: bool = False) -> list[int]:
        """Ends everything below this process, and then the transport; the second caller waits for the first.

        Args:
            at_once: the owner is gone, so nobody waits for politeness.

        Returns:
            The pids of what the code had left behind.
        """
        try:
            with self._stop_lock:
                if self._jobs is not None:
                    self._jobs.stop(at_once=at_once)
                self._swept += self.supervisor.stop(at_once=at_once)
                for path in (self._order["file"], self._order["socket"], self._order["log"]):
                    self._remove(path)  # before the reply: whoever asked finds nothing any more
        finally:
            self.poller.after(REPLY_S, self._end)
        return self._swept

    def _end(self) -> None:
        if self.poller.is_running:
            self._on_stopped()
            self.poller.stop()

    def _remove(self, path: str) -> None:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as problem:  # the disk is read-only by now, say; a server without workers must end all the same
            self.log(f"{path} cannot be removed: {problem.strerror}")

    def _report_start(self, then: Callable[[], object]) -> None:
        try:
            worker = self.supervisor.living_worker(self.supervisor.find(DEFAULT_SESSION))
            self._write_connection_file()
        except WorkerStartError as failed:
            _report({"failed": {"message": str(failed), "stderr_tail": failed.obituary.get("stderr_tail", "")}})
            self.stop()
            return
        except OSError as problem:
            self.fail(f"its connection file cannot be written: {problem.strerror}")
            return
        then()
        ready = {"pid": os.getpid(), "worker_pid": worker.pid, "protocol": PROTOCOL}
        self.log(f"ready: worker {worker.pid}, owner {self.owners.first}")
        _report({"ready": ready | self.identity | {"python": worker.ready["python"] if worker.ready else ""}})
        processes.become_subreaper()
        if idle_timeout_s := self._order.get("idle_timeout_s"):
            self._watch_idleness(idle_timeout_s)

    def _watch_owner(self) -> None:
        owner = self._order["owner"]
        if owner is None:
            return
        self.owners.add(owner, stream=0)
        if os.getppid() != owner:  # it ended before this line, and its number may be somebody else's by now
            self._stop_for_owner()

    def _stop_for_owner(self) -> None:
        self.log("the last owner has ended")
        threading.Thread(target=self.stop, kwargs={"at_once": True}, daemon=True).start()

    def _watch_idleness(self, timeout_s: float) -> None:
        """Stops a backend that nobody owns, unless it is culled, and nobody used from one look to the next."""
        seen, is_culled = self._activity(), self._order.get("is_culled", False)

        def look() -> None:
            nonlocal seen
            before, seen = seen, self._activity()
            is_busy = any(activity and activity[0] for activity in seen.values())
            if (is_culled or self.owners.first is None) and not is_busy and seen == before:
                self.log(f"idle for {timeout_s:g} s")
                threading.Thread(target=self.stop, daemon=True).start()
            else:
                self.poller.after(timeout_s, look)

        self.poller.after(timeout_s, look)

    def _activity(self) -> dict[str, tuple[int, ...] | None]:
        """What every session does, and the management commands, under a name that no session can have."""
        activity = self.supervisor.activity()
        if self._jobs is not None:
            activity[""] = self._jobs.activity()
        return activity

    def _write_connection_file(self) -> None:
        content = self.identity | {"token": self.token, "pid": os.getpid(), "protocol": PROTOCOL}
        temporary = f"{self._order['file']}.new"
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(content, file)
            os.replace(temporary, self._order["file"])
        except OSError:
            self._remove(temporary)
            raise

    def _take_signals(self) -> None:
        """SIGTERM stops politely, SIGCHLD reaps what was adopted; both between calls of the poller, since a handler may
        run while its own thread holds the locks that are needed."""
        soon, begin_stop = self.poller.soon, lambda: threading.Thread(target=self.stop, daemon=True).start()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: soon(begin_stop))
        signal.signal(signal.SIGCHLD, lambda *_: soon(self.supervisor.reap_orphans))


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

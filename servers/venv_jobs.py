"""Management commands as processes below the server: started, followed, cancelled. Runs in a server; standard library.

Imported when the first one is asked for. Each has a thread that reads what it says; whoever wants its progress or its
result waits for that thread's news.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from control import Refused
from venv_orders import checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

    from supervisor import Supervisor

    Process = subprocess.Popen[str]

MAX_JOBS = 8
CANCEL_S = 5.0  # what a job is given to clean up before it is killed
STOP_S = 2.0  # the same when the server stops
STOP_AT_ONCE_S = 0.5  # and when its owner is gone
LOG_S = 1.0  # how long the last words of a job that has ended are waited for: what it left behind may hold the pipe
WATCH_S = 5.0  # how long the progress of a job is waited for that has not begun
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "venv_job.py")

CANCELLED = {"error": {"code": "cancelled", "message": "it was cancelled; nothing is left half done"}}
FAILED = {"error": {"code": "internal", "message": "the management command failed"}}


class VenvJob:
    """One command under way.

    Args:
        order: what its process reads first.
        log: takes each line of its standard error, which is how it failed where nobody foresaw that.
        on_end: called once, on a thread of the job's own.
    """

    def __init__(
        self,
        process: Process,
        order: dict[str, Any],
        log: Callable[[str], None],
        on_end: Callable[[VenvJob], None],
    ) -> None:
        self.process = process
        self._changed = threading.Condition()
        self._is_cancelled = False
        self._is_ordered = False
        self._killing: threading.Timer | None = None
        self._last: dict[str, Any] | None = None
        self._log = log
        self._on_end = on_end
        self._progress: list[dict[str, Any]] = []
        threading.Thread(target=self._accompany, args=(order,), daemon=True).start()

    def progress(self) -> Iterator[dict[str, Any]]:
        """Its reports so far, and each further one as it comes, until it ends."""
        seen = 0
        while True:
            with self._changed:
                while seen == len(self._progress) and self._last is None:
                    self._changed.wait()
                news = self._progress[seen:]
                if not news:
                    return
                seen += len(news)
            yield from news

    def result(self) -> dict[str, Any]:
        """Waits for its end.

        Raises:
            Refused: what its error says.
        """
        with self._changed:
            while self._last is None:
                self._changed.wait()
            last = self._last
        if "result" in last:
            found: dict[str, Any] = last["result"]
            return found
        facts = dict(last["error"])
        raise Refused(facts.pop("code"), facts.pop("message"), facts)

    def cancel(self) -> None:
        """Ends it, from any thread, without waiting: it cleans up, and is killed if it does not end.

        The end of its input tells it, which unlike a signal cannot come too early; more than once is harmless.
        """
        with self._changed:
            if self._last is not None or self._is_cancelled:
                return
            self._is_cancelled = True
            if self._is_ordered:
                self._end_input()
            self._killing = threading.Timer(CANCEL_S, self.kill)
            self._killing.daemon = True
            self._killing.start()

    def kill(self) -> None:
        """Ends it without its doing; what it had begun is swept by the next command."""
        self.process.kill()  # does nothing where it was waited for already

    def _accompany(self, order: dict[str, Any]) -> None:
        """On a thread of its own, from its order to its end."""
        logging = threading.Thread(target=self._keep_log, daemon=True)
        logging.start()
        self._give(order)
        last = self._read()
        self.process.wait()
        logging.join(LOG_S)
        with self._changed:
            self._end_input()
            if self._killing is not None:
                self._killing.cancel()
            self._last = last or (CANCELLED if self._is_cancelled else FAILED)
            self._changed.notify_all()
        self._on_end(self)

    def _give(self, order: dict[str, Any]) -> None:
        """It may take a while: the order holds whole files, and the process imports much before it reads."""
        with suppress(BrokenPipeError):  # it ended already; that it says nothing is an error
            self._input.write(json.dumps(order) + "\n")
            self._input.flush()
        with self._changed:
            self._is_ordered = True
            if self._is_cancelled:
                self._end_input()

    def _read(self) -> dict[str, Any] | None:
        """Takes in what it says, until it ends; returns its result or its error."""
        assert self.process.stdout is not None
        last = None
        with self.process.stdout as stream:
            for line in stream:
                message = _message(line)
                if "progress" in message:
                    self._note(message["progress"])
                else:
                    last = message or last
        return last

    def _keep_log(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            for line in stream:
                self._log(f"management command {self.process.pid}: {line.rstrip()}")

    def _note(self, progress: dict[str, Any]) -> None:
        with self._changed:
            self._progress.append(progress)
            self._changed.notify_all()

    @property
    def _input(self) -> IO[str]:
        assert self.process.stdin is not None
        return self.process.stdin

    def _end_input(self) -> None:
        with suppress(BrokenPipeError):
            self._input.close()


class VenvJobs:
    """The management commands of a backend.

    Args:
        supervisor: leaves the processes alone, which are below the server as workers are.
        log: takes one line.
    """

    def __init__(self, supervisor: Supervisor, log: Callable[[str], None]) -> None:
        self._by_key: dict[str, VenvJob] = {}
        self._changed = threading.Condition()
        self._is_stopping = False
        self._jobs: set[VenvJob] = set()
        self._log = log
        self._started = 0
        self._supervisor = supervisor

    def activity(self) -> tuple[bool, int]:
        """(is_busy, how many were started so far)."""
        return bool(self._jobs), self._started

    def start(self, command: str, fields: dict[str, Any], key: str | None = None) -> VenvJob:
        """Starts a command, such as `create`.

        Args:
            key: names it for `watch`.

        Raises:
            Refused: a field is wrong, there is no such command, too many run already, or the machine has no room for
                a process.
        """
        order = {"command": command, "fields": checked(command, fields)}
        with self._changed:
            if self._is_stopping:
                raise Refused("cancelled", "the backend is stopping")
            if len(self._jobs) >= MAX_JOBS:
                raise Refused("crowded", f"{MAX_JOBS} management commands run already")
            try:
                process = self._supervisor.start_helper(_spawn)
            except OSError as error:
                raise Refused("crowded", f"no process can be started: {error.strerror}") from None
            job = VenvJob(process, order, self._log, self._forget)
            self._jobs.add(job)
            self._started += 1
            if key is not None:
                self._by_key[key] = job
                self._changed.notify_all()
        return job

    def watch(self, key: str) -> Iterator[dict[str, Any]]:
        """The progress of the job of that name, until it ends; nothing where none begins within 5 s."""
        deadline = time.monotonic() + WATCH_S
        with self._changed:
            while key not in self._by_key:
                if not self._changed.wait(deadline - time.monotonic()):
                    return
            job = self._by_key[key]
        yield from job.progress()

    def stop(self, *, at_once: bool) -> None:
        """Cancels all that run, waits for their end, and kills them where that takes too long."""
        with self._changed:
            self._is_stopping = True
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        with self._changed:
            self._changed.wait_for(lambda: not self._jobs, STOP_AT_ONCE_S if at_once else STOP_S)
        for job in jobs:
            job.kill()

    def _forget(self, job: VenvJob) -> None:
        self._supervisor.forget_helper(job.process.pid)
        with self._changed:
            self._jobs.discard(job)
            self._changed.notify_all()
            for key in [key for key, found in self._by_key.items() if found is job]:
                del self._by_key[key]


def _spawn() -> Process:
    """In a process group of its own: what is sent to the server's does not reach it."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", PROGRAM, sys.argv[1]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        errors="replace",
        text=True,
        process_group=0,
    )


def _message(line: str) -> dict[str, Any]:
    """What the process says; empty where it was killed within the line, or something printed before it began."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}

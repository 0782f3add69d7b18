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

from control import Refused
from venv_orders import checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from supervisor import Supervisor

MAX_JOBS = 8
CANCEL_S = 5.0  # what a job is given to clean up before it is killed
WATCH_S = 5.0  # how long the progress of a job is waited for that has not begun
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "venv_job.py")


class VenvJob:
    """One command under way."""

    def __init__(self, process: subprocess.Popen[str], on_end: Callable[[VenvJob], None]) -> None:
        self.process = process
        self._changed = threading.Condition()
        self._last: dict[str, Any] | None = None
        self._on_end = on_end
        self._progress: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

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
        """Ends it, from any thread, without waiting: it cleans up, and is killed if it does not end."""
        if self._last is not None:
            return
        self._signal(2)
        timer = threading.Timer(CANCEL_S, self._signal, (9,))
        timer.daemon = True
        timer.start()

    def await_end(self, within_s: float) -> None:
        """Waits for its end, and kills it after so long."""
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self._signal(9)

    def _signal(self, number: int) -> None:
        if self._last is None:
            self.process.send_signal(number)

    def _read(self) -> None:
        assert self.process.stdout is not None
        last = {"error": {"code": "internal", "message": "the management command failed; the backend's log says how"}}
        with self.process.stdout:
            for line in self.process.stdout:
                message = json.loads(line)
                if "progress" in message:
                    self._note(message["progress"])
                else:
                    last = message
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        with self._changed:
            self._last = last
            self._changed.notify_all()
        self._on_end(self)

    def _note(self, progress: dict[str, Any]) -> None:
        with self._changed:
            self._progress.append(progress)
            self._changed.notify_all()


class VenvJobs:
    """The management commands of a backend.

    Args:
        supervisor: leaves the processes alone, which are below the server as workers are.
    """

    def __init__(self, supervisor: Supervisor) -> None:
        self._by_key: dict[str, VenvJob] = {}
        self._changed = threading.Condition()
        self._is_stopping = False
        self._jobs: set[VenvJob] = set()
        self._supervisor = supervisor

    def start(self, command: str, fields: dict[str, Any], key: str | None = None) -> VenvJob:
        """Starts a command, such as `create`.

        Args:
            key: names it for `watch`.

        Raises:
            Refused: a field is wrong, there is no such command, or too many run already.
        """
        order = {"command": command, "fields": checked(command, fields)}
        with self._changed:
            if self._is_stopping:
                raise Refused("cancelled", "the backend is stopping")
            if len(self._jobs) >= MAX_JOBS:
                raise Refused("crowded", f"{MAX_JOBS} management commands run already")
            job = VenvJob(self._supervisor.start_helper(lambda: _spawn(order)), self._forget)
            self._jobs.add(job)
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
        """Cancels all that run, and waits for their end."""
        with self._changed:
            self._is_stopping = True
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        for job in jobs:
            job.await_end(0.5 if at_once else CANCEL_S)

    def _forget(self, job: VenvJob) -> None:
        self._supervisor.forget_helper(job.process.pid)
        with self._changed:
            self._jobs.discard(job)
            for key in [key for key, found in self._by_key.items() if found is job]:
                del self._by_key[key]


def _spawn(order: dict[str, Any]) -> subprocess.Popen[str]:
    """In a process group of its own: what is sent to the server's does not reach it."""
    process = subprocess.Popen(
        [sys.executable, "-I", PROGRAM, sys.argv[1]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it ended already; that it says nothing is an error
    return process

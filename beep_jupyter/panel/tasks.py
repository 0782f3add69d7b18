"""Long work that a panel began in the kernel: a process and a thread each, with progress and cancel. Kernel.

The process is `servers/venv_job.py`, whose contract is at its top: it is cancelled when its input ends, so also where
the kernel ends, and leaves nothing half done.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ..errors import UsageError
from ..resources import PACKAGE, find_folder
from .messages import EventName

CANCEL_S = 5.0  # what a process is given to clean up before it is killed
KEPT = 20  # ended tasks that a page which is opened later still shows
LOG_LINES = 50
_FAILED = {"code": "internal", "message": "The command failed in a way that nobody foresaw."}

Tell = Callable[[EventName, dict[str, Any]], None]


class Task:
    """One command under way, or ended.

    Args:
        method: as REST calls it, such as `environments.create`.
        target: the environment or the version of a runtime that it works on.
        home: the home folder that its process works in.
        tell: takes the name and data of each event, on the task's thread.
    """

    def __init__(self, method: str, target: str, home: str, tell: Tell) -> None:
        self.id = str(uuid.uuid4())
        self.has_ended = False
        self._facts: dict[str, Any] = {
            "id": self.id,
            "method": method,
            "target": target,
            "state": "pending",
            "progress": None,
            "log": [],
            "error": None,
            "result": None,
            "created_at": _now(),
            "ended_at": None,
        }
        self._is_cancelled = False
        self._killing: threading.Timer | None = None
        self._last: dict[str, Any] = {}
        self._process = _spawn(home)
        self._tell = tell
        self._thread: threading.Thread | None = None

    def run(self, fields: dict[str, Any]) -> None:
        """Begins it, on a thread of its own."""
        order = json.dumps({"command": self._facts["method"].rpartition(".")[2], "fields": fields})
        self._thread = threading.Thread(target=self._accompany, args=(order,), name="beep-panel-task", daemon=True)
        self._thread.start()

    def as_object(self) -> dict[str, Any]:
        """What REST would answer of it."""
        return dict(self._facts)

    def cancel(self) -> None:
        """Ends it without waiting; more than once is harmless."""
        if self.has_ended or self._is_cancelled:
            return
        self._is_cancelled = True
        self._end_input()
        self._killing = threading.Timer(CANCEL_S, self._process.kill)
        self._killing.daemon = True
        self._killing.start()

    def wait(self) -> None:
        """Until it and its thread have ended."""
        if self._thread is not None:
            self._thread.join()

    def _accompany(self, order: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._become("running")
        with suppress(OSError, ValueError):  # cancelled at once: its input has ended already
            self._process.stdin.write(order + "\n")
            self._process.stdin.flush()
        with self._process.stdout as lines:
            for line in lines:
                self._hear(line)
        self._process.wait()
        self._end_input()
        if self._killing is not None:
            self._killing.cancel()
        self._settle()

    def _hear(self, line: str) -> None:
        message = _message(line)
        if message is None:  # what its code printed; where it fails unforeseen, its traceback
            self._note(line.rstrip())
        elif "progress" in message:
            self._facts["progress"] = message["progress"]
            self._note(message["progress"]["text"])
            self._tell("progress", {"id": self.id, **message["progress"]})
        else:
            self._last = message

    def _note(self, text: str) -> None:
        self._facts["log"] = [*self._facts["log"], text][-LOG_LINES:]

    def _settle(self) -> None:
        if not self._last and not self._is_cancelled:
            self._last = {"error": _FAILED}
        error = self._last.get("error")
        self._facts["error"] = error and {"code": error["code"], "message": error["message"]}
        self._facts["result"] = self._last.get("result")
        self._facts["ended_at"] = _now()
        self.has_ended = True
        self._become("failed" if "error" in self._last else "done" if self._last else "cancelled")

    def _become(self, state: str) -> None:
        self._facts["state"] = state
        self._tell("task", self.as_object())

    def _end_input(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # what was not written yet has no reader any more
            self._process.stdin.close()


class Tasks:
    """All tasks of a panel, the oldest first."""

    def __init__(self, home: str, tell: Tell) -> None:
        self._home = home
        self._tasks: dict[str, Task] = {}
        self._tell = tell

    def list(self) -> list[dict[str, Any]]:
        """All that run, and the last that ended."""
        return [task.as_object() for task in list(self._tasks.values())]

    def start(self, method: str, target: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Begins a task; answers it as it is now."""
        task = Task(method, target, self._home, self._tell)
        self._tasks[task.id] = task
        for ended in [task for task in list(self._tasks.values()) if task.has_ended][:-KEPT]:
            self._tasks.pop(ended.id, None)  # two requests may begin one at the same time
        task.run(fields)
        return task.as_object()

    def cancel(self, id: str) -> dict[str, Any]:
        """Cancels a task.

        Raises:
            UsageError: there is none of that id.
        """
        if id not in self._tasks:
            raise UsageError("That task is not known any more.", "Show the panel again: `%beep panel`.")
        self._tasks[id].cancel()
        return self._tasks[id].as_object()

    def stop(self) -> None:
        """Cancels all and waits until they have ended."""
        for task in self._tasks.values():
            task.cancel()
        for task in self._tasks.values():
            task.wait()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _spawn(home: str) -> subprocess.Popen[str]:
    """In a system session of its own: the kernel's interrupt does not reach it."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(find_folder("servers") / "venv_job.py"), str(PACKAGE.parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "BEEP_HOME": home},
        start_new_session=True,
    )


def _message(line: str) -> dict[str, Any] | None:
    """What the process says; None for lines of other origin."""
    with suppress(ValueError):
        message = json.loads(line)
        if isinstance(message, dict) and message.keys() & {"progress", "result", "error"}:
            return message
    return None

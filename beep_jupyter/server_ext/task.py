"""One command that takes long: a process, its progress and its end. Runs in the Jupyter server's loop.

What it tells of itself holds no code, no token and no value: it names what is worked on, not what was asked for, and
passwords in addresses are left out of what uv says.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import uuid
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..resources import PACKAGE
from .feed import Feed

CANCEL_S = 5.0  # what a process is given to clean up before it is killed
LOG_S = 1.0  # how long the last words are waited for: what it left behind may hold the pipe
LOG_LINES = 50
LINE_BYTES = 1 << 20
PROGRAM = Path(__file__).with_name("job.py")
ENDED = frozenset(("done", "failed", "cancelled"))
_FAILED = {"status": 500, "code": "internal", "message": "The command failed; the server's log says how."}
_SECRET = re.compile(r"(?<=://)[^/@\s]+@")

log = logging.getLogger(__name__)


class Task:
    """A command under way, or ended.

    Args:
        method: what is done, such as `environments.create`.
        target: the name of what it is done to.
        order: what its process reads.
        everybody: is told what this task's own listeners are told.
    """

    def __init__(self, method: str, target: str, order: dict[str, Any], everybody: Feed) -> None:
        self.id = str(uuid.uuid4())
        self.method = method
        self.target = target
        self.order = order
        self.state = "pending"
        self.is_cancelled = False  # or about to be
        self.error: dict[str, Any] | None = None  # with the status that a reply would have
        self.result: dict[str, Any] | None = None
        self.feed = Feed()
        self._created_at = datetime.now(UTC)
        self._ended_at: datetime | None = None
        self._everybody = everybody
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._process: asyncio.subprocess.Process | None = None
        self._progress: dict[str, Any] | None = None

    @property
    def has_ended(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self.state in ENDED

    def as_object(self) -> dict[str, Any]:
        """What REST answers of it."""
        return {
            "id": self.id,
            "method": self.method,
            "target": self.target,
            "state": self.state,
            "progress": self._progress,
            "log": list(self._log),
            "error": self.error and {"code": self.error["code"], "message": self.error["message"]},
            "result": self.result,
            "created_at": self._created_at.isoformat(),
            "ended_at": self._ended_at.isoformat() if self._ended_at else None,
        }

    async def run(self) -> None:
        """From its start to its end."""
        if self.has_ended:
            return
        self._become("running")
        last: dict[str, Any] | None = {"error": _FAILED}
        try:
            self._process = await _spawn()
            last = await self._accompany(self._process)
        except OSError as error:
            last = {"error": _FAILED | {"message": f"No process can be started: {error.strerror}."}}
        finally:  # whatever happens, who waits for its end hears of it
            self._settle(last)

    def _settle(self, last: dict[str, Any] | None) -> None:
        if last is None and self.is_cancelled:
            return self._end("cancelled")
        said = last or {"error": _FAILED}
        self.result, self.error = said.get("result"), said.get("error")
        return self._end("failed" if self.error else "done")

    def cancel(self) -> None:
        """Ends it without waiting: it cleans up, and is killed if it does not end. More than once is harmless."""
        if self.has_ended or self.is_cancelled:
            return None
        self.is_cancelled = True
        if self.state == "pending":
            return self._end("cancelled")
        if self._process is not None:
            self._end_input(self._process)
        asyncio.get_running_loop().call_later(CANCEL_S, self.kill)
        return None

    def kill(self) -> None:
        """Ends it without its doing; what it had begun is swept by the next command."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _accompany(self, process: asyncio.subprocess.Process) -> dict[str, Any] | None:
        assert process.stdin is not None
        with suppress(ConnectionError):  # it ended already; that it says nothing is an error
            process.stdin.write(json.dumps(self.order).encode() + b"\n")
            await process.stdin.drain()
        if self.is_cancelled:
            self._end_input(process)
        logging_it = asyncio.ensure_future(self._keep_log(process))
        last = await self._read(process)
        await process.wait()
        self._end_input(process)
        await asyncio.wait([logging_it], timeout=LOG_S)
        logging_it.cancel()
        return last

    async def _read(self, process: asyncio.subprocess.Process) -> dict[str, Any] | None:
        """Takes in what it says, until it ends; returns its result or its error."""
        assert process.stdout is not None
        last = None
        async for line in process.stdout:
            message = _message(line)
            if "progress" in message:
                self._note(message["progress"])
            else:
                last = message or last
        return last

    async def _keep_log(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while text := await process.stderr.read(LINE_BYTES):
            log.warning("task %s: %s", self.id, _without_secrets(text.decode(errors="replace").rstrip()))

    def _note(self, progress: dict[str, Any]) -> None:
        progress["text"] = _without_secrets(progress["text"])
        if self._progress is None or progress["text"] != self._progress["text"]:
            self._log.append(progress["text"])
        self._progress = progress
        self._tell("progress", {"id": self.id, **progress})

    def _become(self, state: str) -> None:
        self.state = state
        self._tell("task", self.as_object())

    def _end(self, state: str) -> None:
        if self.error is not None:
            self.error = self.error | {"message": _without_secrets(self.error["message"])}
        self._ended_at = datetime.now(UTC)
        self.order = {}  # it may be long, and is nobody's business any more
        self._become(state)
        self.feed.close()

    def _tell(self, name: str, data: dict[str, Any]) -> None:
        self.feed.tell(name, data)
        self._everybody.tell(name, data)

    @staticmethod
    def _end_input(process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            process.stdin.close()


async def _spawn() -> asyncio.subprocess.Process:
    """In a system session of its own: what a terminal sends to the Jupyter server does not reach it."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        str(PROGRAM),
        str(PACKAGE.parent),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_BYTES,
        start_new_session=True,
    )


def _message(line: bytes) -> dict[str, Any]:
    """What the process says; empty where it was killed within the line."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _without_secrets(text: str) -> str:
    return _SECRET.sub("", text)

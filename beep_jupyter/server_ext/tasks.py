"""All tasks of the Jupyter server: started, found, cancelled. Runs in its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from .feed import Feed
from .problems import ProblemError
from .task import CANCEL_S, Task

MOST_RUNNING = 4  # at a time; uv itself uses all cores
MOST_KEPT = 100  # that have ended
MOST_WAITING = 100


class Tasks:
    """Keeps tasks, and runs a few at a time.

    Args:
        home: the home folder, which each process is told.
        feed: is told of all that happens to them.
    """

    def __init__(self, home: str, feed: Feed) -> None:
        self._alive: set[Task] = set()  # previews too, which nobody can look up
        self._by_id: dict[str, Task] = {}
        self._feed = feed
        self._home = home
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MOST_RUNNING)

    def list(self) -> list[Task]:
        """All, the oldest first."""
        return list(self._by_id.values())

    def get(self, id: str) -> Task:
        """The task of that id.

        Raises:
            ProblemError: 404.
        """
        if id not in self._by_id:
            raise ProblemError(404, "task_not_found", f"There is no task {id:.40}; ended ones are forgotten in time.")
        return self._by_id[id]

    def start(self, method: str, target: str, arguments: dict[str, Any]) -> Task:
        """Starts a command; the same one under way already is that.

        Raises:
            ProblemError: 409, another one works on the target, or too many wait.
        """
        order = {"home": self._home, "method": method, "arguments": arguments}
        under_way = [task for task in self._by_id.values() if not task.has_ended]
        for task in under_way:
            if task.order == order and not task.is_cancelled:
                return task
            if task.target == target and task.method.partition(".")[0] == method.partition(".")[0]:
                message = f"Task {task.id} works on '{target}'. Wait for its end, or cancel it."
                raise ProblemError(409, "task_busy", message)
        if len(under_way) >= MOST_WAITING:
            raise ProblemError(409, "task_busy", f"{len(under_way)} tasks wait already. Wait for their end.")
        return self._begin(Task(method, target, order, self._feed))

    async def carry_out(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The result of a command that is over soon, as no task that could be looked up.

        Raises:
            ProblemError: it failed.
        """
        task = Task(method, "", {"home": self._home, "method": method, "arguments": arguments}, Feed())
        await asyncio.shield(self._keep(task, task.run()))
        if task.error is not None:
            raise ProblemError(task.error["status"], task.error["code"], task.error["message"])
        return task.result or {}

    async def stop(self) -> None:
        """Cancels all and waits for their end."""
        for task in tuple(self._alive):
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=CANCEL_S + 1)

    def _begin(self, task: Task) -> Task:
        self._by_id[task.id] = task
        self._forget_old()
        self._keep(task, self._run(task))
        return task

    async def _run(self, task: Task) -> None:
        async with self._slots:
            await task.run()

    def _keep(self, task: Task, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Carries it out, held here: the loop holds what runs by a weak reference only."""
        running = asyncio.ensure_future(work)
        self._alive.add(task)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        running.add_done_callback(lambda _: self._alive.discard(task))
        return running

    def _forget_old(self) -> None:
        ended = [id for id, task in self._by_id.items() if task.has_ended]
        for id in ended[:-MOST_KEPT]:
            del self._by_id[id]

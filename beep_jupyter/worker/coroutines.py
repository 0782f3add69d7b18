"""The one event loop of a session, for cells that speak of async. Runs in the worker; imported when first needed."""

from __future__ import annotations

import asyncio

from . import failures, forks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine
    from typing import Any

    from .interrupts import Interrupts


NESTED = "code that awaits cannot run inside of a cell that awaits; put the magic into a cell of its own"


class _Cell:
    """A cell that the loop runs, and what an interrupt does to it.

    Attributes:
        is_interrupted: whether it was to be cancelled.
        is_cancelled: whether it was; else it had ended before.
        task: runs it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._loop = loop
        self._others = asyncio.all_tasks(loop)
        self.is_cancelled = False
        self.is_interrupted = False
        self.task = loop.create_task(self._run(coroutine))

    def interrupt(self) -> bool:
        """Cancels the cell where KeyboardInterrupt would not hit its own code: in the loop, which would forget what it
        was about to run, or in a task of an earlier cell. Answers whether that is so."""
        current = asyncio.current_task(self._loop)
        if current is not None and current not in self._others:
            return False
        self.is_interrupted = True
        self.is_cancelled = self.task.cancel()  # at once: one that has not begun must not begin
        self._loop.call_soon_threadsafe(_nothing)  # wakes the loop
        return True

    async def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await coroutine
        except asyncio.CancelledError as error:
            if not self.is_cancelled:
                raise
            raise KeyboardInterrupt().with_traceback(error.__traceback__) from None


def _nothing() -> None:
    """What a loop is woken for."""


class PersistentLoop:
    """Tasks that a cell starts go on while a later cell runs in the loop, and while no cell runs."""

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts = interrupts
        self._is_between = False
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    @property
    def is_closed(self) -> bool:
        """Whether user code has closed it."""
        return self._loop.is_closed()

    @property
    def is_running(self) -> bool:
        """Whether it runs a cell."""
        return self._loop.is_running()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Runs to the end; an interrupt cancels what it interrupted and leaves other tasks alone.

        Raises:
            RuntimeError: it runs a cell, whose code this is in.
        """
        if self.is_running:
            coroutine.close()
            raise RuntimeError(NESTED)
        cell = _Cell(self._loop, coroutine)
        self._interrupts.instead = cell.interrupt
        try:
            value = self._loop.run_until_complete(cell.task)
        except BaseException as error:
            self._end(cell.task)
            coroutine.close()  # if it has not begun
            if cell.is_cancelled and isinstance(error, asyncio.CancelledError):
                raise KeyboardInterrupt from None
            raise
        finally:
            self._interrupts.instead = None
        if cell.is_interrupted and not cell.is_cancelled:
            raise KeyboardInterrupt  # it came when the code had just ended
        return value

    def _end(self, task: asyncio.Task[Any]) -> None:
        """Leaves nothing of a cell that did not come to its own end."""
        if not task.done():
            task.cancel()
            self._loop.run_until_complete(asyncio.wait([task]))
        if not task.cancelled():
            task.exception()  # or it would be told of as one that nobody has taken

    def step(self) -> bool:
        """What is ready goes one step, so that requests that come closely do not hold it up.

        Returns:
            Whether there is anything to go on with; it costs nothing where there is not.
        """
        has_work = self._has_work()
        if has_work:
            self._loop.call_soon(self._loop.stop)
            self._go_on()
        return has_work

    def wait(self, descriptors: Collection[int], timeout_s: float | None) -> None:
        """Tasks go on until one of the descriptors can be read, or the time is over."""
        for descriptor in descriptors:
            self._loop.add_reader(descriptor, self._loop.stop)
        timer = None if timeout_s is None else self._loop.call_later(timeout_s, self._loop.stop)
        self._go_on()
        for descriptor in descriptors:
            self._loop.remove_reader(descriptor)
        if timer is not None:
            timer.cancel()

    def _has_work(self) -> bool:
        """Whether there are tasks, timers, transports or a stop in it; a loop of another make does not tell."""
        loop: Any = self._loop
        try:
            transports = len(loop._selector.get_map()) - 1  # one is the loop's own
            return bool(loop._ready or loop._scheduled or loop._stopping or transports or asyncio.all_tasks(loop))
        except AttributeError:
            return True

    def _go_on(self) -> None:
        """Runs until it is stopped, or a task wants the interpreter to end: that is an error of nobody's cell."""
        error = None
        self._is_between = True
        try:
            self._loop.run_forever()
        except (KeyboardInterrupt, SystemExit) as raised:
            error = raised
        self._is_between = False
        if forks.is_child:
            forks.leave(error)
        if error is not None:
            failures.show(error)

    def after_fork_in_child(self) -> None:
        """A child that a task has forked between cells ends with that step: it has no cell to come to the end of."""
        if self._is_between:
            self._loop.stop()

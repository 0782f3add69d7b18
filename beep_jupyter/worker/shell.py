"""The namespace that lasts, and the running of code in it. Runs in the worker, on its main thread."""

from __future__ import annotations

import sys
from types import ModuleType

from . import forks, late
from .source import SourceCache, is_coroutine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coroutines import PersistentLoop
    from .interrupts import Interrupts
    from .source import Source


class Shell:
    """A fresh `__main__` without a file, as a notebook has it.

    Args:
        interrupts: of the code that runs.
    """

    __slots__ = ("_interrupts", "_loop", "main", "namespace", "sources")

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts = interrupts
        self.main = ModuleType("__main__")
        self.namespace = self.main.__dict__
        self.namespace["__builtins__"] = sys.modules["builtins"]
        self.sources = SourceCache()
        self._loop: PersistentLoop | None = None

    @property
    def loop(self) -> PersistentLoop | None:
        """The event loop of cells that speak of async; None before the first of them, and where code has closed it."""
        return None if self._loop is None or self._loop.is_closed else self._loop

    @property
    def _is_in_loop(self) -> bool:
        """Whether code in a cell is to be run that the loop runs already."""
        return self._loop is not None and self._loop.is_running

    def install(self) -> None:
        """Becomes `__main__`, and makes the working directory importable as a notebook does."""
        sys.modules["__main__"] = self.main
        sys.path.insert(0, "")
        sys.argv[:] = [""]

    def run(self, text: str, number: int = 0) -> Any:
        """Runs a text in the namespace and returns the value of its last expression, None where there is none.

        Raises whatever the text raises, SyntaxError included. A child that the text forked ends here.

        Args:
            number: of the cell that the text is, for tracebacks.
        """
        try:
            source = self.sources.compile(text, number)
            value = None
            if source.needs_loop and (source.awaits or not self._is_in_loop):
                value = self._run_in_loop(source)
            else:
                if source.body is not None:
                    exec(source.body, self.namespace)
                if source.last is not None:
                    value = eval(source.last, self.namespace)
        except BaseException as error:
            if forks.is_child:
                forks.leave(error)
            raise
        if forks.is_child:
            forks.leave(None)
        return value

    def _run_in_loop(self, source: Source) -> Any:
        loop = self.loop
        if loop is None:
            loop = self._loop = late.load("coroutines").PersistentLoop(self._interrupts)  # imports asyncio: 50 ms
        return loop.run(self._run_awaiting(source))

    async def _run_awaiting(self, source: Source) -> Any:
        value: Any = None
        for code in (source.body, source.last):
            value = eval(code, self.namespace) if code is not None else None
            if code is not None and is_coroutine(code):
                value = await value
        return value

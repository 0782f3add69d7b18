"""What `get_ipython()` tells of cells: how one went, and callbacks before and after. Runs in the worker."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .cells import Cells


class ExecutionResult:
    """How a cell in a cell went, as IPython names it."""

    def __init__(self) -> None:
        self.error_before_exec: BaseException | None = None
        self.error_in_exec: BaseException | None = None
        self.result: Any = None

    @property
    def success(self) -> bool:
        return self.error_in_exec is None

    def raise_error(self) -> None:
        """Raises what the code raised."""
        if self.error_in_exec is not None:
            raise self.error_in_exec


class Events:
    """Callbacks before and after cells."""

    def __init__(self, cells: Cells) -> None:
        begun: list[Callable[[], object]] = cells.on_begin
        ended: list[Callable[[], object]] = cells.on_end
        self._cells = cells
        self.callbacks = {"pre_execute": begun, "pre_run_cell": begun, "post_execute": ended, "post_run_cell": ended}
        self._wrapped: dict[tuple[str, Any], Callable[[], object]] = {}

    def register(self, event: str, function: Callable[..., object]) -> None:
        """Has a function called; those of `..._run_cell` may take what IPython gives them."""
        if event not in self.callbacks:
            raise KeyError(event)
        if (event, function) not in self._wrapped:
            takes_one = event.endswith("_run_cell") and _takes_one(function)
            wrapped = (lambda: function(CellInfo(self._cells))) if takes_one else function
            self._wrapped[event, function] = wrapped
            self.callbacks[event].append(wrapped)

    def unregister(self, event: str, function: Callable[..., object]) -> None:
        """Ends that."""
        if (event, function) not in self._wrapped:
            raise ValueError("function %r is not registered as a %s callback" % (function, event))
        self.callbacks[event].remove(self._wrapped.pop((event, function)))


class CellInfo(ExecutionResult):
    """What callbacks around a cell are given."""

    def __init__(self, cells: Cells) -> None:
        super().__init__()
        texts = cells.history.texts
        self.raw_cell = texts[cells.number] if cells.number < len(texts) else ""
        self.error_in_exec = cells.failure
        self.execution_count = cells.number
        self.info = self


def _takes_one(function: Callable[..., object]) -> bool:
    import inspect

    try:
        inspect.signature(function).bind(None)
    except (TypeError, ValueError):
        return False
    return True

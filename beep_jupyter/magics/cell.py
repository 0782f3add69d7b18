"""`%%beep_eval`: a cell in a backend, as if it were local."""

from __future__ import annotations

import sys
import tokenize
from collections.abc import Mapping
from typing import Any

from IPython.core.displayhook import DisplayHook

from ..commands.cell import CellRequest, parse
from ..commands.surface import Surface
from ..commands.target import choose_target
from ..errors import ExecutionError, ExecutionTimeoutError, TransferError, UsageError, WorkerDiedError, nearest_match
from ..models import Execution, Output
from .line import split
from .outputs import Publisher


def run(shell: Any, surface: Surface, line: str, cell: str) -> None:
    """Runs `%%beep_eval LINE` with the cell's text.

    Raises:
        UsageError: the line is wrong, or a variable to send is missing; nothing was run.
        TransferError: a variable to bring back is missing; the others were brought back.
        ExecutionError, ExecutionTimeoutError, WorkerDiedError: what the code did, unless `--no-raise` was given.
    """
    request = parse(split(line), surface)
    if request is None:
        return
    inputs = _take(shell.user_ns, request.inputs)
    publisher = Publisher(shell)
    backend = surface.beep.find(request.names[0] if request.names else choose_target(surface))
    is_silent = request.is_quiet or _is_silenced(cell)
    try:
        execution = backend.execute(
            cell,
            inputs=inputs,
            outputs=request.outputs,
            timeout_s=request.timeout_s,
            on_output=_hide if request.is_quiet else publisher.publish,
            want_result=not is_silent,
        )
    except (ExecutionError, ExecutionTimeoutError, WorkerDiedError) as error:
        _fail(request, error)
        return
    if not is_silent:
        publisher.show_result(execution.result)
    _bring_back(shell.user_ns, request.outputs, execution)


def _is_silenced(cell: str) -> bool:
    """Whether the cell ends with a semicolon, which hides its value as it does in a local one."""
    try:
        return bool(DisplayHook.semicolon_at_end_of_expression(cell))  # type: ignore[no-untyped-call]
    except (tokenize.TokenError, SyntaxError):  # Python of another version, which this one cannot read
        return False


def _hide(output: Output) -> None:
    """Where the outputs of a quiet cell go."""


def _take(namespace: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for name in names:
        if name not in namespace:
            nearest = nearest_match(name, (known for known in namespace if not known.startswith("_")))
            hint = f"Did you mean '{nearest}'? " if nearest else ""
            raise UsageError(f"The notebook has no variable '{name}' to send.", f"{hint}Nothing was run.")
    return {name: namespace[name] for name in names}


def _bring_back(namespace: dict[str, Any], names: tuple[str, ...], execution: Execution) -> None:
    namespace.update(execution.values)
    missing = [name for name in names if name not in execution.values]
    if missing:
        raise TransferError(
            f"The cell ran, but its backend has no variable '{missing[0]}' to bring back.",
            f"Brought back: {', '.join(execution.values)}." if execution.values else "Nothing was brought back.",
        )


def _fail(request: CellRequest, error: ExecutionError | ExecutionTimeoutError | WorkerDiedError) -> None:
    is_interrupt = isinstance(error, ExecutionError) and error.ename == "KeyboardInterrupt"
    if request.raises or is_interrupt:  # somebody who presses stop wants Run All to stop
        raise error
    lines = error.traceback if isinstance(error, ExecutionError) else [str(error)]
    sys.stderr.write("\n".join(lines) + "\n")

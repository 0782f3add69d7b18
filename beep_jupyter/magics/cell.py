"""`%%beep_eval`: a cell in a backend, as if it were local."""

from __future__ import annotations

import getpass
import sys
import tokenize
from collections.abc import Mapping
from typing import Any

from IPython.core.displayhook import DisplayHook

from ..commands.cell import CellRequest, parse
from ..commands.receipts import receipt_lines
from ..commands.surface import Surface
from ..commands.target import choose_target
from ..errors import BeepError, ExecutionError, ExecutionTimeoutError, UsageError, WorkerDiedError, nearest_match
from ..models import Execution, Output
from .line import split
from .outputs import Publisher
from .transforming import transformed


def run(shell: Any, surface: Surface, line: str, cell: str) -> None:
    """Runs `%%beep_eval LINE` with the cell's text.

    Raises:
        UsageError: the line is wrong, or a variable to send is missing; nothing was run.
        ExecutionError, ExecutionTimeoutError, WorkerDiedError: what the code did, unless `--no-raise` was given. A
            variable to bring back that is missing is an ExecutionError too; the others were brought back.
    """
    request = parse(split(line), surface)
    if request is None:
        return
    inputs = _take(shell.user_ns, request.inputs)
    backend = surface.beep.find(request.names[0] if request.names else choose_target(surface))
    publisher, is_silent = Publisher(shell), request.is_quiet or _is_silenced(cell)
    try:
        execution = backend.execute(
            transformed(cell),
            inputs=inputs,
            outputs=request.outputs,
            timeout_s=request.timeout_s,
            on_output=_hide if request.is_quiet else publisher.publish,
            stdin=_answer if _may_ask(shell) else None,
            want_result=not is_silent,
            pickle=request.takes_pickle,
            cell=shell.execution_count,
            quiet=is_silent,
        )
    except ExecutionError as error:
        _finish(shell, publisher, error.execution, is_silent)
        _fail(request, error, error.traceback)
    except (ExecutionTimeoutError, WorkerDiedError) as error:
        _fail(request, error, [str(error)])
    else:
        _finish(shell, publisher, execution, is_silent)
        if not request.is_quiet:
            for line_told in receipt_lines(execution, len(inputs), backend.name):
                surface.show.say(line_told)


def _take(namespace: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for name in names:
        if name not in namespace:
            nearest = nearest_match(name, (known for known in namespace if not known.startswith("_")))
            hint = f"Did you mean '{nearest}'? " if nearest else ""
            raise UsageError(f"The notebook has no variable '{name}' to send.", f"{hint}Nothing was run.")
    return {name: namespace[name] for name in names}


def _finish(shell: Any, publisher: Publisher, execution: Execution | None, is_silent: bool) -> None:
    """Shows the result, if the code came that far, and brings back what was asked for and is there."""
    if execution is not None:
        if not is_silent:
            publisher.keep_result(execution.result)
        shell.user_ns.update(execution.values)


def _fail(request: CellRequest, error: BeepError, lines: list[str]) -> None:
    is_interrupt = isinstance(error, ExecutionError) and error.ename == "KeyboardInterrupt"
    if request.raises or is_interrupt:  # somebody who presses stop wants Run All to stop
        raise error
    sys.stderr.write("\n".join(lines) + "\n")


def _is_silenced(cell: str) -> bool:
    """Whether the cell ends with a semicolon, which hides its value as it does in a local one."""
    try:
        return bool(DisplayHook.semicolon_at_end_of_expression(cell))  # type: ignore[no-untyped-call]
    except (tokenize.TokenError, SyntaxError):  # Python of another version, which this one cannot read
        return False


def _may_ask(shell: Any) -> bool:
    """Whether somebody can answer a cell that asks for input; nobody can where a notebook runs without a front end."""
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", True))


def _answer(prompt: str, is_password: bool) -> str:
    return getpass.getpass(prompt) if is_password else input(prompt)


def _hide(output: Output) -> None:
    """Where the outputs of a quiet cell go."""

"""`%%beep_eval`: a cell in a backend, as if it were local. What its first line asks for is carried out from here."""

from __future__ import annotations

import asyncio
import sys
import tokenize
from contextlib import nullcontext
from typing import Any

from IPython.core.displayhook import DisplayHook

from ..backends.interrupting import presses
from ..backends.session import Session
from ..commands.cell import AUTO, CellRequest, parse
from ..commands.invoke import split
from ..commands.receipts import receipt_lines
from ..commands.surface import Surface
from ..commands.target import choose_target
from ..errors import (
    BackendNotFoundError,
    BeepError,
    ExecutionError,
    ExecutionTimeoutError,
    UsageError,
    WorkerDiedError,
    nearest_match,
)
from ..models import Execution, Output
from . import background, code_names, side_by_side
from .outputs import Publisher
from .raising import as_shown
from .transforming import transformed
from .work import Work, ends_cell


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
    if request.is_local:
        _refuse_await(shell, cell)
    work = _work(shell, request, cell)
    names = request.names or (choose_target(surface),)
    sessions = {name: _session(surface, name, request.session) for name in names}
    if request.future:
        shell.user_ns[request.future] = background.start(shell, work, names[0], sessions[names[0]])
    elif len(names) > 1:
        side_by_side.run(shell, work, sessions, request.raises)
    else:
        _run_one(shell, surface, request, work, names[0], sessions[names[0]])
    if request.is_local:
        _run_here(shell, surface, cell)


def _work(shell: Any, request: CellRequest, cell: str) -> Work:
    code = transformed(cell)
    asked, wanted = request.inputs, request.outputs
    if AUTO in (asked, wanted):
        found = code_names.of(code)
        asked = code_names.sent(found, shell.user_ns, shell.user_ns_hidden) if asked == AUTO else asked
        wanted = found.bound if wanted == AUTO else wanted
    return Work(
        code,
        inputs=_take(shell, asked),
        outputs=wanted,
        timeout_s=request.timeout_s,
        number=shell.displayhook.prompt_count,  # newer IPythons have counted on already
        is_silent=request.is_quiet or _is_silenced(cell),
        wants_result=bool(request.future),
        is_quiet=request.is_quiet,
        takes_pickle=request.takes_pickle,
        may_lack=request.outputs == AUTO,  # a branch that was not taken defines nothing
    )


def _session(surface: Surface, name: str, session: str | None) -> Session:
    try:
        backend = surface.beep.find(name)
    except BackendNotFoundError as error:
        if surface.routing is None or surface.routing.name != name:
            raise
        cure = "Plain cells are sent there: `%beep use NAME` sends them elsewhere, `%beep use --off` keeps them here."
        raise BackendNotFoundError(name, error.known, cure) from None
    return backend if session is None else backend.session(session)


def _take(shell: Any, names: tuple[str, ...]) -> dict[str, Any]:
    namespace: dict[str, Any] = shell.user_ns
    for name in names:
        if name not in namespace:
            own = (known for known in namespace if not known.startswith("_") and known not in shell.user_ns_hidden)
            nearest = nearest_match(name, own)
            hint = f"Did you mean '{nearest}'? " if nearest else ""
            raise UsageError(f"The notebook has no variable '{name}' to send.", f"{hint}Nothing was run.")
    return {name: namespace[name] for name in names}


def _run_one(shell: Any, surface: Surface, request: CellRequest, work: Work, name: str, session: Session) -> None:
    publisher, before = Publisher(shell), presses()
    try:
        execution = work.carry_out(session, _hide if work.is_quiet else publisher.publish, shell)
    except ExecutionError as error:
        _finish(shell, publisher, error.execution)
        if error.ename == "KeyboardInterrupt" and presses() > before:
            surface.show.say(f"Interrupted. '{name}' and its variables are still there.")
        _fail(request, error, error.traceback)
    except (ExecutionTimeoutError, WorkerDiedError) as error:
        _fail(request, error, [str(error)])
    else:
        _finish(shell, publisher, execution)
        if not work.is_quiet:
            for line_told in receipt_lines(execution, len(work.inputs), name):
                surface.show.say(line_told)


def _finish(shell: Any, publisher: Publisher, execution: Execution | None) -> None:
    """Keeps the result, if the code came that far, and brings back what was asked for and is there."""
    if execution is not None:
        publisher.keep_result(execution.result)
        shell.user_ns.update(execution.values)


def _fail(request: CellRequest, error: BeepError, lines: list[str]) -> None:
    if ends_cell(error, request.raises):
        raise error
    sys.stderr.write("\n".join(lines) + "\n")


def _run_here(shell: Any, surface: Surface, cell: str) -> None:
    """Runs the cell in the notebook too; an error has been shown then, and only has to stop Run All."""
    with surface.routing.aside() if surface.routing is not None else nullcontext():
        result = shell.run_cell(cell, store_history=False)
    if not result.success:
        raise as_shown(shell, result.error_before_exec or result.error_in_exec)


def _refuse_await(shell: Any, cell: str) -> None:
    """A magic cannot wait for what the kernel's own loop, which called it, would have to carry out."""
    if asyncio._get_running_loop() is not None and shell.should_run_async(cell, transformed_cell=transformed(cell)):
        raise UsageError(
            "A cell that awaits cannot run in the notebook too. Nothing was run.",
            "Leave `--local` out, and copy the cell.",
        )


def _is_silenced(cell: str) -> bool:
    """Whether the cell ends with a semicolon, which hides its value as it does in a local one."""
    try:
        return bool(DisplayHook.semicolon_at_end_of_expression(cell))  # type: ignore[no-untyped-call]
    except (tokenize.TokenError, SyntaxError):  # Python of another version, which this one cannot read
        return False


def _hide(output: Output) -> None:
    """Where the outputs of a quiet cell go."""

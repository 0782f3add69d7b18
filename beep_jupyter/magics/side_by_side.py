"""A cell in several backends at once, their outputs in columns. Runs in the kernel."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ..backends.interrupting import Interrupter
from ..backends.session import Session
from ..errors import BeepError, ExecutionError
from ..models import Execution, Output
from .keeping import Kept
from .work import Work, ends_cell

_COLOR = re.compile(r"\x1b\[[\d;]*m")
_OVERWRITTEN = re.compile(r"[^\n]*\r(?=[^\r\n])")  # what a progress bar drew before
_CELL_STYLE = "text-align: left; vertical-align: top; white-space: normal"


@dataclass(slots=True)
class Column:
    """What one backend made of the cell."""

    kept: Kept = field(default_factory=Kept)
    execution: Execution | None = None
    error: BaseException | None = None
    interrupter: Interrupter = field(default_factory=Interrupter)
    has_ended: threading.Event = field(default_factory=threading.Event)  # a join that is interrupted takes it for ended

    @property
    def outputs(self) -> Iterator[Output]:
        """What it has shown; the pieces of a stream as one."""
        for name, outputs in groupby(self.kept.outputs, lambda output: output.get("name")):
            if name is None:
                yield from outputs
            else:
                text = "".join(output["text"] for output in outputs)
                yield {"output_type": "stream", "name": name, "text": _OVERWRITTEN.sub("", text)}


def run(shell: Any, work: Work, sessions: Mapping[str, Session], raises: bool) -> None:
    """Runs the cell in all of them at the same time, and shows their outputs when all have ended.

    Variables to bring back become dicts by name, and so does the result.

    Raises:
        BeepError: what the first one raised, in the order of the names; the others have run to their end.
    """
    columns = {name: Column() for name in sessions}
    for name, session in sessions.items():
        threading.Thread(target=_fill, args=(columns[name], work, session), name=f"beep-{name}").start()
    _wait(columns.values())
    if not work.is_quiet or any(column.error for column in columns.values()):
        shell.display_pub.publish({"text/html": _html(columns), "text/plain": _plain(columns)})
    _keep(shell, work, columns)
    for column in columns.values():
        if column.error is not None and ends_cell(column.error, raises):
            raise column.error


def _fill(column: Column, work: Work, session: Session) -> None:
    try:
        with column.interrupter:
            column.execution = work.carry_out(session, column.kept.add)
    except ExecutionError as error:
        column.execution, column.error = error.execution, error
    except BaseException as error:  # noqa: BLE001  a thread's top: `run` raises it where it belongs
        column.error = error
        column.kept.add({"output_type": "stream", "name": "stderr", "text": str(error)})
    finally:
        column.has_ended.set()


def _wait(columns: Iterable[Column]) -> None:
    """The stop button interrupts all that still run, and is heard again until they have ended."""
    is_pressed = False
    while running := [column for column in columns if not column.has_ended.is_set()]:
        try:
            if is_pressed:
                is_pressed = False
                _interrupt(running)
            for column in running:
                column.has_ended.wait()
        except KeyboardInterrupt:
            is_pressed = True


def _interrupt(columns: Iterable[Column]) -> None:
    for column in columns:
        with suppress(BeepError):  # one that is gone ends its cell by itself, and must not save the others
            column.interrupter.press()


def _keep(shell: Any, work: Work, columns: Mapping[str, Column]) -> None:
    done = {name: column.execution for name, column in columns.items() if column.execution is not None}
    for variable in work.outputs:
        found = {name: execution.values[variable] for name, execution in done.items() if variable in execution.values}
        if found:
            shell.user_ns[variable] = found
    results = {name: execution.result for name, execution in done.items()}
    if any(result is not None for result in results.values()):
        shell.displayhook.update_user_ns(results)


def _html(columns: Mapping[str, Column]) -> str:
    heads = "".join(f'<th style="text-align: left">{html.escape(name)}</th>' for name in columns)
    cells = "".join(
        f'<td style="{_CELL_STYLE}">{"".join(map(_output_html, column.outputs))}</td>' for column in columns.values()
    )
    return f'<table class="beep"><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>'


def _output_html(output: Output) -> str:
    data = output.get("data", {})
    if "text/html" in data:
        return f"<div>{data['text/html']}</div>"
    if "image/svg+xml" in data:
        return f"<div>{data['image/svg+xml']}</div>"
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            return f'<img src="data:{kind};base64,{data[kind]}">'
    text = html.escape(_text_of(output))
    return f'<pre style="white-space: pre-wrap">{text}</pre>' if text else ""


def _plain(columns: Mapping[str, Column]) -> str:
    return "\n\n".join(f"{name}:\n{_column_text(column)}" for name, column in columns.items())


def _column_text(column: Column) -> str:
    lines = "\n".join(_text_of(output).rstrip("\n") for output in column.outputs).splitlines()
    return "\n".join(f"    {line}" for line in lines)


def _text_of(output: Output) -> str:
    if output["output_type"] == "stream":
        return _COLOR.sub("", output["text"])
    if output["output_type"] == "error":
        return _COLOR.sub("", "\n".join(output["traceback"]))
    return str(output.get("data", {}).get("text/plain", ""))

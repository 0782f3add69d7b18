"""What a routed cell is to do, wherever it runs: once, in the background or in several backends. Runs in the kernel."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..backends.session import Session
from ..errors import ExecutionError, ExecutionTimeoutError, WorkerDiedError
from ..models import Execution, Output


@dataclass(frozen=True, slots=True)
class Work:
    """One cell's code with all that goes with it.

    Attributes:
        code: plain Python.
        inputs: variables to set before.
        outputs: names of variables to bring back.
        timeout_s: when to interrupt; None never.
        number: of the notebook's cell.
        is_silent: whether the last expression is not shown.
        wants_result: whether its value is brought back all the same.
        is_quiet: whether nothing but errors is.
        takes_pickle: whether values without a codec may travel as pickles.
        may_lack: whether `outputs` may hold names that the code turns out not to define.
    """

    code: str
    inputs: Mapping[str, Any]
    outputs: tuple[str, ...]
    timeout_s: float | None
    number: int
    is_silent: bool
    wants_result: bool
    is_quiet: bool
    takes_pickle: bool
    may_lack: bool

    def carry_out(self, session: Session, on_output: Callable[[Output], None], asker: Any = None) -> Execution:
        """Runs it there.

        Args:
            asker: IPython's shell, whose user answers when the code asks for input; None where nobody does.

        Raises:
            BeepError: as `Session.execute` does.
        """
        return session.execute(
            self.code,
            inputs=self.inputs,
            outputs=self.outputs,
            timeout_s=self.timeout_s,
            on_output=on_output,
            stdin=_answer if asker is not None and _has_front_end(asker) else None,
            want_result=self.wants_result or not self.is_silent,
            pickle=self.takes_pickle,
            cell=self.number,
            quiet=self.is_silent,
            partial=self.may_lack,
        )


def ends_cell(error: BaseException, raises: bool) -> bool:
    """Whether an error of a routed cell is raised in the notebook.

    Args:
        raises: whether those of the code are. An interrupt always is: who presses stop wants Run All to stop.
    """
    if isinstance(error, ExecutionError):
        return raises or error.ename == "KeyboardInterrupt"
    return raises or not isinstance(error, (ExecutionTimeoutError, WorkerDiedError))


def _has_front_end(shell: Any) -> bool:
    """Whether somebody can answer a cell that asks for input; nobody can where a notebook runs without a front end."""
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", True))


def _answer(prompt: str, is_password: bool) -> str:
    return getpass.getpass(prompt) if is_password else input(prompt)

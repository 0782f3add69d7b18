"""`%%beep_eval --bg VAR`: a cell that runs on while the notebook goes on. Runs in the kernel.

Those of one namespace run one after the other. Whatever else runs there, another notebook's cell too, is not touched by
the cancelling of one.
"""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import CancelledError, Future
from typing import Any
from weakref import WeakKeyDictionary

from ..backends.interrupting import Interrupter
from ..backends.session import Session
from ..errors import BeepError, ExecutionError
from ..models import Execution, Output
from .keeping import Kept
from .outputs import Publisher
from .raising import as_line, as_sentence, shown_in
from .work import Work

_turns: WeakKeyDictionary[Session, threading.Lock] = WeakKeyDictionary()


class BackgroundCell:
    """What `--bg VAR` puts into VAR."""

    def __init__(self, shell: Any, name: str, session: Session) -> None:
        self._future: Future[Execution] = Future()
        self._interrupter = Interrupter()
        self._kept = Kept()
        self._name = name
        self._session = session
        self._shell = shell

    @property
    def outputs(self) -> list[Output]:
        """What the cell has shown so far, as a notebook keeps it."""
        return self._kept.outputs

    def done(self) -> bool:
        """Whether it has ended, one way or other."""
        return self._future.done()

    def result(self, timeout: float | None = None) -> Any:
        """The value of the last expression; waits for it.

        Args:
            timeout: for how many seconds; None for ever.

        Raises:
            ExecutionError: the code raised; as a class of the remote name, as in a cell.
            ExecutionTimeoutError, WorkerDiedError: what else became of it.
            CancelledError: it was cancelled.
            TimeoutError: it has not ended yet.
        """
        with shown_in(self._shell):
            return self._ended(timeout).result

    def _ended(self, timeout: float | None) -> Execution:
        try:
            return self._future.result(timeout)
        except TimeoutError:
            if self._future.done():
                raise  # the cell's own
            sentence = f"The cell in '{self._name}' has not ended after {timeout:g} s."
            raise as_line(TimeoutError(sentence)) from None
        except (CancelledError, ExecutionError):
            if not self._is_cancelled():
                raise
            raise as_line(CancelledError(f"The cell in '{self._name}' was cancelled.")) from None

    def cancel(self) -> bool:
        """Interrupts the cell, or keeps it from being begun where it waits for its turn.

        As with the stop button, the second time the worker is killed.

        Returns:
            Whether there was something to cancel.

        Raises:
            ConnectionLostError: its backend does not answer.
        """
        if self._future.cancel():
            return True
        if self._future.done():
            return False
        with shown_in(self._shell):
            self._interrupter.press()
        return True

    def carry_out(self, work: Work, turn: threading.Lock) -> None:
        """Runs it, when it is its turn and it is not cancelled by then. Called on a thread of its own.

        Args:
            turn: held by the cell of this namespace that runs.
        """
        with turn:
            if self._future.set_running_or_notify_cancel():
                self._run(work)

    def _run(self, work: Work) -> None:
        publisher = Publisher(self._shell)

        def see(output: Output) -> None:
            self._kept.add(output)
            if not work.is_quiet:
                publisher.publish_beside(output)

        try:
            with self._interrupter:
                execution = work.carry_out(self._session, see)
        except BaseException as error:  # noqa: BLE001  a thread's top: whoever asks for the result gets it
            self._fail(error, publisher)
        else:
            self._shell.user_ns.update(execution.values)
            self._future.set_result(execution)

    def _fail(self, error: BaseException, publisher: Publisher) -> None:
        """Brings back what is there though another variable is missing, and shows the error."""
        try:
            if isinstance(error, ExecutionError) and error.execution is not None:
                self._shell.user_ns.update(error.execution.values)
            if isinstance(error, BeepError):
                publisher.publish_error(error.traceback if isinstance(error, ExecutionError) else _sentence(error))
        finally:
            self._future.set_exception(error)

    def __repr__(self) -> str:
        return f"<cell in '{self._name}', {self._state()}>"

    def _state(self) -> str:
        if self._is_cancelled():
            return "cancelled"
        if not self._future.done():
            return "running" if self._future.running() else "waiting"
        return "done" if self._future.exception() is None else "failed"

    def _is_cancelled(self) -> bool:
        """Whether it ended because `cancel` was called."""
        if self._future.cancelled() or not self._future.done():
            return self._future.cancelled()
        error = self._future.exception()
        return self._interrupter.is_pressed and isinstance(error, ExecutionError) and error.ename == "KeyboardInterrupt"


def start(shell: Any, work: Work, name: str, session: Session) -> BackgroundCell:
    """Begins it. What it shows comes below the cell that began it, and variables to bring back are set at its end."""
    cell = BackgroundCell(shell, name, session)
    context = contextvars.copy_context()  # by which the kernel knows whose output it is
    turn = _turns.setdefault(session, threading.Lock())
    arguments = (cell.carry_out, work, turn)
    threading.Thread(target=context.run, args=arguments, name=f"beep-{name}", daemon=True).start()
    return cell


def _sentence(error: BeepError) -> list[str]:
    lines: list[str] = as_sentence(error)._render_traceback_()  # type: ignore[attr-defined]
    return lines

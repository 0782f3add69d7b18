"""`%%beep_eval --bg VAR`: a cell that runs on while the notebook goes on. Runs in the kernel."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from ..backends.session import Session
from ..errors import BeepError, ExecutionError
from ..models import Execution, Output
from .outputs import Publisher
from .raising import as_sentence
from .work import Work


class BackgroundCell:
    """What `--bg VAR` puts into VAR.

    Attributes:
        outputs: what the cell has shown so far, as a notebook keeps it.
    """

    def __init__(self, name: str, session: Session) -> None:
        self._future: Future[Execution] = Future()
        self._name = name
        self._session = session
        self._is_cancelled = False
        self.outputs: list[Output] = []

    def done(self) -> bool:
        """Whether it has ended, one way or other."""
        return self._future.done()

    def result(self, timeout: float | None = None) -> Any:
        """The value of the last expression; waits for it.

        Args:
            timeout: for how many seconds; None for ever.

        Raises:
            ExecutionError, WorkerDiedError: what became of the code.
            CancelledError: it was cancelled.
            TimeoutError: it has not ended yet.
        """
        try:
            return self._future.result(timeout).result
        except FutureTimeoutError:
            raise TimeoutError(f"The cell in '{self._name}' has not ended after {timeout:g} s.") from None
        except ExecutionError as error:
            if self._is_cancelled and error.ename == "KeyboardInterrupt":
                raise CancelledError from None
            raise

    def cancel(self) -> bool:
        """Interrupts the cell; answers whether there was still something to interrupt."""
        if self._future.done():
            return False
        self._is_cancelled = True
        return self._session.interrupt()

    def __repr__(self) -> str:
        return f"<cell in '{self._name}', {self._state()}>"

    def _state(self) -> str:
        if not self._future.done():
            return "running"
        if self._future.exception() is None:
            return "done"
        return "cancelled" if self._is_cancelled else "failed"


def start(shell: Any, work: Work, name: str, session: Session) -> BackgroundCell:
    """Begins it. What it shows comes below the cell that began it, and variables to bring back are set at its end."""
    cell = BackgroundCell(name, session)
    context = contextvars.copy_context()  # by which the kernel knows whose output it is
    threading.Thread(target=context.run, args=(_carry_out, shell, work, cell), name=f"beep-{name}", daemon=True).start()
    return cell


def _carry_out(shell: Any, work: Work, cell: BackgroundCell) -> None:
    publisher = Publisher(shell)

    def see(output: Output) -> None:
        cell.outputs.append(output)
        if not work.is_quiet:
            publisher.publish_beside(output)

    try:
        execution = work.carry_out(cell._session, see)
    except BeepError as error:
        publisher.publish_error(error.traceback if isinstance(error, ExecutionError) else _sentence(error))
        cell._future.set_exception(error)
    except BaseException as error:  # noqa: BLE001  a thread's top: whoever asks for the result gets it
        cell._future.set_exception(error)
    else:
        shell.user_ns.update(execution.values)
        cell._future.set_result(execution)


def _sentence(error: BeepError) -> list[str]:
    lines: list[str] = as_sentence(error)._render_traceback_()  # type: ignore[attr-defined]
    return lines

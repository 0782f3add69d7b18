"""What goes on around the code of a cell: its number, its result, who is told before and after. Runs in the worker."""

from __future__ import annotations

from .. import late
from ..display import bundles
from .history import History

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..shell import Shell
    from ..source import Source

    Emit = Callable[[dict[str, Any]], None]


class Cells:
    """The cells of one session.

    Args:
        shell: runs their code.
        emit: sends an output to whoever is served, in order with what is printed.

    Attributes:
        history: what the notebook remembers of them.
        number: of the cell that runs now or ran last.
        on_begin, on_end: called before and after each cell; what they raise is printed.
        failure: what the cell raised, None while it runs and where it went well.
        has_colors: whether tracebacks have.
        xmode: how tracebacks of a notebook's cells look, as `%xmode` has it.
    """

    def __init__(self, shell: Shell, emit: Emit) -> None:
        self._emit = emit
        self._is_numbered = False
        self._publish = emit
        self._shell = shell
        self.history = History(shell.namespace)
        self.number = 0
        self.on_begin: list[Callable[[], object]] = []
        self.on_end: list[Callable[[], object]] = []
        self.failure: BaseException | None = None
        self.has_colors = True
        self.xmode = "Context"
        bundles.reporter = self.tell

    def begin(self, code: str, number: int | None) -> None:
        """A cell begins.

        Args:
            number: of the notebook's cell; None where the code is no cell, and has no history.
        """
        self.failure = None
        self._is_numbered = number is not None
        self._publish = self._emit
        self.number = self.number + 1 if number is None else number
        if number is not None:
            self.history.begin(code, number)
        self._tell(self.on_begin)

    def end(self) -> None:
        """A cell has ended, one way or other."""
        self._tell(self.on_end)

    def run(self, code: str) -> Any:
        """Runs code; returns the value of its last expression."""
        return self._shell.run(code, self.number)

    def compile(self, code: str) -> Source:
        """What `run` runs."""
        return self._shell.sources.compile(code, self.number)

    def show(self, value: Any) -> str | None:
        """Shows a result, and keeps it where the cell has a number; returns the text that is shown, if one is."""
        if self._is_numbered:
            self.history.keep(value, self.number)
        data, metadata = bundles.bundle(value)
        if data:  # else it has shown itself
            self.publish(
                {"output_type": "execute_result", "execution_count": self.number, "data": data, "metadata": metadata}
            )
        text: str | None = data.get("text/plain")
        return text

    def publish(self, output: dict[str, Any]) -> None:
        """Sends an output, or gives it to who captures them."""
        self._publish(output)

    def redirect(self, publish: Emit) -> Emit:
        """From here outputs that are not text go to `publish`; returns where they went before."""
        before, self._publish = self._publish, publish
        return before

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Jupyter's error of an exception, in the notebook's way for cells of a notebook."""
        plain: Callable[[BaseException], dict[str, Any]] = late.load("failures").describe
        if not self._is_numbered or self.xmode == "Plain":
            return plain(error)
        try:
            found: dict[str, Any] = late.load("notebook.tracebacks").describe(error, self._shell.sources.numbers, self)
        except (Exception, SystemExit):  # noqa: BLE001  the user's own code: the exception's `_render_traceback_`
            found = plain(error)
        return found

    def tell(self, error: BaseException) -> None:
        """Shows an exception that does not end the cell: as an error where a notebook looks on, else on stderr."""
        if not self._is_numbered:
            late.load("failures").show(error)
            return
        found = self.describe(error)
        data = {"text/plain": "\n".join(found["traceback"])}
        self.publish({"output_type": "display_data", "data": data, "metadata": {"beep": {"error": found}}})

    def _tell(self, listeners: list[Callable[[], object]]) -> None:
        for listener in tuple(listeners):
            try:
                listener()
            except Exception as error:  # noqa: BLE001  user code, which must not take the cell's own result with it
                late.load("failures").show(error)

"""`%%capture`: a cell whose outputs become a variable. Runs in the worker; imported when it is first used."""

from __future__ import annotations

import io
import sys

from .table import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from ..display.formatter import Bundle
    from ..notebook.cells import Cells
    from ..notebook.interactive import ZMQInteractiveShell as Shell

_NOT = {"--no-stdout": "stdout", "--no-stderr": "stderr", "--no-display": "display"}


def cell_capture(shell: Shell, line: str, cell: str) -> None:
    """Runs the cell and keeps what it prints and shows; in a variable, if one is named."""
    given = words(line)
    left = {_NOT[word] for word in given if word in _NOT}
    names = [word for word in given if not word.startswith("--")]
    with Capture(shell.cells, *({"stdout", "stderr", "display"} - left)) as captured:
        shell.user_ns.update(
            dict.fromkeys(names[:1], captured)
        )  # before anything fails: it is looked at then above all
        value = shell.cells.run(cell)
        if value is not None and not cell.rstrip().endswith(";"):
            shell.cells.show(value)
        shell.cells.end()  # figures belong to the cell that made them


class RichOutput:
    """One display that was captured."""

    __module__ = "IPython.utils.capture"  # as it is known by

    def __init__(self, cells: Cells, output: dict[str, Any]) -> None:
        self._cells = cells
        self._output = output
        self.data: dict[str, Any] = output.get("data", {})
        self.metadata: dict[str, Any] = output.get("metadata", {})

    def display(self) -> None:
        """Shows it."""
        kind = self._output["output_type"]
        shown = dict(self._output, output_type="display_data" if kind == "execute_result" else kind)
        shown.pop("execution_count", None)
        self._cells.publish(shown)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        return self.data, self.metadata


class Captured:
    """What a cell printed and showed.

    Attributes:
        outputs: its displays.
    """

    def __init__(self, out: io.StringIO, err: io.StringIO) -> None:
        self._out = out
        self._err = err
        self.outputs: list[RichOutput] = []

    @property
    def stdout(self) -> str:
        return self._out.getvalue()

    @property
    def stderr(self) -> str:
        return self._err.getvalue()

    def show(self) -> None:
        """Prints and shows it all."""
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for output in self.outputs:
            output.display()

    __call__ = show

    def __str__(self) -> str:
        return self.stdout


class Capture:
    """Takes what is printed and shown meanwhile."""

    def __init__(self, cells: Cells, *kinds: str) -> None:
        self._cells = cells
        self._kinds = kinds
        self._before: Any = None

    def __enter__(self) -> Captured:
        captured = Captured(io.StringIO(), io.StringIO())
        self._before = sys.stdout, sys.stderr, None
        if "stdout" in self._kinds:
            sys.stdout = captured._out
        if "stderr" in self._kinds:
            sys.stderr = captured._err
        if "display" in self._kinds:
            publish = self._cells.redirect(lambda output: captured.outputs.append(RichOutput(self._cells, output)))
            self._before = (*self._before[:2], publish)
        return captured

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.stdout, sys.stderr, publish = self._before
        if publish is not None:
            self._cells.redirect(publish)

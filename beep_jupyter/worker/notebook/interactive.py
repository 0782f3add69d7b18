"""What `get_ipython()` answers: the part of IPython's shell that cells and libraries use. Runs in the worker.

Nothing of IPython is needed. Where it is installed, its own `display` and `get_ipython` end here too, by way of
`ipython/bridge.py`. Imported when a cell first says `get_ipython`, which every `%` and `!` does.
"""

from __future__ import annotations

import builtins
import sys

from .. import late
from ..display import bundles
from ..magics import expansion
from ..magics.table import Magics, UsageError
from . import system_commands
from .interactive_events import Events, ExecutionResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..display.formatter import DisplayFormatter
    from ..shell import Shell
    from .cells import Cells


class ZMQInteractiveShell:
    """The shell. Its name is that of a notebook's shell, by which libraries tell a notebook from a terminal.

    Attributes:
        colors: how tracebacks are coloured; any name but `nocolor` means that they are.
        config: IPython's settings; there are none.
        display_formatter: makes the representations of values.
        display_pub: sends them.
        kernel: by which libraries tell a notebook from a terminal; it holds the shell and nothing else.
        events: who is told of cells, by the names that IPython has for that.
        user_ns: the namespace.
    """

    def __init__(self, shell: Shell, cells: Cells, formatter: DisplayFormatter) -> None:
        self.cells = cells
        self._shell = shell
        self.colors = "neutral"
        self.config: dict[str, Any] = {}
        self.display_formatter = formatter
        self.display_pub = DisplayPublisher(cells)
        self.events = Events(cells)
        self.kernel = Kernel(self)
        self.user_ns = self.user_global_ns = shell.namespace
        self.user_module = shell.main
        self.user_ns_hidden = frozenset(name for name in shell.namespace if name[:2] == name[-2:] == "__")
        self.magics_manager = Magics(self)

    @property
    def execution_count(self) -> int:
        """The number of the cell that runs."""
        return self.cells.number

    def run_cell(self, raw_cell: str, store_history: bool = False, silent: bool = False, **_: Any) -> ExecutionResult:
        """Runs code as a cell in a cell: its result is shown, and an error is printed."""
        result = ExecutionResult()
        try:
            result.result = self.cells.run(raw_cell)
            if result.result is not None and not silent:
                self.cells.show(result.result)
        except Exception as error:  # noqa: BLE001  user code; who called finds it in the result
            result.error_in_exec = error
            self.showtraceback()
        return result

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """What `%NAME LINE` is."""
        return self.magics_manager.run_line(magic_name, line, sys._getframe(_stack_depth).f_locals)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """What a cell below `%%NAME LINE` is."""
        return self.magics_manager.run_cell(magic_name, line, cell, sys._getframe(1).f_locals)

    def magic(self, arg_s: str) -> Any:
        """`%NAME LINE` in one text."""
        name, _, line = arg_s.lstrip(" %").partition(" ")
        return self.magics_manager.run_line(name, line, sys._getframe(1).f_locals)

    def name_or_magic(self, name: str) -> Any:
        """What a cell means that is one word: a variable, or else a magic whose `%` was left out."""
        if name in self.user_ns or hasattr(builtins, name):
            return self.ev(name)
        return self.run_line_magic(name, "")

    def find_magic(self, magic_name: str, magic_kind: str = "line") -> Any:
        """The function of a magic; None where there is none."""
        return self.magics_manager.find(magic_name, magic_kind)

    def find_line_magic(self, magic_name: str) -> Any:
        return self.magics_manager.find(magic_name, "line")

    def find_cell_magic(self, magic_name: str) -> Any:
        return self.magics_manager.find(magic_name, "cell")

    def register_magic_function(self, func: Any, magic_kind: str = "line", magic_name: str | None = None) -> None:
        """Makes a function a magic."""
        self.magics_manager.register_function(func, magic_kind, magic_name)

    def register_magics(self, *magic_objects: Any) -> None:
        """Takes the magics of classes, or of their instances, as `IPython.core.magic` marks them."""
        for item in magic_objects:
            self.magics_manager.register_object(item(self) if isinstance(item, type) else item)

    def system(self, cmd: str) -> None:
        """What `!COMMAND` is; the exit status is `_exit_code` after that."""
        command = self.var_expand(cmd, depth=1)
        self.user_ns["_exit_code"] = system_commands.run(command)

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """What `x = !COMMAND` is: the lines of its output, or the text with `split=False`."""
        lines = system_commands.output_of(self.var_expand(cmd, depth=depth + 1))
        return lines if split else "\n".join(lines)

    def var_expand(self, cmd: str, depth: int = 0, formatter: object = None) -> str:
        """A text with `{expression}` and `$name` replaced by what they are where it stands."""
        return expansion.expand(cmd, {**self.user_ns, **sys._getframe(depth + 1).f_locals})

    def ev(self, expr: str) -> Any:
        """The value of an expression."""
        return eval(expr, self.user_ns)

    def ex(self, cmd: str) -> None:
        """Runs statements."""
        exec(cmd, self.user_ns)

    def push(self, variables: Any, interactive: bool = True) -> None:
        """Sets variables: a mapping, or names of the caller's as a list or in one text."""
        if not isinstance(variables, dict):
            names = variables.split() if isinstance(variables, str) else variables
            caller = sys._getframe(1)
            variables = {name: eval(name, caller.f_globals, caller.f_locals) for name in names}
        self.user_ns.update(variables)

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Prints the exception that is handled now."""
        error = sys.exc_info()[1]
        if isinstance(error, UsageError):
            sys.stderr.write("UsageError: %s\n" % error)
        elif error is not None:
            self.cells.tell(error)

    def set_next_input(self, text: str, replace: bool = False) -> None:
        """Only the notebook's own kernel can write into a cell; the text is shown instead."""
        sys.stdout.write(text + "\n")

    def enable_gui(self, gui: str | None = None) -> None:
        """A worker has no screen: only the absence of one can be enabled."""
        if gui not in (None, "", "inline", "none", "agg"):
            raise UsageError("A backend has no screen for '%s'; figures are shown in the notebook." % gui)

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """What `%matplotlib` does."""
        late.load("magics.display").line_matplotlib(self, gui or "")
        return gui, "inline"

    @property
    def extension_manager(self) -> Any:
        """Loads IPython extensions."""
        return late.load("magics.code").Extensions(self)


class Kernel:
    """Stands for the notebook's kernel, which is in another process."""

    def __init__(self, shell: ZMQInteractiveShell) -> None:
        self.shell = shell


class DisplayPublisher:
    """Sends displays, as IPython's publisher does."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        """Sends one display, or a new state of one.

        Raises:
            TypeError: something in it cannot be sent.
        """
        kind = "update_display_data" if update else "display_data"
        output: dict[str, Any] = {"output_type": kind, "data": data, "metadata": metadata or {}}
        if transient:
            output["transient"] = transient
        self._cells.publish(bundles.sendable(output))

    def clear_output(self, wait: bool = False) -> None:
        """Empties the cell's outputs: at once, or when the next one comes."""
        self._cells.publish({"output_type": "clear_output", "wait": bool(wait)})


def make(shell: Shell, cells: Cells) -> ZMQInteractiveShell:
    """The shell of a session."""
    made = ZMQInteractiveShell(shell, cells, bundles.formatter())
    bundles.publisher = made.display_pub
    builtins.get_ipython = lambda: made  # type: ignore[attr-defined]  # from now on without the way through here
    return made

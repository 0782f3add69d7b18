"""Makes IPython show a remote SyntaxError with the remote lines.

It shows SyntaxErrors without asking `_render_traceback_`, as if the notebook's own text were at fault, but asks a
custom handler first. So one is set for the next error of that class; it puts back what was set before. In the same way
an error that has been shown is kept from being shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class _Handler:
    """Shows one class's next error; hands every other one to the handler that was set before."""

    raised: type[BaseException]
    lines: list[str]
    exceptions_before: tuple[type[BaseException], ...]
    handler_before: Any

    def __call__(self, shell: Any, etype: type[BaseException], value: Any, tb: Any, tb_offset: Any = None) -> None:
        remove(shell)
        if etype is self.raised:
            if self.lines:
                shell._showtraceback(etype, value, list(self.lines))
        else:
            shell.CustomTB(etype, value, tb, tb_offset)


def show_next(shell: Any, raised: type[BaseException], lines: list[str]) -> None:
    """Shows these lines for the next error of the class `raised` that a cell ends with; with no lines, nothing."""
    remove(shell)  # one that never came to be shown, because the cell caught it
    handler = _Handler(raised, lines, shell.custom_exceptions, shell.__dict__.get("CustomTB"))
    shell.set_custom_exc((raised, *shell.custom_exceptions), handler)
    shell._beep_handler = handler


def remove(shell: Any) -> None:
    """Puts back what was set before `show_next`; harmless where it was not called."""
    handler = shell.__dict__.pop("_beep_handler", None)
    if handler is None:
        return
    shell.custom_exceptions = handler.exceptions_before
    if handler.handler_before is None:
        del shell.CustomTB
    else:
        shell.CustomTB = handler.handler_before

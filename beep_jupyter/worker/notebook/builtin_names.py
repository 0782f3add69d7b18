"""`get_ipython`, `display` and `__IPYTHON__`, which are builtins in every cell. Runs in the worker.

Free until one is called.
"""

from __future__ import annotations

import builtins

from .. import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..shell import Shell
    from .cells import Cells


def install(shell: Shell, cells: Cells) -> None:
    """Adds them; what they need is imported with the first call."""

    def get_ipython() -> Any:
        """The part of IPython's shell that there is in a backend."""
        return late.load("notebook.interactive").make(shell, cells)

    def display(*objects: Any, **options: Any) -> Any:
        """Shows values as the last expression of a cell would be shown."""
        builtins.get_ipython()  # type: ignore[attr-defined]  # says where displays go
        return late.load("ipython.display").display(*objects, **options)

    builtins.get_ipython = get_ipython  # type: ignore[attr-defined]
    builtins.display = display  # type: ignore[attr-defined]
    builtins.__IPYTHON__ = True  # type: ignore[attr-defined]  # by which libraries tell a notebook from a program

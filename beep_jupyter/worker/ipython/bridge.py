"""Leads IPython's own functions here, where the environment has IPython. Runs in the worker.

`IPython.display.display`, `IPython.get_ipython` and all that is built on them ask `InteractiveShell` for its one
instance. There is none in a worker, and it would be another shell than the cell's; so the class answers ours.
"""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def join(module: ModuleType) -> None:
    """Called when `IPython.core.interactiveshell` has been imported."""
    module.InteractiveShell.initialized = classmethod(_is_initialized)
    module.InteractiveShell.instance = classmethod(_instance)


def _is_initialized(cls: Any) -> bool:
    return True


def _instance(cls: Any, *_: Any, **__: Any) -> Any:
    return builtins.get_ipython()  # type: ignore[attr-defined]

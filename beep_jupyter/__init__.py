"""Run any notebook cell in any Python environment, as if it were local.

Importing this package does no work, not even `typing` (4 ms): the pipe server imports the wire format through it before
it is ready. `Beep` and the IPython hooks are loaded when they are first used. Host's Python, 3.11 and newer.
"""

from __future__ import annotations

from .version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .manager import Beep as Beep

__all__ = ["Beep", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Beep":
        from .manager import Beep

        return Beep
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Called by jupyter_server, which alone has what the extension imports."""
    from .server_ext.app import BeepApp

    return [{"module": "beep_jupyter", "app": BeepApp}]


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext beep_jupyter`."""
    from .magics import extension
    from .panel import Panels

    extension.load(shell, Panels())


def unload_ipython_extension(shell: Any) -> None:
    """Called by `%unload_ext beep_jupyter`; leaves no trace of `load_ipython_extension`."""
    from .magics import extension

    extension.unload(shell)

"""What `IPython` and a few of its modules hold where IPython is not installed. Runs in the worker.

Imported when code first imports one of them. Only what cells of notebooks import from there.
"""

from __future__ import annotations

import builtins

from .. import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

VERSION = (8, 12, 0)  # the latest for Python 3.8, whose names these are


def fill(module: ModuleType) -> None:
    """Puts the names into a module that stands in for the one of its name."""
    module.__doc__ = "What a backend of beep-jupyter offers of %s, which is not installed here." % module.__name__
    module.__dict__.update(_CONTENTS.get(module.__name__, dict)())


def get_ipython() -> Any:
    """The shell of the cell."""
    return builtins.get_ipython()  # type: ignore[attr-defined]


def _display() -> dict[str, Any]:
    get_ipython()  # says where displays go
    own = late.load("ipython.display")
    names = {name: getattr(own, name) for name in own.__all__}
    names["set_matplotlib_formats"] = late.load("display.inline_settings").set_matplotlib_formats
    return names


def _top() -> dict[str, Any]:
    return {
        "__version__": ".".join(map(str, VERSION)),
        "display": _late("display"),
        "get_ipython": get_ipython,
        "version_info": VERSION,
    }


def _late(name: str) -> Any:
    import importlib

    return importlib.import_module("IPython." + name)


def _magic() -> dict[str, Any]:
    own = late.load("ipython.magic_decorators")
    return {name: getattr(own, name) for name in own.__all__}


def _capture() -> dict[str, Any]:
    def capture_output(stdout: bool = True, stderr: bool = True, display: bool = True) -> Any:
        own = late.load("magics.capture")
        wanted = {"stdout": stdout, "stderr": stderr, "display": display}
        return own.Capture(get_ipython().cells, *(kind for kind, is_wanted in wanted.items() if is_wanted))

    return {"capture_output": capture_output}


def _formats() -> dict[str, Any]:
    return {"set_matplotlib_formats": late.load("display.inline_settings").set_matplotlib_formats}


def _figsize(width: float, height: float) -> None:
    """Sets the size of figures in inches."""
    import matplotlib

    matplotlib.rcParams["figure.figsize"] = [width, height]


_CONTENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "IPython": _top,
    "IPython.core.display": _display,
    "IPython.core.getipython": lambda: {"get_ipython": get_ipython},
    "IPython.core.magic": _magic,
    "IPython.core.pylabtools": lambda: {"backend2gui": {}, "figsize": _figsize},
    "IPython.display": _display,
    "IPython.utils.capture": _capture,
    "matplotlib_inline.backend_inline": _formats,
}

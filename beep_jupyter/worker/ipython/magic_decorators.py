"""What code imports from `IPython.core.magic` to define magics of its own. Runs in the worker; imported for that."""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "Magics",
    "cell_magic",
    "line_cell_magic",
    "line_magic",
    "magics_class",
    "needs_local_scope",
    "no_var_expand",
    "register_cell_magic",
    "register_line_cell_magic",
    "register_line_magic",
]
_MARK = "_beep_magic"


class Magics:
    """Base of classes whose methods are magics."""

    magics: dict[str, dict[str, str]]

    def __init__(self, shell: Any = None, **_: Any) -> None:
        self.shell = shell


def magics_class(cls: Any) -> Any:
    """Collects the marked methods of a class."""
    cls.magics = {"line": {}, "cell": {}}
    for attribute, function in vars(cls).items():
        for kind, name in getattr(function, _MARK, ()):
            cls.magics[kind][name] = attribute
    return cls


def _marking(*kinds: str) -> Any:
    """A decorator of methods, with or without the magic's name."""

    def decorate(given: Any) -> Any:
        def mark(function: Any, name: str | None = None) -> Any:
            marks = [(kind, name or function.__name__) for kind in kinds]
            setattr(function, _MARK, [*getattr(function, _MARK, ()), *marks])
            return function

        return mark(given) if callable(given) else lambda function: mark(function, given)

    return decorate


def _registering(kind: str) -> Any:
    """A decorator of functions that become magics at once."""

    def decorate(given: Any) -> Any:
        def register(function: Any, name: str | None = None) -> Any:
            builtins.get_ipython().register_magic_function(function, kind, name)  # type: ignore[attr-defined]
            return function

        return register(given) if callable(given) else lambda function: register(function, given)

    return decorate


line_magic, cell_magic, line_cell_magic = _marking("line"), _marking("cell"), _marking("line", "cell")
register_line_magic, register_cell_magic = _registering("line"), _registering("cell")
register_line_cell_magic = _registering("line_cell")


def needs_local_scope(function: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a magic that takes `local_ns`."""
    function.needs_local_scope = True  # type: ignore[attr-defined]
    return function


def no_var_expand(function: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a magic whose line is left as it stands."""
    function._ipython_magic_no_var_expand = True  # type: ignore[attr-defined]
    return function

"""One representation of a value: by a function registered for its class, else by its own method. Runs in the worker.

Imported with `formatter.py`, which asks for them all. Names of attributes and methods are IPython's, since libraries
call them through `get_ipython().display_formatter.formatters`.
"""

from __future__ import annotations

from types import MethodType

from .bundles import forget_plain
from .pretty import find
from .pretty_objects import mro_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Data = dict[str, Any]
    Kind = type | str  # a class, or "module.name" of one

_MISSING = object()


class FormatterWarning(UserWarning):
    """A representation was of a wrong type, and is not shown."""


class Formatter:
    """Makes one representation.

    Args:
        format_type: its MIME type.
        print_method: the name of the method that values may have for it.
        accepts: the classes that it may be of; data, or (data, metadata).
        report: is told what the value's own code raised.

    Attributes:
        enabled: whether it is made at all.
        type_printers, deferred_printers: the functions registered, by class and by (module, name).
    """

    def __init__(
        self, format_type: str, print_method: str, accepts: Any, report: Callable[[Exception], object]
    ) -> None:
        self.format_type = format_type
        self.print_method = print_method
        self.enabled = True
        self.type_printers: dict[type, Any] = {}
        self.deferred_printers: dict[tuple[str, str], Any] = {}
        self._accepts = accepts
        self._report = report

    def __call__(self, obj: Any, **arguments: Any) -> Any:
        """The representation, as data or (data, metadata); None where there is none, or where making it failed."""
        if not self.enabled:
            return None
        try:
            return self._checked(obj, self._make(obj, arguments))
        except NotImplementedError:
            return None
        except Exception as error:  # noqa: BLE001  the value's own code, which must not hide its other representations
            self._report(error)
            return None

    def for_type(self, typ: Kind, func: Callable[..., Any] | None = None) -> Any:
        """Registers a function for a class and those derived from it; returns the one before. None asks only."""
        if isinstance(typ, str):
            return self.for_type_by_name(*_split(typ), func)
        if not isinstance(typ, type):
            raise TypeError("for_type takes a class or its name, not %r" % (typ,))
        before = self._registered(typ)
        if func is not None:
            forget_plain(typ)
            self.type_printers[typ] = func
        return before

    def for_type_by_name(self, type_module: str, type_name: str, func: Callable[..., Any] | None = None) -> Any:
        """As `for_type`, for a class that may not be imported yet."""
        name = type_module, type_name
        known = self._known_as(name)
        if known is not None:
            return self.for_type(known, func)
        before = self.deferred_printers.get(name)
        if func is not None:
            self.deferred_printers[name] = func
            forget_plain(object)
        return before

    def lookup(self, obj: Any) -> Any:
        """The function registered for a value.

        Raises:
            KeyError: there is none.
        """
        return self._wanted(mro_of(obj))

    def lookup_by_type(self, typ: Kind) -> Any:
        """The function registered for a class, or one that it is derived from.

        Raises:
            KeyError: there is none.
        """
        if not isinstance(typ, str):
            return self._wanted(typ.__mro__)
        kind = self._known_as(_split(typ))
        found = self.deferred_printers.get(_split(typ)) if kind is None else self.type_printers[kind]
        if found is None:
            raise KeyError("No registered printer for %r" % typ)
        return found

    def is_registered(self, obj: Any) -> bool:
        """Whether there is a function registered for a value."""
        return self._for_any_of(mro_of(obj)) is not None

    def pop(self, typ: Kind, default: Any = _MISSING) -> Any:
        """Takes the function of exactly this class away, and returns it.

        Raises:
            KeyError: there is none, and no default.
        """
        found = None
        if isinstance(typ, str):
            name, kind = _split(typ), self._known_as(_split(typ))
            found = self.deferred_printers.pop(name, None) if kind is None else self.type_printers.pop(kind)
        elif self._registered(typ) is not None:
            found = self.type_printers.pop(typ)
        if found is None and default is _MISSING:
            raise KeyError("No registered value for %r" % (typ,))
        return default if found is None else found

    def __contains__(self, typ: Kind) -> bool:
        try:
            self.lookup_by_type(typ)
        except KeyError:
            return False
        return True

    def _make(self, obj: Any, arguments: Data) -> Any:
        make = self._maker_of(obj)
        return None if make is None else make(**arguments)

    def _maker_of(self, obj: Any) -> Callable[..., Any] | None:
        """What makes the representation of this value, if anything does."""
        function = self._for_any_of(mro_of(obj))
        if function is None:
            return method_of(obj, self.print_method)
        return lambda **arguments: function(obj, **arguments)

    def _checked(self, obj: Any, made: Any) -> Any:
        data = made[0] if isinstance(made, tuple) and made else made
        if made is None or isinstance(data, self._accepts):
            return made
        _warn(
            "%s formatter returned invalid type %s (expected %s) for object: %s"
            % (self.format_type, type(made), self._accepts, _short(obj))
        )
        return None

    def _wanted(self, kinds: tuple[type, ...]) -> Any:
        found = self._for_any_of(kinds)
        if found is None:
            raise KeyError("No registered printer for %r" % (kinds[0],))
        return found

    def _for_any_of(self, kinds: tuple[type, ...]) -> Any:
        if self.type_printers or self.deferred_printers:
            for kind in kinds:
                found = self._registered(kind)
                if found is not None:
                    return found
        return None

    def _registered(self, kind: type) -> Any:
        return find(kind, self.type_printers, self.deferred_printers)

    def _known_as(self, name: tuple[str, str]) -> type | None:
        return next((kind for kind in self.type_printers if (kind.__module__, kind.__name__) == name), None)


def method_of(obj: Any, name: str) -> Callable[..., Any] | None:
    """A value's method for a representation; None where it has none.

    Objects that answer to every name have none. A class has those of its own, never those of its instances.
    """
    try:
        if callable(getattr(obj, "_ipython_canary_method_should_not_exist_", None)):
            return None
        method = getattr(obj, name, None)
    except Exception:  # noqa: BLE001  a `__getattr__` or property of the user's
        return None
    is_own = isinstance(method, MethodType) or not isinstance(obj, type)
    return method if is_own and callable(method) else None


def _split(name: str) -> tuple[str, str]:
    module, dot, kind = name.rpartition(".")
    if not dot:
        raise ValueError("a class is named 'module.name', not %r" % name)
    return module, kind


def _short(obj: Any) -> str:
    try:
        return repr(obj)
    except Exception as error:  # noqa: BLE001  as above
        return "<repr() of %s failed: %s>" % (type(obj).__name__, type(error).__name__)


def _warn(text: str) -> None:
    import warnings

    # The line that made the value is unknown here, and none of ours would tell anybody anything.
    warnings.warn_explicit(text, FormatterWarning, "<display>", 1)

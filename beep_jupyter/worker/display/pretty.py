"""The text of a value as a notebook shows it: `repr` with line breaks, to the letter what IPython prints.

Runs in the worker, whether or not IPython is installed there, and in the host's tests; imported when a value is first
shown that is not a plain one. Of lines knows `pretty_layout.py`, of types `pretty_containers.py`, `pretty_objects.py`.

How a value is printed, the first that its class or a class above it has: a printer registered for that class, a method
`_repr_pretty_(printer, cycle)` of its own, a `__repr__` of its own.
"""

from __future__ import annotations

from . import pretty_containers, pretty_objects
from .pretty_layout import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Print = Callable[[Any, "Printer", bool], object]  # of a value; True: the value lies within itself
    Name = tuple[str, str]  # module and name of a class

MAX_WIDTH = 79
MAX_ITEMS = 1000

type_printers: dict[type, Print] = {**pretty_containers.BY_TYPE, **pretty_objects.BY_TYPE}
named_printers: dict[Name, Print] = dict(pretty_objects.BY_NAME)


class Printer(Layout):
    """What `_repr_pretty_` methods and registered printers write with.

    Args:
        max_width: of a line.
        newline: what ends a line.
        max_seq_length: how many items of a container are shown; 0 for all.
        printers: by class; those of `type_printers` unless given.
        named: by module and name of a class that may not be imported yet; moves to `printers` when it is met.

    Attributes:
        stack: ids of the values that are being printed, the outermost first.
    """

    verbose = False  # methods written for IPython's printer may ask

    def __init__(
        self,
        max_width: int = MAX_WIDTH,
        newline: str = "\n",
        max_seq_length: int = MAX_ITEMS,
        printers: dict[type, Print] | None = None,
        named: dict[Name, Print] | None = None,
    ) -> None:
        super().__init__(max_width, newline)
        self.max_seq_length = max_seq_length
        self.stack: list[int] = []
        self._printers = type_printers if printers is None else printers
        self._named = named_printers if named is None else named

    def pretty(self, obj: Any) -> None:
        """Adds a value."""
        is_cycle = id(obj) in self.stack
        self.stack.append(id(obj))
        self.begin_group()
        try:
            self._printer_of(obj)(obj, self, is_cycle)
        finally:
            self.end_group()
            self.stack.pop()

    def items(self, values: Iterable[Any]) -> Iterator[Any]:
        """The values to be shown, with a comma and a break between two, and an ellipsis for the rest."""
        for index, value in enumerate(values):
            if index:
                self.text(",")
                self.breakable()
            if self.max_seq_length and index >= self.max_seq_length:
                self.text("...")
                return
            yield value

    def _printer_of(self, obj: Any) -> Print:
        for kind in pretty_objects.mro_of(obj):
            found = find(kind, self._printers, self._named) or _own_of(kind)
            if found is not None:
                return found
        return pretty_objects.print_plain


def find(kind: type, printers: dict[type, Any], named: dict[Name, Any]) -> Any:
    """What is registered for exactly this class; None where nothing is."""
    found = printers.get(kind)
    if found is None and named:
        name = (getattr(kind, "__module__", None), getattr(kind, "__name__", None))
        if name in named:
            found = printers[kind] = named.pop(name)
    return found


def _own_of(kind: type) -> Print | None:
    """How a class itself says that its values are printed."""
    attributes = kind.__dict__
    own = getattr(kind, "_repr_pretty_", None) if "_repr_pretty_" in attributes else None
    if callable(own):
        return own  # type: ignore[no-any-return]
    if kind is not object and callable(attributes.get("__repr__")):
        return pretty_objects.print_repr
    return None


def pretty(
    obj: Any,
    verbose: bool = False,
    max_width: int = MAX_WIDTH,
    newline: str = "\n",
    max_seq_length: int = MAX_ITEMS,
) -> str:
    """The text of a value.

    Args:
        obj: any value.
        verbose: taken for the sake of those who call IPython's function of this name.
        max_width: of a line.
        newline: what ends a line.
        max_seq_length: how many items of a container are shown; 0 for all.

    Raises whatever the value's own methods raise.
    """
    printer = Printer(max_width, newline, max_seq_length)
    printer.pretty(obj)
    return printer.getvalue()


def for_type(kind: type, function: Print | None) -> Print | None:
    """Registers a printer for a class and those derived from it; the one before. None asks only."""
    before = type_printers.get(kind)
    if function is not None:
        type_printers[kind] = function
    return before


def for_type_by_name(module: str, name: str, function: Print | None) -> Print | None:
    """As `for_type`, for a class that may not be imported yet."""
    before = named_printers.get((module, name))
    if function is not None:
        named_printers[module, name] = function
    return before

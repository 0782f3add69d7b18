"""How classes, functions, exceptions, patterns and what has no printer are printed. Runs in the worker: `pretty.py`.

A printer gets (value, printer, whether the value lies within itself). Objects may lie about their class and answer or
refuse any attribute: what is asked for here is asked for with care.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType

from .pretty_containers import print_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .pretty import Print, Printer

_BUILTIN = (None, "builtins", "__builtin__", "exceptions")  # modules whose names stand alone
_FLAGS = ("TEMPLATE", "IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG")


def mro_of(obj: Any) -> tuple[type, ...]:
    """The classes of a value, as it says itself where it can."""
    try:
        kind = obj.__class__
    except Exception:  # noqa: BLE001  a property of the user's
        kind = None
    return (kind if isinstance(kind, type) else type(obj)).__mro__


def print_repr(obj: Any, printer: Printer, is_cycle: bool) -> None:
    """Prints what `repr` says; its later lines begin where the value began."""
    with printer.group():
        for index, line in enumerate(repr(obj).splitlines()):
            if index:
                printer.break_()
            printer.text(line)


def print_plain(obj: Any, printer: Printer, is_cycle: bool) -> None:
    """Prints an object whose class has no `__repr__` of its own: class and address."""
    kind: Any = mro_of(obj)[0]
    if kind.__repr__ is not object.__repr__:
        print_repr(obj, printer, is_cycle)
        return
    with printer.group(1, "<", ">"):
        printer.pretty(kind)
        printer.text(" at 0x%x" % id(obj))
        if is_cycle:
            printer.text(" ...")


def _print_class(obj: type, printer: Printer, is_cycle: bool) -> None:
    meta: Any = type(obj)
    if meta.__repr__ is not type.__repr__:
        print_repr(obj, printer, is_cycle)
    else:
        printer.text(_full_name(obj))


def _full_name(obj: Any) -> str:
    module = _attribute(obj, "__module__")
    name = _attribute(obj, "__qualname__")
    if type(name) is not str:
        name = _attribute(obj, "__name__")
    if not isinstance(name, str):
        name = "<unknown type>"
    return name if module in _BUILTIN else "%s.%s" % (module, name)


def _attribute(obj: Any, name: str) -> Any:
    try:
        return getattr(obj, name, None)
    except Exception:  # noqa: BLE001  as above
        return None


def _print_function(obj: Any, printer: Printer, is_cycle: bool) -> None:
    from inspect import signature

    try:
        arguments = str(signature(obj))
    except ValueError:  # builtins that do not tell
        arguments = ""
    printer.text("<function %s%s>" % (_full_name(obj), arguments))


def _print_exception(obj: BaseException, printer: Printer, is_cycle: bool) -> None:
    name = _full_name(type(obj))
    if is_cycle:
        printer.text(name + "(...)")
    else:
        print_call(name, [("", argument) for argument in obj.args], printer)


def _print_super(obj: Any, printer: Printer, is_cycle: bool) -> None:
    with printer.group(8, "<super: ", ">"):
        printer.pretty(obj.__thisclass__)
        printer.text(",")
        printer.breakable()
        printer.pretty(obj.__self__)


def _print_pattern(obj: Any, printer: Printer, is_cycle: bool) -> None:
    import re

    with printer.group(11, "re.compile(", ")"):
        printer.text("r" + repr(obj.pattern).replace("\\\\", "\\"))
        if obj.flags:
            printer.text(",")
            printer.breakable()
            printer.text("|".join("re." + name for name in _FLAGS if obj.flags & getattr(re, name, 0)))


BY_TYPE: dict[type, Print] = {
    int: print_repr,
    float: print_repr,
    str: print_repr,
    bytes: print_repr,
    range: print_repr,
    slice: print_repr,
    MethodType: print_repr,
    type: _print_class,
    FunctionType: _print_function,
    BuiltinFunctionType: _print_function,
    BaseException: _print_exception,
    super: _print_super,
}
BY_NAME: dict[tuple[str, str], Print] = {  # those whose modules are not imported for this
    ("datetime", "datetime"): print_repr,
    ("datetime", "timedelta"): print_repr,
    ("re", "Pattern"): _print_pattern,
}

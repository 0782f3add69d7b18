"""How containers of the standard library are printed. Runs in the worker, and in the host's tests; see `pretty.py`.

A printer gets (value, printer, whether the value lies within itself). Subclasses without a `__repr__` of their own are
printed by these too, so nothing here may assume that methods are the builtin ones: `keys`, iteration and `len` are
asked where IPython asks them.
"""

from __future__ import annotations

import os
from collections import Counter, OrderedDict, UserList, defaultdict, deque
from types import MappingProxyType, SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .pretty import Print, Printer


def _sequence(open_text: str, close_text: str) -> Print:
    def show(value: Any, printer: Printer, is_cycle: bool) -> None:
        if is_cycle:
            printer.text(open_text + "..." + close_text)
            return
        with printer.group(len(open_text), open_text, close_text):
            for item in printer.items(value):
                printer.pretty(item)
            if open_text == "(" and len(value) == 1:
                printer.text(",")

    return show


def _set(open_text: str, close_text: str) -> Print:
    def show(value: Any, printer: Printer, is_cycle: bool) -> None:
        if is_cycle:
            printer.text(open_text + "..." + close_text)
        elif len(value) == 0:
            printer.text(type(value).__name__ + "()")
        else:
            with printer.group(len(open_text), open_text, close_text):
                for item in printer.items(_in_order(value, printer.max_seq_length)):
                    printer.pretty(item)

    return show


def _in_order(values: Any, most: int) -> Iterable[Any]:
    """Sorted where all will be shown: by themselves, else by their texts, else not."""
    if most and len(values) >= most:
        return values  # type: ignore[no-any-return]
    for key in (None, str):
        try:
            return sorted(values, key=key)
        except Exception:  # noqa: BLE001  the values' own `<` and `str`, which may raise anything
            pass
    return values  # type: ignore[no-any-return]


def _mapping(open_text: str, close_text: str) -> Print:
    def show(value: Any, printer: Printer, is_cycle: bool) -> None:
        if is_cycle:
            printer.text("{...}")
            return
        with printer.group(len(open_text), open_text, close_text):
            for key in printer.items(value.keys()):
                printer.pretty(key)
                printer.text(": ")
                printer.pretty(value[key])

    return show


def _call(arguments: Callable[[Any], list[tuple[str, Any]]]) -> Print:
    """Printed like a call of the value's class with these (keyword or "", argument)."""

    def show(value: Any, printer: Printer, is_cycle: bool) -> None:
        name = "namespace" if isinstance(value, SimpleNamespace) else type(value).__name__
        if is_cycle:
            printer.text(name + "(...)")
        else:
            print_call(name, arguments(value), printer)

    return show


def print_call(name: str, arguments: Iterable[tuple[str, Any]], printer: Printer) -> None:
    """Prints `name(argument, keyword=argument)`, the arguments below each other where they do not fit."""
    # The outer group is one more than other values have: which group breaks first depends on it.
    with printer.group(), printer.group(len(name) + 1, name + "(", ")"):
        for index, (keyword, argument) in enumerate(arguments):
            if index:
                printer.text(",")
                printer.breakable()
            with printer.group(len(keyword), keyword):
                printer.pretty(argument)


def _of_deque(value: Any) -> list[tuple[str, Any]]:
    limit = [] if value.maxlen is None else [("maxlen=", value.maxlen)]
    return [("", list(value)), *limit]


def _unless_empty(kind: Callable[[Any], Any]) -> Callable[[Any], list[tuple[str, Any]]]:
    return lambda value: [("", kind(value))] if value else []


BY_TYPE: dict[type, Print] = {
    tuple: _sequence("(", ")"),
    list: _sequence("[", "]"),
    set: _set("{", "}"),
    frozenset: _set("frozenset({", "})"),
    dict: _mapping("{", "}"),
    MappingProxyType: _mapping("mappingproxy({", "})"),
    type(os.environ): _mapping("environ{", "}"),
    SimpleNamespace: _call(lambda value: [(name + "=", item) for name, item in vars(value).items()]),
    deque: _call(_of_deque),
    defaultdict: _call(lambda value: [("", value.default_factory), ("", dict(value))]),
    OrderedDict: _call(_unless_empty(lambda value: list(value.items()))),
    Counter: _call(_unless_empty(lambda value: dict(value.most_common()))),
    UserList: _call(lambda value: [("", value.data)]),
}

"""What is known of the object at the cursor: signature, docstring, type. Runs in the worker.

IPython is not needed, and nothing of the user's runs but `__repr__`. Imported when first asked for.
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType

from ..values.handles import preview, type_name
from . import lookup
from .completion import callee
from .cut import Cut
from .lookup import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .outward import Answer, Outward
    from .request import Request

_REST_OF_WORD = re.compile(r"\w*")
_SIZED = (str, bytes, list, tuple, dict, set, frozenset)
_TITLE_WIDTH = 10


class InspectionCommands:
    """`inspect`."""

    def __init__(self, namespace: dict[str, Any], outward: Outward) -> None:
        self._namespace = namespace

    def do_inspect(self, request: Request) -> Answer:
        """{code, cursor} → {found, data}; data is a text by MIME type."""
        code = request.text("code")
        cursor = request.position("cursor", len(code))
        for source in _candidates(code, cursor):
            try:
                node = lookup.parse(source)
                found = lookup.described(node, self._namespace)
            except Unknown:
                continue
            name = getattr(node, "attr", None) or getattr(node, "id", None) or source
            return {"found": True, "data": {"text/plain": describe(name, found)}}, []
        return {"found": False, "data": {}}, []


def describe(name: str, found: Any, has_source: bool = False) -> str:
    """What to show of an object that goes by that name, as IPython's `?` does.

    Args:
        has_source: whether its source is wanted, which stands for the docstring then, where there is one.
    """
    source = source_of(found) if has_source else ""
    about = [("Source", source)] if source else [("Docstring", _docstring(found) or "<no docstring>")]
    kind = ("Type", type_name(found))
    if callable(found):
        fields = [*_signature(name, found), *about, _file(found), kind]
    else:
        fields = [kind, _value(found), _length(found), _file(found), *about]
    return "\n".join(_field(title, text) for title, text in fields if text)


def source_of(found: Any) -> str:
    """Its source; empty where there is none."""
    try:
        return inspect.getsource(found).rstrip("\n")
    except (TypeError, OSError):
        return ""


def _field(title: str, text: str) -> str:
    return "%s:%s%s" % (title, "\n", text) if "\n" in text else "%-*s %s" % (_TITLE_WIDTH, title + ":", text)


def _candidates(code: str, cursor: int) -> list[str]:
    """The expression that ends with the word at the cursor, and the function whose arguments it is among."""
    match = _REST_OF_WORD.match(code, cursor)
    cut = Cut(code[: match.end() if match else cursor])
    found = []
    if cut.tokens and cut.tokens[-1].end == len(cut.text) and cut.tokens[-1].body < 0:
        first = cut.primary(len(cut.tokens) - 1)
        if first >= 0:
            found.append(cut.source(first, len(cut.tokens) - 1))
    call = callee(cut)
    return found + [call] if call is not None else found


def _signature(name: str, found: Any) -> list[tuple[str, str]]:
    try:
        signature = name + str(inspect.signature(found))
    except (TypeError, ValueError):
        return []  # written in C, without a word of its arguments
    return [("Init signature" if lookup.is_a(found, type) else "Signature", signature)]


def _value(found: Any) -> tuple[str, str]:
    return "String form", "" if lookup.is_a(found, ModuleType) or lookup.is_computed(found) else preview(found)


def _length(found: Any) -> tuple[str, str]:
    return "Length", str(len(found)) if type(found) in _SIZED else ""


def _docstring(found: Any) -> str:
    try:
        text = inspect.getdoc(found)
    except Exception:  # noqa: BLE001  a `__doc__` of the user's that fails
        return ""
    return text if type(text) is str else ""


def _file(found: Any) -> tuple[str, str]:
    try:
        file = inspect.getfile(found)
    except (TypeError, OSError):
        return "File", ""
    return "File", "" if file.startswith("<") else file

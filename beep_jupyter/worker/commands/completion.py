"""What could stand at the cursor: names, attributes, modules, keys, arguments. Runs in the worker.

IPython is not needed, and nothing of the user's runs but `__dir__` and `_ipython_key_completions_`. Imported when first
asked for.
"""

from __future__ import annotations

import builtins
import inspect
import re
import sys
from keyword import kwlist

from . import lookup, modules
from .cut import Cut
from .lookup import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .outward import Answer, Outward
    from .request import Request

    Matches = tuple[list[str], int]  # and how many characters before the cursor they replace

_MODULE = re.compile(r"(?:from\s+|import\s+(?:[\w.\s]*,)*\s*)((?:\w+\.)*)(\w*)\Z")
_MEMBER = re.compile(r"from\s+([\w.]+)\s+import\s+\(?(?:[\w\s]*,)*\s*(\w*)\Z")
_LONGEST_IMPORT = 2000  # characters; what is longer is none
_BINDING = ("def", "class", "as", "for", "import")
_KEYS: dict[str, Callable[[Any], Any]] = {  # of libraries that do not list their keys by themselves
    "numpy": lambda value: value.dtype.names,
    "pandas": lambda value: value.keys(),
}
_PLAIN_KEYS = (str, int, float, bool, type(None))


class CompletionCommands:
    """`complete`."""

    def __init__(self, namespace: dict[str, Any], outward: Outward) -> None:
        self._namespace = namespace

    def do_complete(self, request: Request) -> Answer:
        """{code, cursor} → {matches, cursorStart, cursorEnd}; places are counted in characters."""
        code = request.text("code")
        cursor = request.position("cursor", len(code))
        matches, length = complete(code[:cursor], code[cursor:], self._namespace)
        return {"matches": matches, "cursorStart": cursor - length, "cursorEnd": cursor}, []


def complete(text: str, rest: str, namespace: dict[str, Any]) -> Matches:
    """The matches for a cursor between `text` and `rest`."""
    cut = Cut(text)
    last = cut.tokens[-1] if cut.tokens else None
    if last is not None and last.kind == "comment" and last.end == len(text):
        return [], 0
    if last is not None and last.body >= 0:
        return _in_string(cut, rest, namespace)
    try:
        return _import(cut) or _attribute(cut, namespace) or _name(cut, namespace)
    except Unknown:
        return [], 0


def _in_string(cut: Cut, rest: str, namespace: dict[str, Any]) -> Matches:
    """A key behind a bracket; in the braces of an f-string, what any expression may be."""
    token = cut.tokens[-1]
    content = cut.text[token.body :]
    prefix = token.text[: token.body - token.start]
    if "f" in prefix.lower() and content.rfind("{") > content.rfind("}"):
        return complete(content[content.rfind("{") + 1 :], rest, namespace)
    quote = prefix[-1]
    end = "" if rest.startswith(quote) else quote if rest.startswith("]") else quote + "]"
    keys = [key for key in _keys(cut, len(cut.tokens) - 2, namespace) if type(key) is str and key.isprintable()]
    written = [key.replace("\\", "\\\\").replace(quote, "\\" + quote) for key in keys]
    return [key + end for key in written if key.startswith(content)], len(content)


def _import(cut: Cut) -> Matches | None:
    statement = cut.statement()
    if len(statement) > _LONGEST_IMPORT:
        return None
    match = _MEMBER.match(statement)
    if match:
        return _starting(match.group(2), _members(match.group(1)))
    match = _MODULE.match(statement)
    if match:
        return _starting(match.group(2), modules.names_in(match.group(1).rstrip(".")))
    return None


def _members(module: str) -> list[str]:
    """What can be imported from a module; one that is not imported yet stays so."""
    if module.startswith("."):
        return []  # a session is in no package
    loaded = sys.modules.get(module)
    return modules.names_in(module) + (dir(loaded) if loaded is not None else modules.names_defined_in(module))


def _attribute(cut: Cut, namespace: dict[str, Any]) -> Matches | None:
    """Attributes, if a dot stands before the cursor or before the word that ends there."""
    word = _word(cut)
    dot = len(cut.tokens) - (2 if word else 1)
    if dot < 0 or cut.tokens[dot].text != ".":
        return None
    first = cut.primary(dot - 1)
    if first < 0:
        raise Unknown
    return _starting(word, lookup.names_in(lookup.parse(cut.source(first, dot - 1)), namespace))


def _name(cut: Cut, namespace: dict[str, Any]) -> Matches:
    word = _word(cut)
    before = len(cut.tokens) - (2 if word else 1)
    if cut.tokens and cut.tokens[-1].kind == "number" and not cut.text[-1:].isspace():
        return [], 0
    names, _ = _starting(word, {*namespace, *vars(builtins), *kwlist, *_bound(cut, before)})
    special = [*_keywords(cut, before, namespace), *map(repr, _plain(_keys(cut, before, namespace)))]
    return [match for match in special if match.startswith(word)] + names, len(word)


def _bound(cut: Cut, last: int) -> list[str]:
    """Names that the text itself gives to something: it has not run yet."""
    texts = [token.text for token in cut.tokens[: last + 1]] + ["", ""]
    return [
        token.text
        for position, token in enumerate(cut.tokens[: last + 1])
        if token.kind == "name"
        and (
            texts[position - 1] in _BINDING
            or (texts[position + 1] == "=" and texts[position + 2] != "=")
            or texts[position + 1 : position + 3] == [":", "="]
        )
    ]


def _keywords(cut: Cut, before: int, namespace: dict[str, Any]) -> list[str]:
    """`name=` for the parameters of the call that the cursor is in, where an argument begins."""
    call = callee(cut)
    if call is None or cut.tokens[before].text not in ("(", ","):
        return []
    try:
        parameters = inspect.signature(lookup.evaluate(lookup.parse(call), namespace)).parameters.values()
    except (Unknown, TypeError, ValueError):
        return []
    return [part.name + "=" for part in parameters if part.kind in (part.POSITIONAL_OR_KEYWORD, part.KEYWORD_ONLY)]


def callee(cut: Cut) -> str | None:
    """What is called by the innermost brackets that are open at the cursor."""
    if not cut.brackets or cut.tokens[cut.brackets[-1]].text != "(":
        return None
    first = cut.primary(cut.brackets[-1] - 1)
    return cut.source(first, cut.brackets[-1] - 1) if first >= 0 else None


def _keys(cut: Cut, bracket: int, namespace: dict[str, Any]) -> list[Any]:
    """The keys of what a bracket at that token looks into."""
    if bracket < 1 or cut.tokens[bracket].text != "[":
        return []
    first = cut.primary(bracket - 1)
    if first < 0:
        return []
    try:
        value = lookup.evaluate(lookup.parse(cut.source(first, bracket - 1)), namespace)
    except Unknown:
        return []
    if lookup.is_a(value, dict):
        return list(dict.keys(value))
    own = getattr(type(value), "_ipython_key_completions_", None) or _KEYS.get(type(value).__module__.partition(".")[0])
    try:
        return list(own(value)) if own is not None else []
    except Exception:  # noqa: BLE001  the user's own code
        return []


def _plain(keys: Iterable[Any]) -> list[Any]:
    return [key for key in keys if type(key) in _PLAIN_KEYS]


def _word(cut: Cut) -> str:
    """The part of a name that ends at the cursor."""
    last = cut.tokens[-1] if cut.tokens else None
    return last.text if last is not None and last.kind == "name" and last.end == len(cut.text) else ""


def _starting(word: str, names: Iterable[str]) -> Matches:
    """Those that begin with the word; private ones only if that begins as they do."""
    hidden = "__" if word.startswith("_") and not word.startswith("__") else "" if word else "_"
    found = {name for name in names if name.startswith(word) and not (hidden and name.startswith(hidden))}
    return sorted(found, key=lambda name: (name.startswith("_"), name)), len(word)

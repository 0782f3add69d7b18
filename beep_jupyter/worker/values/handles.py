"""Objects that stay here and are spoken of by handle. Runs in the worker."""

from __future__ import annotations

from binascii import hexlify
from os import urandom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .coding import Decoder
    from .registry import Untransferable

    Form = dict[str, Any]  # what travels instead of an object
    Forms = list[Form]  # named here, since `Handles.list` hides the type of that name

_PREVIEW_CHARACTERS = 200
_PREVIEW_ITEMS = 100
_CONTAINERS = (str, bytes, bytearray, list, tuple, set, frozenset, dict)


class UnknownHandle(Exception):
    """No object has that handle: it was disposed of, or belonged to another session."""


class Handles:
    """Object by unguessable id. The table holds the object until the client disposes of it."""

    __slots__ = ("_objects",)

    def __init__(self) -> None:
        self._objects: dict[str, Any] = {}

    def add(self, value: Any, refused: Untransferable | None = None, shown: str | None = None) -> Form:
        """The handle form that travels instead of the value.

        Args:
            refused: why the value itself did not travel; None where a handle was asked for.
            shown: a text of it that there is already, for the preview.
        """
        handle = hexlify(urandom(16)).decode()
        self._objects[handle] = value
        form = describe(handle, value, shown)
        if refused is not None:
            form["reason"], form["cure"] = str(refused), refused.cure
        return form

    def form(self, handle: str) -> Form:
        """The handle form of an object that has this handle."""
        return describe(handle, self.get(handle))

    def get(self, handle: Any) -> Any:
        try:
            return self._objects[handle]
        except (KeyError, TypeError):
            raise UnknownHandle(handle) from None

    def decode(self, part: Any, decoder: Decoder) -> Any:
        """The object that a handle among a request's values stands for."""
        return self.get(part)

    def dispose(self, handle: Any) -> None:
        self.get(handle)
        del self._objects[handle]

    def release(self, handles: Iterable[str]) -> None:
        """Lets go of those that are still here; a client may have disposed of one and dropped it too."""
        for handle in handles:
            self._objects.pop(handle, None)

    def list(self) -> Forms:
        return [describe(handle, value) for handle, value in self._objects.items()]


def describe(handle: str, value: Any, shown: str | None = None) -> Form:
    text = preview(value) if shown is None or type(value) in _CONTAINERS else _cut(shown)
    form = {"isHandle": True, "handleId": handle, "typeName": type_name(value), "preview": text}
    shape, size_bytes = shape_of(value), memory_of(value)
    if shape is not None:
        form["shape"] = shape
    if size_bytes is not None:
        form["sizeBytes"] = size_bytes
    return form


def shape_of(value: Any) -> list[int] | None:
    """The sides of an array or a table; None of what has none."""
    try:
        shape = getattr(value, "shape", None)
    except Exception:  # noqa: BLE001  the user's own code
        return None
    if isinstance(shape, tuple) and all(isinstance(side, int) for side in shape):
        return [int(side) for side in shape]
    return None


def memory_of(value: Any) -> int | None:
    """The bytes of an array's memory; None of what does not tell."""
    try:
        size = getattr(value, "nbytes", None)
    except Exception:  # noqa: BLE001  the user's own code
        return None
    return int(size) if isinstance(size, int) else None


def type_name(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__qualname__)


def preview(value: Any) -> str:
    """A short repr; a repr of the user's that fails says so and is no error."""
    try:
        text = _begin_of(value) if type(value) in _CONTAINERS and len(value) > _PREVIEW_ITEMS else repr(value)
    except (Exception, SystemExit) as error:  # noqa: BLE001  the user's own code
        return "<repr failed: %s>" % type(error).__name__
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _PREVIEW_CHARACTERS else text[: _PREVIEW_CHARACTERS - 1] + "…"


def _begin_of(value: Any) -> str:
    """Of much, the first items: a repr of all would take seconds, only to be cut."""
    kind = type(value)
    if kind in (str, bytes, bytearray):
        return repr(value[:_PREVIEW_CHARACTERS])
    items = value.items() if kind is dict else value
    first = kind([item for item, _ in zip(items, range(_PREVIEW_ITEMS))])
    return "%s… (%d items)" % (repr(first)[: _PREVIEW_CHARACTERS - 40], len(value))


def brief(error: BaseException) -> str:
    """What user code raised where none was expected to run, for a sentence."""
    try:
        text = str(error)
    except (Exception, SystemExit):  # noqa: BLE001  the user's own code
        text = ""
    return "%s: %.200s" % (type(error).__name__, text) if text else type(error).__name__

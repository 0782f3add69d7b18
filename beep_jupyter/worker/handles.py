"""Objects that stay here and are spoken of by handle. Runs in the worker."""

from __future__ import annotations

from binascii import hexlify
from os import urandom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .registry import Untransferable
    from .values import Decoder

    Form = dict[str, Any]  # what travels instead of an object
    Forms = list[Form]  # named here, since `Handles.list` hides the type of that name

_PREVIEW_CHARACTERS = 200


class UnknownHandle(Exception):
    """No object has that handle: it was disposed of, or belonged to another session."""


class Handles:
    """Object by unguessable id. The table holds the object until the client disposes of it."""

    __slots__ = ("_objects",)

    def __init__(self) -> None:
        self._objects: dict[str, Any] = {}

    def add(self, value: Any, refused: Untransferable | None = None) -> Form:
        """The handle form that travels instead of the value.

        Args:
            refused: why the value itself did not travel; None where a handle was asked for.
        """
        handle = hexlify(urandom(16)).decode()
        self._objects[handle] = value
        form = describe(handle, value)
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


def describe(handle: str, value: Any) -> Form:
    return {"isHandle": True, "handleId": handle, "typeName": type_name(value), "preview": preview(value)}


def type_name(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__qualname__)


def preview(value: Any) -> str:
    """A short repr; a repr of the user's that fails says so and is no error."""
    try:
        text = repr(value)
    except (Exception, SystemExit) as error:  # noqa: BLE001  the user's own code
        return "<repr failed: %s>" % type(error).__name__
    return text if len(text) <= _PREVIEW_CHARACTERS else text[: _PREVIEW_CHARACTERS - 1] + "…"


def brief(error: BaseException) -> str:
    """What user code raised where none was expected to run, for a sentence."""
    try:
        text = str(error)
    except (Exception, SystemExit):  # noqa: BLE001  the user's own code
        text = ""
    return "%s: %.200s" % (type(error).__name__, text) if text else type(error).__name__

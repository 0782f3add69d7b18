"""Objects that stay here and are spoken of by handle. Runs in the worker."""

from binascii import hexlify
from os import urandom

_PREVIEW_CHARACTERS = 200


class UnknownHandle(Exception):
    """No object has that handle: it was disposed of, or belonged to another session."""


class Handles:
    """Object by unguessable id. The table holds the object until the client disposes of it."""

    __slots__ = ("_objects",)

    def __init__(self):
        self._objects = {}

    def add(self, value, reason=""):
        """The handle form that travels instead of the value.

        Args:
            reason: why the value itself did not travel.
        """
        handle = hexlify(urandom(16)).decode()
        self._objects[handle] = value
        form = describe(handle, value)
        if reason:
            form["reason"] = reason
        return form

    def get(self, handle):
        try:
            return self._objects[handle]
        except (KeyError, TypeError):
            raise UnknownHandle(handle) from None

    def decode(self, part, decoder):
        """The object that a handle among a request's values stands for."""
        return self.get(part)

    def dispose(self, handle):
        self.get(handle)
        del self._objects[handle]

    def release(self, handles):
        """Lets go of those that are still here; a client may have disposed of one and dropped it too."""
        for handle in handles:
            self._objects.pop(handle, None)

    def list(self):
        return [describe(handle, value) for handle, value in self._objects.items()]


def describe(handle, value):
    return {"isHandle": True, "handleId": handle, "typeName": type_name(value), "preview": preview(value)}


def type_name(value):
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__


def preview(value):
    """A short repr; a repr of the user's that fails says so and is no error."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001  the user's own code
        return "<repr failed: %s>" % type(error).__name__
    return text if len(text) <= _PREVIEW_CHARACTERS else text[: _PREVIEW_CHARACTERS - 1] + "…"

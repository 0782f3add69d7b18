"""A reference to an object that stayed in a session. Runs in clients."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..worker import registry
from ..worker.values import Decoder, Encoder

_released: ContextVar[deque[str] | None] = ContextVar("released", default=None)


class Handle:
    """An object that lives in a backend's session until this handle is collected or disposed of.

    It may be an argument of calls and stand inside lists and dicts that are sent to the same session.

    Attributes:
        type_name: the object's type, with its module unless that is builtins.
        preview: a short repr of the object.
        reason: why the object itself did not travel; empty where a handle was asked for.
    """

    __slots__ = ("__weakref__", "_id", "preview", "reason", "type_name")

    def __init__(self, form: dict[str, Any]) -> None:
        self._id: str = form["handleId"]
        self.preview: str = form["preview"]
        self.reason: str = form.get("reason", "")
        self.type_name: str = form["typeName"]
        released = _released.get()
        if released is not None:
            weakref.finalize(self, released.append, self._id).atexit = False

    def __repr__(self) -> str:
        return f"<Handle of {self.type_name}: {self.preview}>"


@contextmanager
def released_to(released: deque[str]) -> Iterator[None]:
    """Handles made meanwhile tell `released` when they are collected."""
    token = _released.set(released)
    try:
        yield
    finally:
        _released.reset(token)


def _encode(handle: Handle, encoder: Encoder) -> str:
    return handle._id


def _decode(part: Any, decoder: Decoder) -> Handle:
    return Handle(registry.expect(part, dict))


registry.register([registry.Codec("handle", (Handle,), _encode, _decode)])

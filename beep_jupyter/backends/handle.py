"""A reference to an object that stayed in a session. Runs in clients."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..errors import HandleNotFoundError
from ..worker import registry
from ..worker.values import Decoder, Encoder
from .transport import Transport

_transport: ContextVar[Transport | None] = ContextVar("transport", default=None)


class Handle:
    """An object that lives in a backend's session until this handle is collected or disposed of.

    It may be an argument of calls and stand inside lists and dicts that are sent to the same session.

    Attributes:
        type_name: the object's type, with its module unless that is builtins.
        preview: a short repr of the object.
        reason, cure: why the object itself did not travel, and what to do about it; empty where a handle was asked for.
    """

    __slots__ = ("__weakref__", "_home", "_id", "_is_disposed", "cure", "preview", "reason", "type_name")

    def __init__(self, form: dict[str, Any]) -> None:
        self._id: str = form["handleId"]
        self._is_disposed = False
        self.cure: str = form.get("cure", "")
        self.preview: str = form["preview"]
        self.reason: str = form.get("reason", "")
        self.type_name: str = form["typeName"]
        transport = _transport.get()
        self._home = _home_of(transport)
        if transport is not None:
            weakref.finalize(self, _release, transport.released, self._id, os.getpid()).atexit = False

    def id_in(self, transport: Transport | None) -> str:
        """The id by which the transport's session knows the object.

        Args:
            transport: None where it is not known.

        Raises:
            HandleNotFoundError: the handle was disposed of, or belongs to another session.
        """
        if self._is_disposed:
            raise HandleNotFoundError(f"The handle of {self.preview} was disposed of.", "Make the object anew.")
        if transport is not None and self._home not in (None, _home_of(transport)):
            raise HandleNotFoundError(
                f"The handle of {self.preview} belongs to another session.",
                "Use it with the backend and session that it came from.",
            )
        return self._id

    def forget(self) -> None:
        """Makes the handle unusable: its object is gone."""
        self._is_disposed = True

    def __repr__(self) -> str:
        return f"<Handle of {self.type_name}: {self.preview}>"


@contextmanager
def belonging_to(transport: Transport) -> Iterator[None]:
    """Handles made meanwhile belong to the transport's session, and those sent must do so."""
    token = _transport.set(transport)
    try:
        yield
    finally:
        _transport.reset(token)


def _home_of(transport: Transport | None) -> tuple[str, str] | None:
    """What two transports to one session have in common."""
    return None if transport is None else (transport.address, transport.session)


def _release(released: deque[str], handle: str, pid: int) -> None:
    """Called when a handle was collected. In a fork it was a copy: the object is still the parent's."""
    if os.getpid() == pid:
        released.append(handle)


def _encode(handle: Handle, encoder: Encoder) -> str:
    return handle.id_in(_transport.get())


def _decode(part: Any, decoder: Decoder) -> Handle:
    return Handle(registry.expect(part, dict))


registry.register([registry.Codec("handle", (Handle,), _encode, _decode)])

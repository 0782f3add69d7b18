"""A reference to an object that stayed in a session. Runs in clients."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from ..errors import BeepError, ExecutionError, HandleNotFoundError
from ..quantities import size_text
from ..worker.values import registry
from ..worker.values.coding import Decoder, Encoder
from .transport import Transport


class Owner(Protocol):
    """Who asks the session that an object stayed in."""

    transport: Transport

    def use(self, command: str, handle: Handle, fields: dict[str, Any], /, *args: Any, **kwargs: Any) -> Any:
        """Carries out a command on the object, with arguments that are sent; the value, or a handle."""


_owner: ContextVar[Owner | None] = ContextVar("owner", default=None)


class Handle:
    """An object that lives in a backend's session until this handle is collected or disposed of.

    It may be an argument of calls and stand inside lists and dicts that are sent to the same session. Its attributes,
    `handle[key]`, and calling it reach the object itself; what they answer is a value, or a handle of what stays there.

    Attributes:
        type_name: the object's type, with its module unless that is builtins.
        preview: a short repr of the object.
        reason, cure: why the object itself did not travel, and what to do about it; empty where a handle was asked for.
    """

    __slots__ = (
        "__weakref__",
        "_form",
        "_home",
        "_id",
        "_is_disposed",
        "_owner",
        "cure",
        "preview",
        "reason",
        "type_name",
    )

    __iter__ = None  # else Python would fetch the items one by one, until a remote error

    def __init__(self, form: dict[str, Any]) -> None:
        self._form = form
        self._id: str = form["handleId"]
        self._is_disposed = False
        self.cure: str = form.get("cure", "")
        self.preview: str = form["preview"]
        self.reason: str = form.get("reason", "")
        self.type_name: str = form["typeName"]
        self._owner = _owner.get()
        self._home = None if self._owner is None else _home_of(self._owner.transport)
        if self._owner is not None:
            released = self._owner.transport.released
            weakref.finalize(self, _release, released, self._id, os.getpid()).atexit = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what Python and Jupyter look for in everything
            raise AttributeError(name)
        try:
            return self._use("getattr", {"attributeName": name})
        except ExecutionError as error:
            if error.ename == "AttributeError":
                raise AttributeError(error.evalue) from None
            raise

    def __getitem__(self, key: Any) -> Any:
        return self._use("call", {"methodName": "__getitem__"}, key)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._use("call", {"methodName": ""}, *args, **kwargs)

    def __repr__(self) -> str:
        shape, size = self._form.get("shape"), self._form.get("sizeBytes")
        facts = [str(tuple(shape))] if shape is not None else []
        facts += [size_text(size)] if size is not None else []
        return f"<Handle of {' '.join([self.type_name, *facts])}: {self.preview}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """How the object itself would look; only the handle where it cannot be asked any more."""
        shown = {"text/plain": repr(self)}
        try:
            data = self._use("preview", {}) if self._owner is not None else {}
        except BeepError:
            return shown
        return {mime: part for mime, part in data.items() if mime != "text/plain"} | shown

    def _use(self, command: str, fields: dict[str, Any], /, *args: Any, **kwargs: Any) -> Any:
        if self._owner is None:
            raise HandleNotFoundError(f"The handle of {self.preview} belongs to no session.", "Ask its backend for it.")
        return self._owner.use(command, self, fields, *args, **kwargs)


def id_in(handle: Handle, transport: Transport | None) -> str:
    """The id by which the transport's session knows the object.

    Args:
        transport: None where it is not known.

    Raises:
        HandleNotFoundError: the handle was disposed of, or belongs to another session.
    """
    if handle._is_disposed:
        raise HandleNotFoundError(f"The handle of {handle.preview} was disposed of.", "Make the object anew.")
    if transport is not None and handle._home not in (None, _home_of(transport)):
        raise HandleNotFoundError(
            f"The handle of {handle.preview} belongs to another session.",
            "Use it with the backend and session that it came from.",
        )
    return handle._id


def form_of(handle: Handle) -> dict[str, Any]:
    """What the protocol says of a handle: `handleId`, `typeName`, `preview`, and more where it is known."""
    return dict(handle._form)


def forget(handle: Handle) -> None:
    """Makes a handle unusable: its object is gone."""
    handle._is_disposed = True


@contextmanager
def belonging_to(owner: Owner) -> Iterator[None]:
    """Handles made meanwhile belong to that session, and those sent must do so."""
    token = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(token)


def _home_of(transport: Transport) -> tuple[str, str]:
    """What two transports to one session have in common."""
    return transport.address, transport.session


def _release(released: deque[str], handle: str, pid: int) -> None:
    """Called when a handle was collected. In a fork it was a copy: the object is still the parent's."""
    if os.getpid() == pid:
        released.append(handle)


def _encode(handle: Handle, encoder: Encoder) -> str:
    owner = _owner.get()
    return id_in(handle, None if owner is None else owner.transport)


def _decode(part: Any, decoder: Decoder) -> Handle:
    return Handle(registry.expect(part, dict))


registry.register([registry.Codec("handle", (Handle,), _encode, _decode)])

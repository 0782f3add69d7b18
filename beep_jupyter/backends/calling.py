"""Requests with values in and out: what every method of a session does alike. Runs in clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ExecutionTimeoutError, TransferError, UsageError
from ..worker import values
from .handle import Handle, belonging_to
from .transport import OnEvent, Reply, Transport
from .wire_errors import error_of

_PLAIN = frozenset((type(None), bool, int, float, str))


class Caller:
    """Asks one session.

    Attributes:
        backend: the backend's name, for errors.
        transport: how it is reached.
    """

    __slots__ = ("backend", "transport")

    def __init__(self, transport: Transport, backend: str) -> None:
        self.backend = backend
        self.transport = transport

    def call(
        self,
        command: str,
        fields: dict[str, Any],
        buffers: Iterable[Any] = (),
        *,
        timeout_s: float | None = None,
        on_output: OnEvent | None = None,
    ) -> Reply:
        """A reply that is no error.

        Raises:
            ExecutionTimeoutError: the code was interrupted at its time limit; or what the reply's error means.
        """
        reply = self.transport.call(command, fields, list(buffers), on_output=on_output, timeout_s=timeout_s)
        if reply.error is not None:
            if reply.is_late and reply.error.get("status") == "interrupted":
                raise ExecutionTimeoutError(timeout_s or 0.0)
            raise error_of(reply.error, self.backend)
        return reply

    def value(self, reply: Reply) -> Any:
        """What a reply of `{value}` or the handle form holds."""
        if reply.fields.get("isHandle"):
            return self.handle(reply)
        tree = reply.fields["value"]
        return tree if type(tree) in _PLAIN else self.decode_all([tree], reply.buffers)[0]

    def handle(self, reply: Reply) -> Handle:
        """The handle that a reply is."""
        with belonging_to(self.transport):
            return Handle(reply.fields)

    def decode_all(self, trees: Iterable[Any], buffers: Iterable[Any]) -> list[Any]:
        """The values of trees that share one list of buffers.

        Raises:
            TransferError: this Python cannot hold one of them, or it is malformed.
        """
        try:
            with belonging_to(self.transport):
                return values.decode_all(trees, list(buffers))
        except values.Unreceivable as error:
            raise TransferError(str(error), error.cure) from error
        except values.MalformedValue as error:
            raise TransferError(f"A value from backend '{self.backend}' is malformed: {error}") from error

    def id_of(self, handle: Handle) -> str:
        """The id by which the session knows a handle.

        Raises:
            UsageError: it is no handle.
            HandleNotFoundError: it was disposed of, or belongs to another session.
        """
        if not isinstance(handle, Handle):
            raise UsageError(
                f"A Handle is needed here, not a value of type '{type(handle).__name__}'.",
                "`backend.wrap(value)` makes one.",
            )
        return handle.id_in(self.transport)


class Parcel:
    """The values of one request: each becomes a tree, and all share one list of buffers."""

    __slots__ = ("_caller", "buffers")

    def __init__(self, caller: Caller) -> None:
        self.buffers: list[Any] = []
        self._caller = caller

    def add(self, what: str, value: Any) -> Any:
        """The tree of a value.

        Args:
            what: begins the sentence that refuses it.

        Raises:
            TransferError: it cannot travel.
            HandleNotFoundError: it is or holds a handle that was disposed of or belongs to another session.
        """
        try:
            with belonging_to(self._caller.transport):
                tree, own = values.encode(value, first_buffer=len(self.buffers))
        except values.Untransferable as error:
            raise TransferError(
                f"{what} cannot be sent to backend '{self._caller.backend}': {error}", error.cure
            ) from None
        self.buffers += own
        return tree

    def add_variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The trees of variables by name.

        Raises:
            UsageError: a name cannot be a variable's; or as `add`.
        """
        for name in variables:
            if not name.isidentifier():
                raise UsageError(f"{name!r} cannot name a variable.", "Use letters, digits and '_'.")
        return {name: self.add(f"'{name}'", value) for name, value in variables.items()}

    def add_arguments(self, args: Iterable[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The fields `args` and `kwargs`; as `add`."""
        return {
            "args": [self.add(f"Argument {position}", value) for position, value in enumerate(args, 1)],
            "kwargs": {name: self.add(f"Argument '{name}'", value) for name, value in kwargs.items()},
        }

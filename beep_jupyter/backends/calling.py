"""Requests with values in and out: what every method of a session does alike. Runs in clients."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ExecutionTimeoutError, TransferError, UsageError, WorkerDiedError
from ..models import Receipt
from ..worker.values import coding
from ..worker.values.account import Account
from ..worker.values.mapping import LostMemory
from ..worker.values.segments import Segment
from ..worker.wire import FrameError
from .exchange import Exchange, Terms
from .handle import Handle, belonging_to, id_in
from .transport import OnEvent, OnInput, Reply, Transport
from .wire_errors import error_of

_PLAIN = frozenset((type(None), bool, int, float, str))


class Caller:
    """Asks one session.

    Attributes:
        backend: the backend's name, for errors.
        exchange: what is known of the session's worker.
        transport: how it is reached.
    """

    __slots__ = ("backend", "exchange", "transport")

    def __init__(self, transport: Transport, backend: str, environment: str, terms: Terms) -> None:
        self.backend = backend
        self.exchange = Exchange(transport, backend, environment, terms)
        self.transport = transport

    def ask(
        self,
        command: str,
        fields: dict[str, Any],
        parcel: Parcel | None = None,
        *,
        timeout_s: float | None = None,
        on_output: OnEvent | None = None,
        on_input: OnInput | None = None,
    ) -> Reply:
        """The reply, or an error as the protocol has it.

        Args:
            parcel: the values in the fields.
        """
        self.exchange.prepare()
        takes_pickle = parcel is not None and parcel.takes_pickle
        accepts = self.exchange.announcement(takes_pickle)
        buffers = parcel.buffers if parcel is not None else ()
        try:
            reply = self.transport.call(
                command,
                fields,
                buffers,
                on_output=on_output,
                timeout_s=timeout_s,
                on_input=on_input,
                accepts=accepts,
            )
        except WorkerDiedError:
            self.exchange.forget()
            raise
        except FrameError as error:
            raise TransferError(
                f"What is sent to backend '{self.backend}' is too large: {error}.",
                "Send arrays or bytes instead of lists and texts, or send it in parts.",
            ) from None
        finally:
            if parcel is not None:
                parcel.has_arrived()
        if reply.buffers:
            self.exchange.note(reply.buffers)
        if reply.error is not None and reply.error["code"] == "died":
            self.exchange.forget()
        return reply

    def call(
        self,
        command: str,
        fields: dict[str, Any],
        parcel: Parcel | None = None,
        *,
        timeout_s: float | None = None,
        on_output: OnEvent | None = None,
    ) -> Reply:
        """A reply that is no error.

        Raises:
            ExecutionTimeoutError: the code was interrupted at its time limit; or what the reply's error means.
        """
        reply = self.ask(command, fields, parcel, timeout_s=timeout_s, on_output=on_output)
        if reply.error is not None:
            if reply.is_late and reply.error.get("status") == "interrupted":
                raise ExecutionTimeoutError(timeout_s or 0.0)
            raise error_of(reply.error, self.backend)
        return reply

    def use(self, command: str, handle: Handle, fields: dict[str, Any], /, *args: Any, **kwargs: Any) -> Any:
        """Carries out a command on an object; what its code prints goes to this process's own streams.

        Raises:
            as `call` and `Parcel.add`.
        """
        fields = fields | {"handleId": self.id_of(handle)}
        parcel = None
        if command == "call":
            parcel = Parcel(self)
            fields |= parcel.add_arguments(args, kwargs)
        reply = self.call(command, fields, parcel, on_output=print_stream)
        return reply.fields["data"] if command == "preview" else self.value(reply)

    def value(self, reply: Reply) -> Any:
        """What a reply of `{value}` or the handle form holds."""
        if reply.fields.get("isHandle"):
            return self.handle(reply)
        tree = reply.fields["value"]
        return tree if type(tree) in _PLAIN else self.decode_all([tree], reply.buffers)[0]

    def handle(self, reply: Reply) -> Handle:
        """The handle that a reply is."""
        with belonging_to(self):
            return Handle(reply.fields)

    def decode_all(
        self,
        trees: Iterable[Any],
        buffers: Iterable[Any],
        accounts: list[Account] | None = None,
        *,
        takes_pickle: bool = False,
    ) -> list[Any]:
        """The values of trees that share one list of buffers.

        Args:
            accounts: gets one for each tree.

        Raises:
            TransferError: this Python cannot hold one of them, or it is malformed.
        """
        try:
            with belonging_to(self):
                return coding.decode_all(trees, list(buffers), accounts, takes_pickle=takes_pickle)
        except coding.Unreceivable as error:
            if isinstance(error, LostMemory):
                self.exchange.check()  # its worker may have died since it answered, which is then to be said
            raise TransferError(str(error), error.cure) from error
        except coding.MalformedValue as error:
            raise TransferError(f"A value from backend '{self.backend}' is malformed: {error}") from error

    def unpack(
        self, named: Mapping[str, Any], reply: Reply, *, takes_pickle: bool
    ) -> tuple[dict[str, Any], list[Receipt]]:
        """The values of a reply's trees by name, and a receipt for each; as `decode_all`."""
        accounts: list[Account] = []
        decoded = self.decode_all(named.values(), reply.buffers, accounts, takes_pickle=takes_pickle)
        return dict(zip(named, decoded, strict=True)), list(map(_receipt, named, accounts))

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
        return id_in(handle, self.transport)


def print_stream(output: dict[str, Any]) -> None:
    """Prints a stream's text where this process prints its own."""
    if output["output_type"] == "stream":
        (sys.stderr if output["name"] == "stderr" else sys.stdout).write(output["text"])


class Parcel:
    """The values of one request: each becomes a tree, and all share one list of buffers."""

    __slots__ = ("_accounts", "_caller", "_lent", "_receiver", "buffers", "takes_pickle")

    def __init__(self, caller: Caller, *, takes_pickle: bool = False) -> None:
        self.buffers: list[Any] = []
        self.takes_pickle = takes_pickle
        self._caller = caller
        self._accounts: dict[str, Account] = {}  # of variables
        self._lent: list[Segment] = []
        self._receiver = caller.exchange.receiver(takes_pickle)

    def add(self, what: str, value: Any) -> Any:
        """The tree of a value.

        Args:
            what: begins the sentence that refuses it.

        Raises:
            TransferError: it cannot travel.
            HandleNotFoundError: it is or holds a handle that was disposed of or belongs to another session.
        """
        return self._encoded(what, value)[1]

    def _encoded(self, what: str, value: Any) -> tuple[coding.Encoder, Any]:
        encoder = coding.Encoder(len(self.buffers), self._receiver)
        try:
            with belonging_to(self._caller):
                tree = encoder.encode_whole(value)
        except coding.Untransferable as error:
            self.has_arrived()  # nothing will be sent
            raise TransferError(
                f"{what} cannot be sent to backend '{self._caller.backend}': {error}", error.cure
            ) from None
        self.buffers += encoder.buffers
        self._lent += encoder.lent
        return encoder, tree

    def has_arrived(self) -> None:
        """The request is over: what of the memory lent for it was not taken by now will not be."""
        for segment in self._lent:
            segment.is_over = True

    def add_variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The trees of variables by name, with a receipt for each.

        Raises:
            UsageError: a name cannot be a variable's; or as `add`.
        """
        for name in variables:
            if not name.isidentifier():
                raise UsageError(f"{name!r} cannot name a variable.", "Use letters, digits and '_'.")
        return {name: self._add_with_receipt(name, value) for name, value in variables.items()}

    def _add_with_receipt(self, name: str, value: Any) -> Any:
        begun = time.perf_counter()
        encoder, tree = self._encoded(f"'{name}'", value)
        encoder.account.duration_s = time.perf_counter() - begun
        self._accounts[name] = encoder.account
        return tree

    def receipts(self, reply: Reply) -> list[Receipt]:
        """Of the variables, with what the reply says became of them."""
        told = reply.fields.get("notes", {})
        for name, account in self._accounts.items():
            if name in told:
                account.note(told[name])
        return list(map(_receipt, self._accounts, self._accounts.values()))

    def add_arguments(self, args: Iterable[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The fields `args` and `kwargs`; as `add`."""
        return {
            "args": [self.add(f"Argument {position}", value) for position, value in enumerate(args, 1)],
            "kwargs": {name: self.add(f"Argument '{name}'", value) for name, value in kwargs.items()},
        }


def _receipt(name: str, account: Account) -> Receipt:
    return Receipt(name, account.codec, account.size_bytes, account.duration_s, account.told)

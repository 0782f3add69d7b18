"""The seam between a session's methods and a transport. Runs in clients; imports no transport.

A transport carries requests of the session plane, one after the other, and control commands, which wait for nobody.
It knows bytes, addresses and how its own failures map to ours; it does not know what commands mean.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

OnEvent = Callable[[dict[str, Any]], None]
OnInput = Callable[[str, bool], str]  # (prompt, whether it is a password) → what was typed


@dataclass(slots=True)  # not frozen: that costs 2 us a call
class Reply:
    """The end of a request: its fields with their buffers, or an error as the protocol has it.

    Attributes:
        is_late: whether it was interrupted at its time limit.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    buffers: Sequence[bytearray] = ()
    error: dict[str, Any] | None = None
    is_late: bool = False


class Ownership(Protocol):
    """What lasts as long as this process owns a backend."""

    def close(self) -> None:
        """Lets go of what it takes here; the process stays an owner where the backend can watch it."""


class Transport(Protocol):
    """One backend, reached one way."""

    address: str
    session: str  # which of the backend's it speaks to
    released: deque[str]  # handles that the client has dropped; they ride on the next request

    def call(
        self,
        command: str,
        fields: dict[str, Any],
        buffers: Sequence[Any] = (),
        *,
        on_output: OnEvent | None = None,
        timeout_s: float | None = None,
        on_input: OnInput | None = None,
        accepts: str = "",
    ) -> Reply:
        """Carries out one request on the session plane and hands on its outputs as they come, on this thread.

        Args:
            timeout_s: the request is interrupted after so long, and the worker killed 5 s later.
            on_input: answers when the code asks for input, on this thread, where SIGINT means there what it meant
                before the call. EOFError out of it ends the input, KeyboardInterrupt interrupts the request.
            accepts: what this side takes in the reply, see `worker/values/receiver.py`; empty where it does not say.

        Raises:
            WorkerDiedError, StartError, ConnectionLostError, AuthenticationError, ProtocolError.
        """

    def control(self, command: str, fields: dict[str, Any], *, on_event: OnEvent | None = None) -> dict[str, Any]:
        """Carries out one command on the control plane.

        Args:
            on_event: called with the progress of a command that takes long, on this thread. If it raises, or the caller
                is interrupted, the command is cancelled.

        Raises:
            ConnectionLostError: the backend is gone; or what its error says.
        """

    def follow(self, command: str, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The events of a control command that streams."""

    def own(self) -> Ownership:
        """Makes this process an owner of the backend."""

    def for_session(self, name: str) -> Transport:
        """A transport of the same kind to another session."""

    def aside(self) -> Transport:
        """A transport of the same kind to the same session, for `complete` and `inspect` alone: they wait for nothing
        that runs there, nor for calls of this one."""

    def close(self) -> None:
        """Drops the connection; the backend lives on."""

"""What this process and a session's worker know of each other before they exchange values. Runs in clients.

Nothing is asked before it is needed: the first value with large memory, or that needs a library, costs one request.
What the worker answers decides in which form values travel there; what this side announces with every request decides
in which form they come back.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..worker.commands.capabilities import opens
from ..worker.commands.modules import is_available
from ..worker.values.pool import KEPT_S, Pool, most_bytes
from ..worker.values.receiver import LIBRARIES, MAX_BYTES, SHARED_FROM_BYTES, Receiver
from ..worker.values.registry import Untransferable
from ..worker.values.segments import Segment
from .transport import Transport
from .wire_errors import error_of

LENT_BYTES = 1 << 32


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user allows.

    Attributes:
        max_bytes: the most that one value's memory may have.
        shared_memory_bytes: the most that is lent at a time, in each direction, up to a quarter of the machine's
            memory; 0 for none.
    """

    max_bytes: int = MAX_BYTES
    shared_memory_bytes: int = LENT_BYTES

    @property
    def limit_bytes(self) -> int:
        """Of lent memory, on this machine."""
        return min(self.shared_memory_bytes, most_bytes())


DEFAULTS = Terms()


class Exchange:
    """One session's worker, as the values know it.

    Args:
        backend, environment: whose worker it is and where it runs, for sentences.
    """

    def __init__(self, transport: Transport, backend: str, environment: str, terms: Terms) -> None:
        self._backend = backend
        self._environment = environment
        self._is_wanted = False
        self._terms = terms
        self._opens_theirs = False
        self._theirs: frozenset[str] | None = None  # what the worker takes; None while it was not asked
        self._transport = transport

    def announcement(self, takes_pickle: bool = False) -> str:
        """What this side takes, as `worker/values/receiver.py` has it."""
        words = [*_libraries()]
        if self._opens_theirs:
            words.append("memory")
        if takes_pickle:
            words.append("pickle")
        if self._terms.max_bytes != MAX_BYTES:
            words.append(f"max={self._terms.max_bytes}")
        return " ".join(words)

    def receiver(self, takes_pickle: bool = False) -> Receiver:
        """The worker, for who encodes values for it."""
        return _Worker(self, self._environment, self._terms.max_bytes, takes_pickle)

    def prepare(self) -> None:
        """Gets to know the worker, if what it sent last came slower for want of that."""
        if self._is_wanted and self._theirs is None:
            self.theirs()

    def note(self, buffers: Sequence[Any]) -> None:
        """Looks at what came with a reply: large memory could have been lent."""
        if self._theirs is None and any(len(buffer) >= SHARED_FROM_BYTES for buffer in buffers):
            self._is_wanted = True

    def check(self) -> None:
        """Asks the worker anew; raises WorkerDiedError where it is another one by now."""
        self.forget()
        self.theirs()

    def forget(self) -> None:
        """The worker is another one from now on."""
        self._theirs = None

    def theirs(self) -> frozenset[str]:
        """What the worker takes; asks it, the first time."""
        if self._theirs is None:
            pool = _own_pool(self._terms.limit_bytes)
            reference = None if pool is None else pool.proof()
            fields = {"memory": reference, "memoryLimitBytes": self._terms.limit_bytes}
            reply = self._transport.call("capabilities", fields)
            if reply.error is not None:
                raise error_of(reply.error, self._backend)
            self._opens_theirs = opens(reply.fields["memory"])
            self._theirs = frozenset(reply.fields["accepts"].split())
        return self._theirs

    def lend(self, data: memoryview) -> tuple[Segment, dict[str, Any]] | None:
        """Lends memory to the worker, where both can."""
        if data.nbytes < SHARED_FROM_BYTES or "memory" not in self.theirs():
            return None
        pool = _own_pool(self._terms.limit_bytes)
        return None if pool is None else pool.lend(data)


class _Worker(Receiver):
    """A worker that is asked what it has once that matters; for the values of one request."""

    __slots__ = ("_environment", "_exchange", "_is_fresh")

    def __init__(self, exchange: Exchange, environment: str, max_bytes: int, takes_pickle: bool) -> None:
        super().__init__(f"environment '{environment}'", max_bytes=max_bytes, takes_pickle=takes_pickle)
        self._environment = environment
        self._exchange = exchange
        self._is_fresh = False

    def has(self, library: str) -> bool:
        """Asks anew, once, before it says no: the library may have been installed since."""
        if library not in self._exchange.theirs() and not self._is_fresh:
            self._exchange.check()
            self._is_fresh = True
        return library in self._exchange.theirs()

    def lacks(self, library: str, type_name: str) -> Untransferable:
        refused = super().lacks(library, type_name)
        if os.sep not in self._environment:  # else it is not one of ours
            refused.cure = f"`beep venv install {self._environment} {library}` puts it there."
        return refused

    def lend(self, data: memoryview) -> tuple[Segment, dict[str, Any]] | None:
        return self._exchange.lend(data)


class _Own:
    """What this process lends, to all backends alike, and gives up when nobody needs it."""

    def __init__(self) -> None:
        self._become_forks_own()
        if hasattr(os, "register_at_fork"):  # not on Windows
            os.register_at_fork(after_in_child=self._become_forks_own)

    def _become_forks_own(self) -> None:
        """A fork has none of its parent's threads, and another may have held the lock."""
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._timer: threading.Timer | None = None

    def pool(self, limit_bytes: int) -> Pool | None:
        """The pool; None where nothing is to be lent."""
        if not limit_bytes:
            return None
        with self._lock:
            if self._pool is None:
                self._pool = Pool(limit_bytes)
            self._pool.limit_bytes = limit_bytes
            self._trim_later()
            return self._pool

    def _trim_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(KEPT_S / 2, self._trim)
            self._timer.name, self._timer.daemon = "beep-trim", True
            self._timer.start()

    def _trim(self) -> None:
        with self._lock:
            self._timer = None
            if self._pool is not None and self._pool.trim():
                self._trim_later()


_own_pool = _Own().pool


def _libraries() -> tuple[str, ...]:
    """Those of this process; what was not there may have been installed and imported since."""
    found = _found_libraries()
    if any(name in sys.modules for name in LIBRARIES if name not in found):
        _found_libraries.cache_clear()
        found = _found_libraries()
    return found


@cache
def _found_libraries() -> tuple[str, ...]:
    return tuple(name for name in LIBRARIES if is_available(name))

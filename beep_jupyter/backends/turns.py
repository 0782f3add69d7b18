"""One call at a time: what every transport does with threads that call at once. Runs in clients."""

from __future__ import annotations

import threading

from ..errors import UsageError


class Turns:
    """While inside, others wait; the thread that is inside cannot call again.

    Args:
        backend: its name, for the sentence.

    Attributes:
        lock: held by whoever is inside.
    """

    __slots__ = ("_backend", "_is_taken", "lock")

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._is_taken = False
        self.lock = threading.RLock()  # or a call out of a call would wait for itself

    def __enter__(self) -> None:
        """Raises UsageError for a call that is made by what the outputs of another are handed to."""
        self.lock.acquire()
        if self._is_taken:
            self.lock.release()
            raise UsageError(
                f"Backend '{self._backend}' is at work for this thread: a call cannot be made by what its outputs are"
                " handed to.",
                "Make it when that call has returned, or use another session.",
            )
        self._is_taken = True

    def __exit__(self, *_: object) -> None:
        self._is_taken = False
        self.lock.release()

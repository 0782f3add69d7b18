"""The seam between measures and what is measured: each contestant runs code in another process in its own best way.

A contestant overrides what it can do; the rest raises `CannotDoError`, which tables show as "-". It imports its
library inside its methods, so that the roster can be read where the library is missing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, Literal

import psutil

Role = Literal["floor", "peer", "ours"]


class CannotDoError(Exception):
    """This contestant has no way to do it."""


class Contestant:
    """One way to run code elsewhere.

    Attributes:
        name: in tables, in the JSON and behind `--only`.
        role: what it stands for.
        what: in a few words.
        libraries: what it imports; where one is missing, it is skipped by name.
        distribution: whose version the report names.
        counts: how many of it are started side by side.
        array_bytes: of the array that it gets, once that was found out.
        is_placed: whether its calls are also measured with both sides held on one core, and on two.
    """

    name: ClassVar[str]
    role: ClassVar[Role] = "peer"
    what: ClassVar[str]
    libraries: ClassVar[Sequence[str]] = ()
    distribution: ClassVar[str] = ""
    counts: ClassVar[Sequence[int]] = ()
    is_placed: ClassVar[bool] = False
    array_bytes: int = 0

    @classmethod
    def missing(cls) -> list[str]:
        """Which of its libraries are not installed."""
        return [library for library in cls.libraries if find_spec(library) is None]

    def can(self, method: str) -> bool:
        """Whether it has a way of its own to do it."""
        return getattr(type(self), method) is not getattr(Contestant, method)

    def prepare(self) -> None:
        """Imports what would else be part of the first start."""
        for library in self.libraries:
            import_module(library)

    def first_result(self) -> None:
        """From nothing to the first result of a call."""
        self.start()
        self.call()

    def start(self) -> None:
        """Starts the other side and waits until it can be called."""
        raise CannotDoError

    def close(self) -> None:
        """Ends the other side, if it was started."""

    def call(self) -> Any:
        """Has the text `1 + 1` evaluated over there and returns the result."""
        raise CannotDoError

    def worker_pid(self) -> int:
        """The process in which the text is evaluated."""
        raise CannotDoError

    def worker_bytes(self, settle_s: float) -> int:
        """Resident memory of that process, after it had nothing to do for so long."""
        time.sleep(settle_s)
        size: int = psutil.Process(self.worker_pid()).memory_info().rss
        return size

    def pids(self) -> list[int]:
        """All processes that a call passes through, to place them on a core."""
        raise CannotDoError

    def put(self, array: Any) -> None:
        """Sends an array that is kept over there, in place of the one before; returns when it is there."""
        raise CannotDoError

    def read(self) -> float:
        """The sum of that array, taken over there: touches all of it."""
        raise CannotDoError

    def get(self) -> Any:
        """Brings that array back."""
        raise CannotDoError

    def put_frame(self, frame: Any) -> None:
        """Sends a DataFrame that is kept over there."""
        raise CannotDoError

    def get_frame(self) -> Any:
        """Brings that frame back."""
        raise CannotDoError

    def rebuild_s(self) -> float:
        """Builds an environment from a lock, with a warm cache; returns its seconds."""
        raise CannotDoError

    def known_environment_s(self) -> float:
        """Asks for an environment that is built already; returns its seconds."""
        raise CannotDoError

    def load_s(self) -> float:
        """Loads the extension into a fresh IPython; returns its seconds."""
        raise CannotDoError

    def lines(self, count: int) -> int:
        """Has so many lines printed over there, and counts those that came back as they came."""
        raise CannotDoError

"""What is known of the side that will decode a value: codecs choose between forms by it. Runs in worker and host.

A client announces what it takes with each request, in one short text of words with blanks between:

    numpy pandas polars pyarrow      libraries that are installed there; they need not be imported
    memory                           it opens memory that the worker lends it (`segments.py`)
    pickle                           for this request it takes and sends pickles
    max=N                            the most bytes that one value may have; a gibibyte where it is not said

Imports `registry` only.
"""

from __future__ import annotations

from .registry import Untransferable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .pool import Pool
    from .segments import Segment

INLINE_LIMIT_BYTES = 1 << 16  # the most that may travel as base64
MAX_BYTES = 1 << 30  # of one value, unless the user allows more
SHARED_FROM_BYTES = 1 << 20  # below it, lending costs more than it saves
LIBRARIES = ("numpy", "pandas", "polars", "pyarrow")


class Receiver:
    """One side, seen from the other.

    Args:
        place: what it is called in sentences, such as `environment 'legacy'`.
        libraries: those installed there; None where that is not known.
        inline_limit_bytes: memory up to this size goes into the tree as base64; at most 64 KiB. Empty memory always
            does.
        max_bytes: the most that one value's buffers may have in sum.
        pool: lends it memory; None where it cannot open that.
        takes_pickle: whether the user asked for it.
    """

    __slots__ = ("_libraries", "inline_limit_bytes", "max_bytes", "place", "pool", "takes_pickle")

    def __init__(
        self,
        place: str = "its receiver",
        libraries: Iterable[str] | None = None,
        *,
        inline_limit_bytes: int = 0,
        max_bytes: int = MAX_BYTES,
        pool: Pool | None = None,
        takes_pickle: bool = False,
    ) -> None:
        self._libraries = None if libraries is None else frozenset(libraries)
        self.inline_limit_bytes = min(inline_limit_bytes, INLINE_LIMIT_BYTES)
        self.max_bytes = max_bytes
        self.place = place
        self.pool = pool
        self.takes_pickle = takes_pickle

    def has(self, library: str) -> bool:
        """Whether it can take what needs a library. One that is not known has all but pyarrow: there are other forms
        than Arrow's."""
        return library != "pyarrow" if self._libraries is None else library in self._libraries

    def lacks(self, library: str, type_name: str) -> Untransferable:
        """The refusal of a value for which it lacks a library."""
        return Untransferable(
            type_name,
            "%s has no %s" % (self.place, library),
            "Install it there, for example with `pip install %s`, or keep the value where it is and use it through a"
            " handle." % library,
        )

    def lend(self, data: memoryview) -> tuple[Segment, dict[str, Any]] | None:
        """Lends it a copy of memory; None where the memory has to travel itself."""
        return None if self.pool is None else self.pool.lend(data)


ANYONE = Receiver()

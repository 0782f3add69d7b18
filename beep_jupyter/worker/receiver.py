"""What is known of the side that will decode a value: codecs choose between forms by it. Runs in worker and host.

A client announces what it has with each request, in one short text of words separated by blanks:

    numpy pandas polars pyarrow      libraries that are installed there; they need not be imported

Imports `registry` only.
"""

from __future__ import annotations

from .registry import Untransferable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

INLINE_LIMIT_BYTES = 1 << 16  # the most that may travel as base64


class Receiver:
    """One side, seen from the other.

    Args:
        place: what it is called in sentences, such as `environment 'legacy'`.
        libraries: those installed there; None where that is not known.
        inline_limit_bytes: memory up to this size goes into the tree as base64; at most 64 KiB. Empty memory always
            does.
    """

    __slots__ = ("_libraries", "inline_limit_bytes", "place")

    def __init__(
        self, place: str = "its receiver", libraries: Iterable[str] | None = None, inline_limit_bytes: int = 0
    ) -> None:
        self.inline_limit_bytes = min(inline_limit_bytes, INLINE_LIMIT_BYTES)
        self.place = place
        self._libraries = None if libraries is None else frozenset(libraries)

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


ANYONE = Receiver()

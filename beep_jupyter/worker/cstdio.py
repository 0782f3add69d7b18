"""Keeps what C code prints through stdio in time and in order. Runs in the worker.

C collects text for a pipe in 4 KiB blocks, as it does for a file: the line that an extension prints would come long
after its cell. So C's stdout is made line buffered, and what is left of a line is flushed at the end of a request.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LINE_BUFFERED = 1  # _IOLBF of glibc, musl and macOS


class CStdout:
    """C's stdout of this process; does nothing where it cannot be reached."""

    __slots__ = ("_flush", "_modules_at_start", "_stdout")

    def __init__(self) -> None:
        self._flush: Callable[[Any], Any] | None = None
        self._stdout: Any = None
        try:
            import ctypes

            library = ctypes.CDLL(None)
            name = "__stdoutp" if sys.platform == "darwin" else "stdout"
            self._stdout = ctypes.c_void_p.in_dll(library, name)
            library.setvbuf(self._stdout, None, _LINE_BUFFERED, ctypes.c_size_t(0))
            self._flush = library.fflush
        except (ImportError, OSError, ValueError, AttributeError):
            pass  # a Python without ctypes, or a C library with other names
        self._modules_at_start = len(sys.modules)

    def flush(self) -> None:
        """Flushes, if anything was imported since the start: until then no C code is there that could have printed."""
        if self._flush is not None and len(sys.modules) != self._modules_at_start:
            self._flush(self._stdout)

"""`sys.stdout` and `sys.stderr` of user code. Runs in the worker and in its forked children."""

from __future__ import annotations

import io
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .output import Sink


class Stream(io.TextIOBase):
    """A text stream that ends in the sink, and in a forked child at its descriptor."""

    def __init__(self, name: str, descriptor: int, sink: Sink) -> None:
        self._name = name
        self._descriptor = descriptor
        self._sink: Sink | None = sink
        self.write = sink.writer(name)  # type: ignore[method-assign]  # `print` finds it here without a lookup more
        self.buffer = BinaryFace(self)

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    line_buffering = True
    mode = "w"

    @property
    def name(self) -> str:
        return "<%s>" % self._name

    def flush(self) -> None:
        if self._sink is not None:
            self._sink.flush()

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def reconfigure(self, **options: Any) -> None:
        """Accepted and ignored, as scripts call it to make sure of UTF-8, which this is."""

    def leave_sink(self) -> None:
        """In a child, and where the sink is of no use any more: text goes to the descriptor, which somebody drains."""
        self._sink = None
        self.write = self._write_to_descriptor  # type: ignore[method-assign]

    def _write_to_descriptor(self, text: str) -> int:
        write_all(self._descriptor, text.encode("utf-8", "backslashreplace"))
        return len(text)


class BinaryFace(io.RawIOBase):
    """`sys.stdout.buffer`: bytes that go to the descriptor, which keeps them in order with the text."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.raw = self

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        write_all(self._stream.fileno(), view)
        return view.nbytes

    def fileno(self) -> int:
        return self._stream.fileno()

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        self._stream.flush()


def write_all(descriptor: int, data: Any) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

"""`sys.stdout`, `sys.stderr` and `sys.stdin` of user code. Runs in the worker and in its forked children."""

import io
import os

NO_STDIN = "a routed cell has no standard input; send the value with `-i NAME`"


class Stream(io.TextIOBase):
    """A text stream that ends in the sink, and in a forked child at its descriptor."""

    def __init__(self, name, descriptor, sink):
        self._name = name
        self._descriptor = descriptor
        self._sink = sink
        self.write = sink.writer(name)
        self.buffer = BinaryFace(self)

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    line_buffering = True
    mode = "w"

    @property
    def name(self):
        return "<%s>" % self._name

    def flush(self):
        if self._sink is not None:
            self._sink.flush()

    def fileno(self):
        return self._descriptor

    def isatty(self):
        return False

    def writable(self):
        return True

    def reconfigure(self, **options):
        """Accepted and ignored, as scripts call it to make sure of UTF-8, which this is."""

    def after_fork_in_child(self):
        """There is no sink in a child: text goes to the descriptor, which the worker drains."""
        self._sink = None
        self.write = self._write_to_descriptor

    def _write_to_descriptor(self, text):
        write_all(self._descriptor, text.encode("utf-8", "backslashreplace"))
        return len(text)


class BinaryFace(io.RawIOBase):
    """`sys.stdout.buffer`: bytes that go to the descriptor, which keeps them in order with the text."""

    def __init__(self, stream):
        self._stream = stream
        self.raw = self

    def write(self, data):
        view = memoryview(data).cast("B")
        write_all(self._stream.fileno(), view)
        return view.nbytes

    def fileno(self):
        return self._stream.fileno()

    def writable(self):
        return True

    def flush(self):
        self._stream.flush()


class NoInput(io.TextIOBase):
    """A standard input that says why there is none, instead of waiting for ever."""

    encoding = "utf-8"
    errors = "strict"

    def readable(self):
        return True

    def fileno(self):
        return 0

    def read(self, size=-1):
        raise EOFError(NO_STDIN)

    def readline(self, size=-1):
        raise EOFError(NO_STDIN)


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

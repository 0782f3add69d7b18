"""What user code prints, on its way to the client: one ordered stream of Jupyter outputs. Runs in the worker.

`sys.stdout` and `sys.stderr` collect text here; C code and child processes write to descriptors 1 and 2, which are
pipes that a thread drains. One rule keeps their order: *pending text is always older than what the pipes hold*. Each
write looks into the pipes first (0.3 us) and, if something is there, sends the pending text, then that, before it
begins new pending text.

Text is coalesced: a frame goes out when 64 KiB are pending, when text has waited 10 ms, before any other frame, and
before a fork. Output that no request asked for is kept (the last 1 MiB) and goes before the next reply.
"""

from __future__ import annotations

import codecs
import os
import select
import sys
import time
from _thread import RLock, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .cstdio import CStdout
    from .interrupts import Interrupts

    Stream = tuple[str, codecs.IncrementalDecoder]  # its name, and what turns its bytes into text

FLUSH_BYTES = 1 << 16
KEEP_BYTES = 1 << 20
COALESCE_S = 0.01
_CHUNK = 1 << 16
_CHUNKS_AT_ONCE = 16  # what the largest pipe holds (1 MiB): what comes behind that was written later


class Sink:
    """Gathers outputs and hands them to whoever is served now.

    Args:
        pipes: {reading end: stream name} of the pipes that are descriptors 1 and 2.
        interrupts: held while a frame is under way.

    Attributes:
        c_stdout: flushed at the end of a request; None until the worker has time to look for it.
    """

    def __init__(self, pipes: dict[int, str], interrupts: Interrupts) -> None:
        self._pipes: dict[int, Stream] = {
            descriptor: (name, codecs.getincrementaldecoder("utf-8")("replace")) for descriptor, name in pipes.items()
        }
        self.c_stdout: CStdout | None = None
        self._interrupts = interrupts
        self._lock = RLock()
        for descriptor in pipes:
            os.set_blocking(descriptor, False)
        self._poller = _poller(pipes)
        self._look = self._poller.poll
        self._pending: dict[str, list[str]] = {name: [] for name in pipes.values()}  # one at a time holds text
        self._current = ""  # the stream that was written to last
        self._is_woken = False
        self._wake_reading, self._wake_writing = os.pipe()
        self._kept_open: tuple[int, ...] = ()
        self._is_left = False
        self._send: Callable[[dict[str, Any]], None] | None = None  # takes an output; None while nobody is served
        self._kept: list[tuple[dict[str, Any], int]] = []
        self._kept_size = 0

    def start(self, *writing_ends: int) -> None:
        """Starts the thread that drains the pipes and sends text that has waited long enough.

        Args:
            writing_ends: kept open: where user code points descriptor 1 elsewhere, its pipe would end, and a pipe that
                has ended is always ready.
        """
        self._kept_open = tuple(os.dup(descriptor) for descriptor in writing_ends)
        start_new_thread(self._drain_for_ever, ())

    def writer(self, name: str) -> Callable[[str], int]:
        """The `write` of a stream: a closure, since `print` calls it two times and more for each line.

        It takes no lock: appending to a list is one step, and so is taking from it. A separator right behind a text
        needs no look into the pipes: `print` wrote both.
        """
        append, look = self._pending[name].append, self._look
        is_behind_text, room = False, FLUSH_BYTES

        def write(text: str) -> int:
            nonlocal is_behind_text, room
            if is_behind_text and (text == "\n" or text == " ") and self._current is name:
                is_behind_text = False
            else:
                if type(text) is not str and not isinstance(text, str):
                    raise TypeError("write() argument must be str, not %s" % type(text).__name__)
                is_behind_text = text[-1:] not in "\n "
                room -= len(text) + 1
                if room < 0 or self._current is not name or look(0):
                    self.flush()
                    self._current, room = name, FLUSH_BYTES
            append(text)
            if not self._is_woken:
                self._is_woken = True
                os.write(self._wake_writing, b"\0")
            return len(text)

        return write

    def emit(self, output: dict[str, Any]) -> None:
        """Sends an output that is not text, behind all that was printed before it."""
        with self._lock:
            self.flush()
            self._deliver(output, 1024)

    def flush(self) -> None:
        """Sends all that was written until now, to `sys.stdout` or to a descriptor."""
        self._interrupts.hold()
        try:
            with self._lock:
                for _ in range(_CHUNKS_AT_ONCE):  # a child that prints without end is not waited for
                    if not self._send_some():
                        break
        finally:
            self._interrupts.release()

    def begin(self, send: Callable[[dict[str, Any]], None]) -> None:
        """From here outputs go to `send`; first those that nobody was there for."""
        with self._lock:  # or the draining thread would send what is newer in between
            self._send = send
            if self._kept:
                self._send_kept(send)

    def _send_kept(self, send: Callable[[dict[str, Any]], None]) -> None:
        kept, self._kept, self._kept_size = self._kept, [], 0
        for output, _ in kept:
            send(output)

    def end(self) -> None:
        """Sends what is left; from here outputs are kept."""
        if self.c_stdout is not None:
            self.c_stdout.flush()
        with self._lock:
            if any(self._pending.values()) or self._look(0):
                self.flush()
            self._send = None

    def leave(self) -> None:
        """Leaves what comes from here on in the pipes, where the server finds it when the worker has ended."""
        with self._lock:
            self._is_left = True

    def before_fork(self) -> None:
        self._lock.acquire()
        self.flush()

    def after_fork_in_parent(self) -> None:
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """Closes what belongs to the parent; `stream.py` writes to the descriptors from here on."""
        self._lock = RLock()
        for descriptor in (*self._pipes, *self._kept_open, self._wake_reading, self._wake_writing):
            os.close(descriptor)
        self._poller.close()

    def _send_some(self) -> bool:
        """Sends what is pending, and one chunk of each pipe that held something before that; answers whether one did.

        Looking comes first: text that is pending while a pipe holds something is older than that, since whoever wants
        to add to it looks too, and waits here. Nobody waits once the pipes are empty, so they are looked at again.
        """
        ready = () if self._is_left else self._look(0)
        self._send_pending()
        for descriptor, _ in ready:
            self._drain(descriptor, *self._pipes[descriptor])
        return bool(ready)

    def _send_pending(self) -> None:
        for name, texts in self._pending.items():
            if texts:
                count = len(texts)  # another thread may append meanwhile
                text = _sendable("".join(texts[:count]))
                del texts[:count]
                if text:
                    self._deliver({"output_type": "stream", "name": name, "text": text}, len(text))

    def _deliver(self, output: dict[str, Any], size: int) -> None:
        if self._send is not None:
            self._send(output)
            return
        if size > KEEP_BYTES:  # one large text: its latest part, like that of many small ones
            output, size = dict(output, text=output["text"][-KEEP_BYTES:]), KEEP_BYTES
        self._kept.append((output, size))
        self._kept_size += size
        while self._kept_size > KEEP_BYTES:
            self._kept_size -= self._kept.pop(0)[1]

    def _drain(self, descriptor: int, name: str, decoder: codecs.IncrementalDecoder) -> None:
        """Sends one chunk of a pipe."""
        try:
            text = decoder.decode(os.read(descriptor, _CHUNK))
        except BlockingIOError:
            return
        if text:
            self._deliver({"output_type": "stream", "name": name, "text": text}, len(text))

    def _drain_for_ever(self) -> None:
        waiting = select.poll()
        for descriptor in (*self._pipes, self._wake_reading):
            waiting.register(descriptor, select.POLLIN)
        while True:
            ready = waiting.poll()
            if any(descriptor == self._wake_reading for descriptor, _ in ready):
                time.sleep(COALESCE_S)
                os.read(self._wake_reading, 16)
                self._is_woken = False
            if self._is_left:
                return
            self.flush()


class _Poll:
    """What `select.epoll` is on Linux: may be asked by several threads at once."""

    def __init__(self) -> None:
        self._descriptors: list[tuple[int, int]] = []
        self._poll = select.poll()

    def register(self, descriptor: int, events: int) -> None:
        self._descriptors.append((descriptor, events))
        self._poll.register(descriptor, events)

    def poll(self, timeout: int) -> list[tuple[int, int]]:
        try:
            return self._poll.poll(timeout)
        except RuntimeError:  # another thread is looking at this moment: each may hold something
            return self._descriptors

    def close(self) -> None:
        """Nothing is open."""


def _poller(descriptors: Iterable[int]) -> select.epoll | _Poll:
    poller = select.epoll() if sys.platform == "linux" else _Poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    return poller


def _sendable(text: str) -> str:
    """A text with lone surrogates escaped, as the streams say they do: who shows it could not encode them."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()

"""One worker as its server sees it: from the first byte to the obituary. Runs in a server; standard library only."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable

from beep_jupyter.worker import status
from beep_jupyter.worker.wire import BEFORE_HELLO, FrameError, FrameReader, pack

from memory import oom_kills
from poller import Poller
from spawn import Process

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing takes 4 ms to import, and the worker waits for this server
    from typing import Any

OUR_FRAMES = os.path.dirname(status.__file__)
STDERR_TAIL_CHARACTERS = 4000
RU_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


class CrowdedError(Exception):
    """The worker is busy, and too many clients wait for it already."""


class Worker:
    """A worker process, watched until it ends.

    Args:
        process: just started.
        poller: calls back when it speaks or ends.
        on_end: called once on the poller's thread, with the obituary in place, before anybody is told.
        on_limit: called with (connection, request, timeout_s) when it begins a request that limits its own time.

    Attributes:
        memory_peak_bytes: what it used with its children when it was found above its limit.
    """

    def __init__(
        self,
        process: Process,
        poller: Poller,
        on_end: Callable[[Worker], None],
        on_limit: Callable[[int, int, float], None],
    ) -> None:
        self.ended = threading.Event()
        self.incarnation = process.incarnation
        self.kill_reason = ""
        self.memory_peak_bytes = 0
        self.obituary: dict[str, Any] | None = None
        self.pid = process.pid
        self.ready: dict[str, Any] | None = None
        self.settled = threading.Event()  # it is ready, or it has ended
        self.started_at = time.monotonic()
        self._clients: dict[int, socket.socket] = {}
        self._interrupted: set[tuple[int, int]] = set()
        self._lock = threading.Lock()
        self._on_end = on_end
        self._on_limit = on_limit
        self._oom_kills = oom_kills()
        self._poller = poller
        self._process = process
        self._reader = FrameReader(BEFORE_HELLO)
        poller.watch(process.channel.fileno(), self._hear)
        poller.watch_end_of(process.pid, self._end)

    @property
    def state(self) -> str:
        """idle, busy, starting or dead."""
        if self.ended.is_set():
            return "dead"
        if self.ready is None:
            return "starting"
        return "busy" if self.activity()[0] else "idle"

    def activity(self) -> tuple[bool, int, int]:
        """(is_busy, connection, request) of what runs, or ran last."""
        with self._lock:
            return status.read(self._process.status) if self.obituary is None else (False, 0, 0)

    def connect(self, number: int, client: socket.socket, *, is_relayed: bool = False, is_aside: bool = False) -> bool:
        """Hands a client's socket to the worker and keeps it only to see its end and to end it.

        Args:
            is_relayed: whether the other end is held by this process.
            is_aside: whether the client only looks, and does not wait for what runs.

        Returns:
            False where the worker has ended meanwhile.

        Raises:
            CrowdedError: too many wait already.
        """
        with self._lock:
            if self.obituary is not None:
                return False
            header = {"type": "connection", "connection": number, "relayed": is_relayed}
            channel = self._process.aside if is_aside else self._process.channel
            if self._is_crowded(channel) or not self._send(header, client.fileno(), channel):
                raise CrowdedError
            self._clients[number] = client
            # Still with the lock: the worker's end would close the socket, and its number be watched for ever.
            self._poller.watch(client.fileno(), lambda: self._drop(number), hang_up_only=True)
        return True

    def interrupt(self, connection: int, request: int) -> tuple[bool, bool, bool]:
        """Interrupts one request; the second time, kills, unless another request runs.

        Returns:
            (is_interrupted, is_killed, is_waiting): the last where another request runs; this one will not be begun.
        """
        key = (connection, request)
        with self._lock:
            if self.obituary is not None:
                return False, False, False
            is_busy, *running = status.read(self._process.status)
            is_running, is_waiting = is_busy and running == [*key], is_busy and running != [*key]
            if key not in self._interrupted:
                self._interrupted.add(key)
                self._send({"type": "interrupt", "connection": connection, "request": request})
                # To the whole group while that request runs, as a terminal does: `os.system` waits with SIGINT ignored.
                (os.killpg if is_running else os.kill)(self.pid, signal.SIGINT)
                return True, False, is_waiting
        return False, is_running and self.kill("interrupt", only=key), is_waiting

    def ask_to_leave(self) -> None:
        """The polite end: the interpreter finishes what it runs and ends as any does."""
        with self._lock:
            if self.obituary is None:
                self._send({"type": "leave"})

    def kill(self, reason: str, number: int = signal.SIGKILL, *, only: tuple[int, int] | None = None) -> bool:
        """Signals the worker's process group; the obituary will give the reason.

        Args:
            only: (connection, request): leaves the worker alone if something else runs by now.

        Returns:
            Whether it was signalled.
        """
        with self._lock:
            if self.obituary is not None or (only is not None and not self._runs(only)):
                return False
            self.kill_reason = self.kill_reason or reason
            os.killpg(self.pid, number)
            return True

    def _runs(self, key: tuple[int, int]) -> bool:
        return status.read(self._process.status) == (True, *key)

    @staticmethod
    def _is_crowded(channel: Any) -> bool:
        """Whether what a busy worker has not read yet fills half of a channel; the rest is kept for interrupts."""
        try:
            unread: int = struct.unpack("i", fcntl.ioctl(channel, termios.TIOCOUTQ, bytes(4)))[0]
        except OSError:
            return False  # the system does not tell (macOS)
        return unread > int(channel.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)) // 2

    def _send(self, header: dict[str, Any], descriptor: int | None = None, channel: Any = None) -> bool:
        """Says something to the worker and never waits: the lock is held, which health and the last rungs of the ladder
        need too.

        Returns:
            False where there is no room for it.
        """
        rights = [] if descriptor is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", descriptor))]
        try:
            (channel or self._process.channel).sendmsg(pack(header), rights, socket.MSG_DONTWAIT)
        except OSError as error:
            return error.errno not in (errno.EAGAIN, errno.ETOOMANYREFS)  # else it is ending; the pidfd tells why
        return True

    def _hear(self) -> None:
        try:
            count = self._process.channel.recv_into(self._reader.space())
            self._reader.fed(count)
            while count and (frame := self._reader.take()) is not None:
                self._take(frame[0])
        except (FrameError, OSError, LookupError, TypeError, ValueError):  # it has ended, or user code wrote here
            count = 0
        if not count:
            self._poller.forget(self._process.channel.fileno())

    def _take(self, header: dict[str, Any]) -> None:
        if header.get("type") == "ready":
            self.ready = header
            self.settled.set()
        elif header.get("type") == "lost" and type(header.get("connection")) is int:
            self._drop(header["connection"])  # there is no other copy of the socket: the client sees its end
        elif header.get("type") == "limit":
            self._on_limit(header["connection"], header["request"], float(header["timeout_s"]))

    def _drop(self, number: int) -> None:
        """A client hung up, or its end is no longer wanted."""
        with self._lock:
            client = self._clients.pop(number, None)
        if client is not None:
            self._poller.forget(client.fileno(), client.close)

    def _end(self) -> None:
        out, err = _drain(self._process.stdout), _without_our_frames(_drain(self._process.stderr))
        with self._lock:  # who sends a signal holds it: until here the number is the worker's, from here nobody uses it
            _, code, usage = os.wait4(self.pid, 0)
            self.memory_peak_bytes = max(self.memory_peak_bytes, usage.ru_maxrss * RU_MAXRSS_BYTES)
            self.obituary = self._write_obituary(os.waitstatus_to_exitcode(code), out, err)
            clients = list(self._clients)
            for client in self._clients.values():
                _shut_down(client)  # a forked child may still hold the socket; this ends it for the client at once
        for number in clients:
            self._drop(number)
        self._poller.forget(self._process.channel.fileno(), self._process.close)
        self._on_end(self)
        self.ended.set()
        self.settled.set()

    def _write_obituary(self, code: int, out: str, err: str) -> dict[str, Any]:
        texts = (("stdout", out), ("stderr", err))
        reason = self.kill_reason or ("crash" if code < 0 else "exit")
        if reason == "crash" and code == -signal.SIGKILL and oom_kills() > self._oom_kills:
            reason = "memory"  # nobody here asked for it, and the kernel has killed for want of memory
        return {
            "incarnation": self.incarnation,
            "exit_code": code if code >= 0 else None,
            "signal": -code if code < 0 else None,
            "reason": reason,
            "memory_peak_bytes": self.memory_peak_bytes if reason == "memory" else None,
            "stderr_tail": err[-STDERR_TAIL_CHARACTERS:],
            "outputs": [{"output_type": "stream", "name": name, "text": text} for name, text in texts if text],
        }


def _drain(descriptor: int) -> str:
    """What the worker left in a pipe; grandchildren may hold its writing end, so the end of file is not waited for."""
    os.set_blocking(descriptor, False)
    chunks = []
    try:
        while chunk := os.read(descriptor, 1 << 16):
            chunks.append(chunk)
    except BlockingIOError:
        pass
    return b"".join(chunks).decode("utf-8", "replace")


def _without_our_frames(text: str) -> str:
    """What a crash says of the stack, without the worker's own part of it."""
    return "".join(line for line in text.splitlines(keepends=True) if OUR_FRAMES not in line)


def _shut_down(client: socket.socket) -> None:
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is gone already

"""One worker as its server sees it: from the first byte to the obituary. Runs in a server; standard library only."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable

from beep_jupyter.worker import status
from beep_jupyter.worker.wire import AFTER_HELLO, FrameReader, pack

from poller import Poller
from spawn import Process

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing takes 4 ms to import, and the worker waits for this server
    from typing import Any

OUR_FRAMES = os.path.dirname(status.__file__)
STDERR_TAIL_CHARACTERS = 4000


class Worker:
    """A worker process, watched until it ends.

    Args:
        process: just started.
        poller: calls back when it speaks or ends.
        on_end: called once on the poller's thread, with the obituary in place.
    """

    def __init__(self, process: Process, poller: Poller, on_end: Callable[[Worker], None]) -> None:
        self.ended = threading.Event()
        self.incarnation = process.incarnation
        self.kill_reason = ""
        self.obituary: dict[str, Any] | None = None
        self.pid = process.pid
        self.ready: dict[str, Any] | None = None
        self.settled = threading.Event()  # it is ready, or it has ended
        self.started_at = time.monotonic()
        self._clients: dict[int, socket.socket] = {}
        self._interrupted: set[tuple[int, int]] = set()
        self._lock = threading.Lock()
        self._on_end = on_end
        self._poller = poller
        self._process = process
        self._reader = FrameReader(AFTER_HELLO)
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

    def connect(self, number: int, client: socket.socket) -> bool:
        """Hands a client's socket to the worker and keeps it only to see its end and to end it.

        Returns:
            False where the worker has ended meanwhile.
        """
        with self._lock:
            if self.obituary is not None:
                return False
            self._clients[number] = client
            self._send({"type": "connection", "connection": number}, [client.fileno()])
        self._poller.watch(client.fileno(), lambda: self._drop(number), hang_up_only=True)
        return True

    def interrupt(self, connection: int, request: int) -> bool:
        """Interrupts one request; the second time, kills.

        Returns:
            Whether the worker was killed.
        """
        key = (connection, request)
        if key in self._interrupted:
            self.kill("interrupt")
            return True
        self._interrupted.add(key)
        with self._lock:
            if self.obituary is not None:
                return False
            self._send({"type": "interrupt", "connection": connection, "request": request})
            # To the whole group while that request runs, as a terminal does: `os.system` waits with SIGINT ignored.
            is_running = status.read(self._process.status) == (True, connection, request)
            (os.killpg if is_running else os.kill)(self.pid, signal.SIGINT)
        return False

    def ask_to_leave(self) -> None:
        """The polite end: the interpreter finishes what it runs and ends as any does."""
        with self._lock:
            if self.obituary is None:
                self._send({"type": "leave"})

    def kill(self, reason: str, number: int = signal.SIGKILL) -> None:
        """Signals the worker's process group; the obituary will give the reason."""
        with self._lock:
            if self.obituary is None:
                self.kill_reason = self.kill_reason or reason
                os.killpg(self.pid, number)

    def _send(self, header: dict[str, Any], descriptors: list[int] | None = None) -> None:
        data = b"".join(pack(header))
        try:
            if descriptors:
                socket.send_fds(self._process.channel, [data], descriptors)  # type: ignore[arg-type]  # has sendmsg
            else:
                self._process.channel.sendall(data)
        except OSError:
            pass  # it is ending, which the pidfd tells with the reason

    def _hear(self) -> None:
        try:
            data = self._process.channel.recv(4096)
        except OSError:
            data = b""
        if not data:
            self._poller.forget(self._process.channel.fileno())
            return
        self._reader.space()[: len(data)] = data
        self._reader.fed(len(data))
        while (frame := self._reader.take()) is not None:
            self.ready = frame[0]
            self.settled.set()

    def _drop(self, number: int) -> None:
        """A client hung up, or its end is no longer wanted."""
        with self._lock:
            client = self._clients.pop(number, None)
        if client is not None:
            self._poller.forget(client.fileno(), client.close)

    def _end(self) -> None:
        _, code = os.waitpid(self.pid, 0)
        out, err = _drain(self._process.stdout), _without_our_frames(_drain(self._process.stderr))
        with self._lock:
            self.obituary = self._write_obituary(os.waitstatus_to_exitcode(code), out, err)
            clients = list(self._clients)
            for client in self._clients.values():
                _shut_down(client)  # a forked child may still hold the socket; this ends it for the client at once
        for number in clients:
            self._drop(number)
        self._poller.forget(self._process.channel.fileno(), self._process.close)
        self.ended.set()
        self.settled.set()
        self._on_end(self)

    def _write_obituary(self, code: int, out: str, err: str) -> dict[str, Any]:
        texts = (("stdout", out), ("stderr", err))
        return {
            "incarnation": self.incarnation,
            "exit_code": code if code >= 0 else None,
            "signal": -code if code < 0 else None,
            "reason": self.kill_reason or ("crash" if code < 0 else "exit"),
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

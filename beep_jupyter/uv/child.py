"""A child process that never outlives the call that started it. Any process of the host; knows nothing of uv.

It is ended by whatever ends the call (an exception, Ctrl-C), and by the kernel where the caller is killed (Linux).
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from ..models import OnProgress, Progress

TERMINATE_TIMEOUT_S = 2.0  # between the polite end and the kill
TICK_S = 0.1


class NotStartedError(Exception):
    """The program could not be started; `reason` is the system's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Child:
    """A running program, in a session of its own: Ctrl-C in a terminal or notebook is ours to pass on.

    Args:
        command: the program and its arguments.
        environment: all of its variables.
        cwd: its working directory.
        patience_s: how long it may take to end when told to; with 0 it is killed at once.

    Raises:
        NotStartedError: the system refused to start it.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        cwd: str | os.PathLike[str],
        *,
        patience_s: float = TERMINATE_TIMEOUT_S,
    ) -> None:
        self._patience_s = patience_s
        self._life_read, self._life_write = os.pipe()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with interrupt_deferred():  # else one that comes inside Popen would leave a process that nobody knows
                self._process = _start(command, environment, cwd, self._life_read)
                _kill_when_closed(self._life_read, self._process.pid)
        except BaseException:
            self.end()
            raise

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def end(self) -> None:
        """Terminates the program and what it started, then kills them, then reaps. More than once is harmless."""
        with interrupt_deferred():
            if self._life_write < 0:
                return
            if self._process is not None:
                _end(self._process, self._patience_s)
            os.close(self._life_read)
            os.close(self._life_write)
            self._life_read = self._life_write = -1

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


_FAILURE = ("error:", "\u00d7")
_NO_PROGRESS = ("warning:", "Using Python")


class Reader:
    """Collects what a process writes, on the caller's thread, so that progress can be shown from there."""

    def __init__(self, child: Child, on_progress: OnProgress | None) -> None:
        self._process = child.process
        self._is_failing = False  # from here on uv explains why it failed, which becomes an error of ours
        self._on_progress = on_progress
        self._out = bytearray()
        self._err = bytearray()
        self._reported = 0  # bytes of `_err` whose lines were passed on

    @property
    def stdout(self) -> str:
        return self._out.decode(errors="replace")

    @property
    def stderr(self) -> str:
        return self._err.decode(errors="replace")

    def read_to_end(self, on_tick: Callable[[], None] | None, deadline: float | None) -> None:
        """Reads until both pipes are closed, or uv has ended and nothing more comes.

        A build may leave a child behind that holds the pipes, so their end alone is not waited for.
        """
        with selectors.DefaultSelector() as selector:
            for pipe, sink in ((self._process.stdout, self._out), (self._process.stderr, self._err)):
                assert pipe is not None
                selector.register(pipe, selectors.EVENT_READ, sink)
            while selector.get_map():
                ready = selector.select(TICK_S)
                for key, _ in ready:
                    self._read(selector, key)
                if on_tick is not None:
                    on_tick()
                if deadline is not None and time.monotonic() > deadline:
                    raise TimeoutError("uv took too long")
                if not ready and self._process.poll() is not None:
                    return

    def _read(self, selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        data = os.read(key.fd, 1 << 16)
        if not data:
            selector.unregister(key.fileobj)
        key.data.extend(data)
        if key.data is self._err:
            self._report()

    def _report(self) -> None:
        end = self._err.rfind(b"\n") + 1
        lines = self._err[self._reported : end].decode(errors="replace").splitlines()
        self._reported = max(self._reported, end)
        for line in map(str.strip, lines):
            self._is_failing = self._is_failing or line.startswith(_FAILURE)
            if self._on_progress is not None and line and not self._is_failing and not line.startswith(_NO_PROGRESS):
                self._on_progress(Progress(line))


@contextmanager
def interrupt_deferred() -> Iterator[None]:
    """Lets a Ctrl-C of the block take effect at its end. Only the main thread is ever interrupted."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _start(
    command: Sequence[str], environment: Mapping[str, str], cwd: str | os.PathLike[str], inherited: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=cwd,
            start_new_session=True,
            pass_fds=(inherited,),
        )
    except OSError as error:
        raise NotStartedError(error.strerror or str(error)) from error


def _kill_when_closed(life_read: int, group: int) -> None:
    """Asks the kernel to kill the process group when the pipe's writer, this process, is gone: a SIGKILL too.

    The signal belongs to the open pipe, which the child inherits; only Linux lets one choose which signal it is.
    """
    import fcntl

    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(life_read, fcntl.F_SETOWN, -group)
        fcntl.fcntl(life_read, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(life_read, fcntl.F_SETFL, fcntl.fcntl(life_read, fcntl.F_GETFL) | os.O_ASYNC)


def _end(process: subprocess.Popen[bytes], patience_s: float) -> None:
    """Terminates the process and its group, then kills them, then reaps."""
    if process.poll() is None and patience_s > 0:
        _signal_group(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    _signal_group(process, signal.SIGKILL)  # also what uv started and left behind
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says the latter of zombies
        os.killpg(process.pid, number)

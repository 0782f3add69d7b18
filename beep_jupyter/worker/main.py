"""Puts the worker together and runs it. Started by `boot.py` in the environment's Python.

Order matters: descriptors are made private before anything can fork, the life pipe is armed before anything can hang,
and the namespace becomes `__main__` last.
"""

from __future__ import annotations

import faulthandler
import os
import sys

from . import descriptors, forks
from .aside import Aside
from .channel import Channel
from .commands.session import Commands
from .cstdio import CStdout
from .interrupts import Interrupts
from .life import arm_life_pipe
from .loop import Loop
from .notebook import builtin_names, import_hooks
from .notebook.cells import Cells
from .output import Sink
from .shell import Shell
from .standard_input import StandardInput, replace_input
from .stream import Stream
from .wire import PROTOCOL


def run() -> None:
    """Serves until the server says leave or is gone; then the interpreter ends as any does, `atexit` included."""
    for descriptor in descriptors.ALL:
        os.set_inheritable(descriptor, False)
    arm_life_pipe(descriptors.LIFE)
    faulthandler.enable(2, all_threads=False)  # a crash in C says where, and the obituary quotes it
    channel = Channel(descriptors.CHANNEL)
    interrupts = Interrupts(channel)
    interrupts.install()
    sink = Sink({descriptors.STDOUT: "stdout", descriptors.STDERR: "stderr"}, interrupts)
    streams = _install_streams(sink)
    shell = Shell(interrupts)
    ready = {
        "pid": os.getpid(),
        "incarnation": os.environ["BEEP_WORKER"],
        "protocol": PROTOCOL,
        "python": "%d.%d.%d" % sys.version_info[:3],
    }
    sys.stdin = stdin = StandardInput()
    replace_input()
    cells = Cells(shell, sink.emit)
    loop = Loop(channel, Commands(shell, cells, stdin), sink, shell, interrupts, descriptors.STATUS, ready)
    aside = Aside(Channel(descriptors.ASIDE), channel, shell.namespace, interrupts, ready)
    forks.install(sink, streams, loop.after_fork_in_child, aside.after_fork_in_child)
    sink.start(1, 2)
    shell.install()
    import_hooks.install()
    builtin_names.install(shell, cells)
    channel.send(dict(ready, type="ready"))
    aside.start()
    sink.c_stdout = CStdout()  # while the server and the client greet each other
    try:
        loop.run()
    except BaseException:  # our own fault: its traceback must go where the server finds a worker's last words
        sink.leave()
        for stream in streams:
            stream.leave_sink()
        raise
    sink.flush()


def _install_streams(sink: Sink) -> tuple[Stream, Stream]:
    out, err = Stream("stdout", 1, sink), Stream("stderr", 2, sink)
    sys.stdout = sys.__stdout__ = out  # type: ignore[misc, assignment]  # typeshed: final, of a narrower type
    sys.stderr = sys.__stderr__ = err  # type: ignore[misc, assignment]
    return out, err

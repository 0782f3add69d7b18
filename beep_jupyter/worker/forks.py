"""What happens around a fork of the worker, and to a child that runs off the end of its cell. Runs in the worker.

A child must not speak on the worker's connections, nor hold them open: a client learns of the worker's death by their
end. It prints to descriptors 1 and 2, which the worker drains, and an interrupt means to it what it means to any
Python.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn

    from .output import Sink
    from .stream import Stream

is_child = False  # whether this process was forked off a worker


def install(sink: Sink, streams: Iterable[Stream], *on_child: Callable[[], None]) -> None:
    """Registers the hooks.

    Args:
        streams: the standard streams, which a child points at its descriptors.
        on_child: close, in the child, everything that belongs to the worker.
    """

    def before() -> None:
        if not is_child:
            sink.before_fork()

    def in_parent() -> None:
        if not is_child:
            sink.after_fork_in_parent()

    def in_child() -> None:
        global is_child
        if is_child:  # a child's child: what it would close is closed, and those numbers are the user's own files
            return
        is_child = True
        sink.after_fork_in_child()
        for stream in streams:
            stream.leave_sink()
        for close in on_child:
            close()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def leave(error: BaseException | None) -> NoReturn:
    """Ends a forked child whose cell came to its end: it must not serve requests as a second worker."""
    status = 0
    if isinstance(error, SystemExit):
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    elif error is not None:
        import traceback

        traceback.print_exception(type(error), error, error.__traceback__)
        status = 1
    os._exit(status & 0xFF)

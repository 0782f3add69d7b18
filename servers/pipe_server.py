"""The pipe server: `python -I -S pipe_server.py PACKAGE PYTHON CACHE ID NAME`, started by the launcher.

Arguments: the folder that holds the package `beep_jupyter`; the environment's interpreter; a folder for compiled
modules; the backend's id and name (which show in `ps`). The order on standard input, the report on standard output and
the exit status are those of every server (`life.py`).

Two planes on one Unix socket: a connection's hello names its kind. `session` goes to the worker, `control` stays here.
"""

import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
sys.path.append(sys.argv[1])

from spawn import Process  # noqa: E402  the worker is spawned before anything else is imported

BOOT = os.path.join(sys.argv[1], "beep_jupyter", "worker", "boot.py")


def spawn(incarnation: str) -> Process:
    """Starts a worker of this backend."""
    return Process(sys.argv[2], BOOT, sys.argv[3], incarnation)


if __name__ == "__main__":
    try:
        first: "Process | OSError" = spawn(f"{sys.argv[4]}.1")
    except OSError as error:
        first = error
    from serve_pipe import serve

    sys.exit(serve(first, spawn))

"""The HTTP server: `python -I -S http_server.py PACKAGE PYTHON CACHE ID NAME`, started by the launcher.

Arguments, order, report and exit status are those of every server (`pipe_server.py`, `life.py`). It listens on a port
of the loopback interface.
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
    import site

    site.main()  # `-S` left it out, for the worker's sake
    from serve_http import serve

    status = serve(first, spawn)
    os._exit(status)  # at a usual exit Python would wait for threads that wait for workers

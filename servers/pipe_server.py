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

from spawn import first_worker  # noqa: E402  the worker is spawned before anything else is imported

if __name__ == "__main__":
    first = first_worker()
    from serve_pipe import serve

    sys.exit(serve(first))

"""The gRPC server: `python -I -S grpc_server.py PACKAGE PYTHON CACHE ID NAME`, started by the launcher.

Arguments, order, report and exit status are those of every server (`pipe_server.py`, `life.py`). It listens on a port
of the loopback interface.
"""

import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
sys.path.append(sys.argv[1])

from spawn import Process  # noqa: E402  the worker is spawned before anything else is imported

VARIABLES = dict(os.environ)  # gRPC and what it needs add to them, which is not the workers' business
BOOT = os.path.join(sys.argv[1], "beep_jupyter", "worker", "boot.py")


def spawn(incarnation: str) -> Process:
    """Starts a worker of this backend; by posix_spawn, which runs nothing of gRPC's in the child."""
    return Process(sys.argv[2], BOOT, sys.argv[3], incarnation, VARIABLES)


if __name__ == "__main__":
    try:
        first: "Process | OSError" = spawn(f"{sys.argv[4]}.1")
    except OSError as error:
        first = error
    import site

    site.main()  # `-S` left it out, for the worker's sake
    os.environ["GRPC_VERBOSITY"] = "NONE"  # standard error is our log
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
    from serve_grpc import serve

    status = serve(first, spawn)
    os._exit(status)  # at a usual exit Python would wait for threads of calls whose clients have left

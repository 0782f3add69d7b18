"""The gRPC server: `python -I -S grpc_server.py PACKAGE PYTHON CACHE ID NAME`, started by the launcher.

Arguments, order, report and exit status are those of every server (`pipe_server.py`, `life.py`). It listens on a port
of the loopback interface.
"""

import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
sys.path.append(sys.argv[1])

from spawn import first_worker  # noqa: E402  the worker is spawned before anything else is imported

if __name__ == "__main__":
    first = first_worker()
    import site

    site.main()  # `-S` left it out, for the worker's sake
    os.environ["GRPC_VERBOSITY"] = "NONE"  # standard error is our log
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"  # workers are spawned, which runs nothing of gRPC's in them
    from serve_grpc import serve

    status = serve(first)
    os._exit(status)  # at a usual exit Python would wait for threads of calls whose clients have left

"""Whether a process holds the other end of a connection. Runs in the servers that listen on a port."""

from __future__ import annotations


def holds_connection(pid: int, host: str, port: int) -> bool:
    """Whether a process of this machine, and of a user whose processes can be seen, has the socket that a request
    came from.

    Args:
        host, port: the other end's, as the connection says.
    """
    if pid <= 0:
        return False
    import psutil  # takes 30 ms, and most clients never ask

    try:
        process = psutil.Process(pid)
        find = process.net_connections if hasattr(process, "net_connections") else process.connections
        return any(found.laddr and tuple(found.laddr) == (host, port) for found in find("tcp"))
    except (psutil.Error, OSError, ValueError):
        return False  # it is gone, another user's, or on another machine

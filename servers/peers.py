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
        # gRPC's own sockets are of IPv6 where the system has it, and see this address as ::ffff:127.0.0.1.
        held = [(found.laddr.ip.removeprefix("::ffff:"), found.laddr.port) for found in find("tcp") if found.laddr]
        return (host, port) in held
    except (psutil.Error, OSError, ValueError):
        return False  # it is gone, another user's, or on another machine

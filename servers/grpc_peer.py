"""Whether a process holds the other end of a connection. Runs in the gRPC server."""

from __future__ import annotations


def is_at_other_end(pid: int, peer: str) -> bool:
    """Whether a process of this machine has the socket that a call came from.

    Args:
        peer: as gRPC says it, `ipv4:127.0.0.1:PORT`.
    """
    if pid <= 0:
        return False
    import psutil  # takes 30 ms, and most clients never ask

    host, _, port = peer.removeprefix("ipv4:").rpartition(":")
    try:
        process = psutil.Process(pid)
        find = process.net_connections if hasattr(process, "net_connections") else process.connections
        # gRPC's own sockets are of IPv6 where the system has it, and see this address as ::ffff:127.0.0.1.
        held = [(found.laddr.ip.removeprefix("::ffff:"), found.laddr.port) for found in find("tcp") if found.laddr]
        return (host, int(port)) in held
    except (psutil.Error, OSError, ValueError):
        return False  # it is gone, another user's, or on another machine

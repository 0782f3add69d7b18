"""Finds and ends the processes below a server, or with a worker's marker. Runs in servers and clients.

On Linux a server is a subreaper, so everything that a worker ever started is below it, whatever system session it
chose; when the server itself was killed, the marker in the environment is left. Signals go through pidfds, so that a
number that was reused in between is never hit. Standard library only: the pipe server imports it. Where there is no
/proc (macOS) nothing is found, and SECURITY.md says so.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterable, Iterator

_LISTEN = b"0A"  # linux/net/tcp_states.h
_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def become_subreaper() -> None:
    """Makes orphaned descendants this process's children instead of init's; nothing where the system cannot."""
    import ctypes

    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(root: int) -> list[int]:
    """All living processes below `root`, parents first."""
    children: dict[int, list[int]] = {}
    for pid, parent, is_zombie in _processes():
        if not is_zombie:
            children.setdefault(parent, []).append(pid)
    found, at = list(children.get(root, [])), 0
    while at < len(found):
        found += children.get(found[at], [])
        at += 1
    return found


def marked(incarnation: str) -> list[int]:
    """All living processes that a worker started, and the worker.

    Args:
        incarnation: a worker's `BACKEND.SERIAL`, or `BACKEND.` for all workers of a backend.
    """
    wanted = b"BEEP_WORKER=" + incarnation.encode()
    return [pid for pid, _, is_zombie in _processes() if not is_zombie and pid != os.getpid() and _has(pid, wanted)]


def reap_orphans(keep: Iterable[int]) -> None:
    """Reaps dead children that were adopted; by pid, so that the exit of a child in `keep` is not taken away."""
    kept = set(keep)
    for pid, parent, is_zombie in _processes():
        if is_zombie and parent == os.getpid() and pid not in kept:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue


def memory_bytes(pids: Iterable[int]) -> int:
    """Resident memory of processes; a page that several share counts in each."""
    pages = 0
    for pid in pids:
        fields = _read(f"/proc/{pid}/statm").split()
        pages += int(fields[1]) if len(fields) > 1 else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def kill_until_gone(find: Callable[[], list[int]], *, within_s: float) -> list[int]:
    """Kills what `find` finds until two looks in a row find nobody, or the time is over.

    Returns:
        The pids that were killed, sorted.
    """
    killed: set[int] = set()
    empty_looks, deadline = 0, time.monotonic() + within_s
    while empty_looks < 2 and time.monotonic() < deadline:
        hit = _kill_found(find)
        empty_looks = 0 if hit else empty_looks + 1
        killed |= hit
        time.sleep(0.01)
    return sorted(killed)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    if not os.path.exists("/proc/self/stat"):
        return _answers_signal_0(pid)
    stat = _read(f"/proc/{pid}/stat")
    return bool(stat) and stat.rpartition(b")")[2].split()[0] not in (b"Z", b"X")


def runs(pid: int, argument: str) -> bool:
    """Whether a process lives and was started with this argument, so that its number is not somebody else's by now."""
    if not os.path.exists("/proc/self/stat"):
        return _answers_signal_0(pid)
    return is_alive(pid) and argument.encode() in _read(f"/proc/{pid}/cmdline").split(b"\0")


def may_listen(pid: int, port: int) -> bool:
    """Whether a process has a socket that listens at a TCP port; True as well where that cannot be seen."""
    tables = [_read(f"/proc/{pid}/net/{table}").splitlines()[1:] for table in ("tcp", "tcp6")]
    folder = f"/proc/{pid}/fd"
    try:
        held = {_link(f"{folder}/{name}") for name in os.listdir(folder)}
    except OSError:
        return True
    rows = [line.split() for table in tables for line in table]
    if not rows:
        return True
    return any(
        row[3] == _LISTEN and int(row[1].rpartition(b":")[2], 16) == port and b"socket:[%b]" % row[9] in held
        for row in rows
    )


def end(pid: int, argument: str, ladder: Iterable[tuple[int, float]]) -> None:
    """Ends the process that was started with this argument, if it still runs.

    Args:
        ladder: signals, each with the seconds that it is given before the next.
    """
    descriptor = _open(pid) if hasattr(os, "pidfd_open") else None
    if descriptor is None:
        return
    try:
        rungs = ladder if runs(pid, argument) else ()
        for number, within_s in rungs:
            signal.pidfd_send_signal(descriptor, number)
            if select.select([descriptor], [], [], within_s)[0]:
                return
    finally:
        os.close(descriptor)


def _kill_found(find: Callable[[], list[int]]) -> set[int]:
    """Kills each process that `find` still finds while its pidfd is held: its number cannot change hands any more."""
    held = {pid: descriptor for pid in find() if (descriptor := _open(pid)) is not None}
    still = set(find()) if held else set()
    for pid, descriptor in held.items():
        try:
            if pid in still:
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has ended, or `sudo` made it somebody else's
            still.discard(pid)
        finally:
            os.close(descriptor)
    return still & set(held)


def _open(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _processes() -> Iterator[tuple[int, int, bool]]:
    """(pid, parent's pid, whether it is a zombie) of every process that can be seen."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    for name in names:
        if name.isdigit():
            fields = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()
            if fields:
                yield int(name), int(fields[1]), fields[0] in (b"Z", b"X")


def _has(pid: int, wanted: bytes) -> bool:
    entries = _read(f"/proc/{pid}/environ").split(b"\0")
    return any(entry.startswith(wanted) for entry in entries) if wanted.endswith(b".") else wanted in entries


def _read(path: str) -> bytes:
    """A file of /proc; empty where the process is gone or not ours to read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _link(path: str) -> bytes:
    """Where a link of /proc leads; empty where it is gone."""
    try:
        return os.fsencode(os.readlink(path))
    except OSError:
        return b""


def _answers_signal_0(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

"""Whether the kernel has killed somebody for want of memory. Runs in a server; standard library only.

A worker that dies of a SIGKILL that nobody sent was killed by the kernel, if the counter of its control group has risen
meanwhile (measured on cgroup v1 and v2).
"""

from __future__ import annotations

from functools import cache

_V1 = "/sys/fs/cgroup/memory%s/memory.oom_control"
_V2 = "/sys/fs/cgroup%s/memory.events"


def oom_kills() -> int:
    """How often the kernel has killed in this process's control group; 0 where there is none that tells."""
    for path in _counters():
        try:
            with open(path) as file:
                words = dict(line.split() for line in file)
        except (OSError, ValueError):
            continue
        return int(words.get("oom_kill", 0))
    return 0


@cache
def _counters() -> list[str]:
    """Where this process's group counts, most likely first; a container sees its own group as the root."""
    try:
        with open("/proc/self/cgroup") as file:
            groups = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return []
    found = []
    for _, controllers, path in groups:
        if controllers == "":
            found += [_V2 % path, _V2 % ""]
        elif "memory" in controllers.split(","):
            found += [_V1 % path, _V1 % ""]
    return found

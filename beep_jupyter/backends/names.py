"""What a backend's name means to this process, and what listings call it. Runs in any process of the host.

In this order: a backend of this process's own, then a shared one, which is detached or owned by a Jupyter server.
Another process's owned backend is listed as `NAME@PID` and reached only by `connect`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from ..home import jupyter_runtime_folder
from ..models import Health
from . import processes


def label(health: Health) -> str:
    """What listings call a backend: its name, or `NAME@PID` where another process owns it for itself."""
    return f"{health.name}@{health.owner}" if is_others(health) else health.name


def is_others(health: Health) -> bool:
    """Whether another process owns it for itself."""
    return health.owner not in (None, os.getpid()) and not is_jupyter_server(health.owner)


def is_jupyter_server(pid: int | None) -> bool:
    """Whether a process is a Jupyter server of this user, by the file that each keeps while it runs.

    A server that was killed leaves its file, and its number may be another process's by now, which does not listen
    where the file says.
    """
    if pid is None:
        return False
    try:
        facts = json.loads((jupyter_runtime_folder() / f"jpserver-{pid}.json").read_bytes())
    except FileNotFoundError:
        return False
    except (OSError, ValueError):  # it is being written
        return True
    port = facts.get("port") if isinstance(facts, dict) else None
    return not port or processes.may_listen(pid, port)  # at a Unix socket it has none


def meant(name: str, running: Iterable[Health]) -> Health | None:
    """The running backend that a name means to this process, own before shared; None where it means none."""
    candidates = [health for health in running if health.name == name and not is_others(health)]
    return min(candidates, key=lambda health: health.owner != os.getpid(), default=None)

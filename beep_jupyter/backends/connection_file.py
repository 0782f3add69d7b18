"""Connection files: how a running backend is found. Runs in any process of the host.

`<name>-<id>.json` in the runtime folder, mode 0600, written by the server when it is ready and removed when it ends.
A file whose server is gone is swept by whoever meets it, with what that server's workers left behind.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ConfigurationError
from ..home import Home
from . import processes


@dataclass(frozen=True, slots=True)
class ConnectionFile:
    """Where a backend is and what opens it; the token never shows in a repr."""

    name: str
    kind: str
    address: str
    token: str = field(repr=False)
    pid: int
    environment: str
    protocol: int
    path: Path

    @property
    def backend_id(self) -> str:
        """Begins the incarnation of each of its workers."""
        return self.path.stem.rpartition("-")[2]


def read(path: Path) -> ConnectionFile:
    """The connection file at a path.

    Raises:
        ConfigurationError: there is none, or it is no connection file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return ConnectionFile(**content, path=path)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is no connection file of a backend.", "`beep status` shows those that run."
        ) from error


def running(home: Home) -> list[ConnectionFile]:
    """All backends of a home whose server lives, by name; sweeps what others left behind."""
    found = []
    for path in sorted(home.runtime_folder.glob("*.json")):
        try:
            file = read(path)
        except ConfigurationError:
            continue  # its server removed it, or is writing it, just now
        if processes.is_alive(file.pid):
            found.append(file)
        else:
            sweep(file)
    return found


def sweep(file: ConnectionFile) -> list[int]:
    """Ends what a dead server's workers left running, and removes its files.

    Returns:
        The pids that were killed.
    """
    killed = processes.kill_until_gone(lambda: processes.marked(f"{file.backend_id}."), within_s=2.0)
    file.path.unlink(missing_ok=True)
    file.path.with_suffix(".log").unlink(missing_ok=True)
    if file.address.startswith("unix:"):
        Path(file.address.removeprefix("unix:")).unlink(missing_ok=True)
    return killed

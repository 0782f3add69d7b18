"""Connection files: how a running backend is found. Runs in any process of the host.

`<name>-<id>.json` in the runtime folder, mode 0600, written by the server when it is ready and removed when it ends.
A file whose server is gone is swept by whoever meets it, with what that server's workers left behind.
"""

from __future__ import annotations

import json
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ConfigurationError, ConnectionLostError
from ..home import Home
from . import processes

END_LADDER = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0))  # SIGTERM: its own ladder, which ends within 5 s


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
        if processes.runs(file.pid, file.backend_id) or _answers(file):
            found.append(file)
        else:
            sweep(file)
    return found


def end(file: ConnectionFile) -> list[int]:
    """Ends a backend whose server cannot be asked, by signals, and removes its files.

    Returns:
        The pids that were killed beside the server.

    Raises:
        ConnectionLostError: it still runs.
    """
    processes.end(file.pid, file.backend_id, END_LADDER)
    if processes.runs(file.pid, file.backend_id):
        raise ConnectionLostError(f"Backend '{file.name}' cannot be reached.", f"End its process {file.pid} yourself.")
    return sweep(file)


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


def _answers(file: ConnectionFile) -> bool:
    """Whether somebody listens: a server in a container that shares this folder has a pid that means nothing here."""
    is_unix = file.address.startswith("unix:")
    host, _, port = file.address.removeprefix("http://").rpartition(":")
    where = file.address.removeprefix("unix:") if is_unix else (host, int(port))
    with socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET) as caller:
        caller.settimeout(1.0)
        try:
            caller.connect(where)
        except OSError:
            return False
        return True

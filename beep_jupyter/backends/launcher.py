"""Starts a server program and waits until it is ready. Runs in any process of the host.

The order goes down the server's standard input, which stays open: its end tells the server that this process is gone.
The token is in it, and in the connection file; never in an argument, a variable or a log.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import StartError
from ..home import Home
from ..resources import PACKAGE, find_folder
from .connection_file import ConnectionFile, read
from .variables import worker_variables

# Servers that this process started. They are kept here and not by whoever asked for them: the end of the stream that a
# server reads means the end of this process, so no collected object may close it.
_launched: list[Launched] = []


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start.

    Attributes:
        kind: pipe, http or grpc.
        python: the environment's interpreter.
        environment: its name or path, for people.
        port: of a kind that has one; 0 takes a free one.
        is_detached: nobody owns it.
        idle_timeout_s: ends it when unused for so long and owned by nobody; 0 never.
        is_culled: that ends it though somebody owns it.
        memory_limit_bytes: resident memory of each worker's tree; 0 is no limit.
    """

    kind: str
    name: str
    python: Path
    environment: str
    port: int = 0
    is_detached: bool = False
    idle_timeout_s: float = 0.0
    memory_limit_bytes: int = 0
    is_culled: bool = False


@dataclass(frozen=True, slots=True)
class Launched:
    """A server that is ready, and the process to reap when it has ended."""

    file: ConnectionFile
    process: subprocess.Popen[str]

    def reap(self) -> None:
        """Waits for the server's end, so that it does not stay a zombie."""
        _reap(self.process)
        with suppress(ValueError):  # another thread has reaped it as well
            _launched.remove(self)


def start_server(home: Home, launch: Launch) -> Launched:
    """Starts a server.

    Raises:
        StartError: it did not become ready; nothing is left of it.
    """
    folder = home.runtime_folder
    backend_id = secrets.token_hex(6)
    file = folder / f"{launch.name}-{backend_id}.json"
    order = {
        "kind": launch.kind,
        "token": secrets.token_hex(32),
        "owner": None if launch.is_detached else os.getpid(),
        "environment": launch.environment,
        "port": launch.port,
        "socket": str(folder / f"{backend_id}.sock"),
        "file": str(file),
        "log": str(file.with_suffix(".log")),
        "idle_timeout_s": launch.idle_timeout_s,
        "is_culled": launch.is_culled,
        "memory_limit_bytes": launch.memory_limit_bytes,
    }
    program = find_folder("servers") / f"{launch.kind}_server.py"
    arguments = [str(PACKAGE.parent), str(launch.python), str(home.cache / "worker"), backend_id, launch.name]
    log = file.with_suffix(".log")
    try:
        process = _start([sys.executable, "-I", "-S", str(program), *arguments], home, launch, log)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise _failed(launch, f"{error.strerror}{where}", "") from error
    try:
        _hand_over(process, order, keep_open=not launch.is_detached)
        _await_ready(process, launch, log)
        launched = Launched(read(file), process)
        reap_ended()
        _launched.append(launched)
        return launched
    except BaseException:
        process.terminate()
        _reap(process)
        log.unlink(missing_ok=True)
        raise


def reap_ended() -> None:
    """Reaps servers of this process that have ended by themselves."""
    for launched in _launched[:]:
        if launched.process.poll() is not None:
            launched.reap()


def _start(command: list[str], home: Home, launch: Launch, log: Path) -> subprocess.Popen[str]:
    """In a system session of its own: a notebook's interrupt goes to the kernel's whole process group."""
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as stderr:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=worker_variables(os.environ, home, launch.python),
            start_new_session=True,
        )


def _hand_over(process: subprocess.Popen[str], order: dict[str, Any], *, keep_open: bool) -> None:
    stream = process.stdin
    assert stream is not None
    try:
        stream.write(json.dumps(order) + "\n")
        stream.flush()
    except BrokenPipeError:
        return  # it ended already; what it reported, or did not, says why
    if not keep_open:
        stream.close()


def _await_ready(process: subprocess.Popen[str], launch: Launch, log: Path) -> None:
    """Waits as long as the server lives: a slow disk is no reason to give up."""
    stream = process.stdout
    assert stream is not None
    with stream:
        line = stream.readline()
    report = json.loads(line) if line else {}
    if "ready" in report:
        return
    failed = report.get("failed") or {"message": "its server ended", "stderr_tail": _tail(log)}
    raise _failed(launch, failed["message"], failed["stderr_tail"].strip(), failed.get("cure", ""))


def _failed(launch: Launch, message: str, tail: str, cure: str = "") -> StartError:
    last = f" ({tail.splitlines()[-1].rstrip('.')[:300]})" if tail else ""
    return StartError(
        f"Backend '{launch.name}' did not start in environment '{launch.environment}': {message}{last}.",
        cure or f"`beep doctor {launch.environment}` looks for the reason.",
        stderr_tail=tail,
    )


def _reap(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def _tail(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-4000:]
    except OSError:
        return ""

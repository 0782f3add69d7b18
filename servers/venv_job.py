"""One management command: `python -I venv_job.py PACKAGE`, started by a server of any kind.

Argument: the folder that holds the package `beep_jupyter`. On standard input comes one line of JSON, {"command": C,
"fields": {…}}, and then nothing: its end means that nobody wants the result any more. On standard output go lines of
JSON: {"progress": {…}} any number of times, and last {"result": {…}} or {"error": {"code": C, "message": M, …}}.
Standard error is the server's log. SIGINT cancels; killed at any moment, an environment is absent or what it was.

A process of its own, since it imports much, may take minutes, and is cancelled best by a signal.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.append(sys.argv[1])

from beep_jupyter import Beep
from beep_jupyter.backends.wire_errors import facts_of
from beep_jupyter.environments.changes import PackageChanges
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.errors import BeepError
from beep_jupyter.models import Environment, Progress
from beep_jupyter.names import slug

Fields = dict[str, Any]
Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Carries out the order."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the server ignores it, which its children inherit
    say = _take_stdout()
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_watch_input, daemon=True).start()
    try:
        manager = Beep().environments
        say({"result": COMMANDS[order["command"]](manager, order["fields"], lambda step: _tell(say, step))})
    except BeepError as error:
        say({"error": facts_of(error)})
    except KeyboardInterrupt:
        say({"error": {"code": "cancelled", "message": "it was cancelled; nothing is left half done"}})


def create(manager: EnvironmentManager, fields: Fields, on_progress: Callable[[Progress], None]) -> Fields:
    """{providerName, modelId, python, packages, requirements, lock, set, dotnet, replace} → {path, success}"""
    name, model = fields["providerName"], fields.get("modelId")
    with ExitStack() as stack:
        files = {
            key: stack.enter_context(_file_of(fields[key], key)) for key in ("requirements", "lock") if key in fields
        }
        made = manager.create(
            f"{slug(name)}-{slug(model)}" if model else slug(name),
            python=fields.get("python"),
            packages=fields.get("packages", ()),
            set=fields.get("set"),
            dotnet=fields.get("dotnet", False),
            replace=fields.get("replace", False),
            on_progress=on_progress,
            **files,
        )
    return {"path": str(made.path), "success": True}


def delete(manager: EnvironmentManager, fields: Fields, on_progress: object) -> Fields:
    """{name, force} → {success}"""
    manager.delete(fields["name"], force=fields.get("force", False))
    return {"success": True}


def install(manager: EnvironmentManager, fields: Fields, on_progress: Callable[[Progress], None]) -> Fields:
    """{name, packages, dryRun} → {success, added, removed, isDryRun}"""
    packages, is_dry_run = fields.get("packages", []), fields.get("dryRun", False)
    return _changes(manager.install(fields["name"], packages, dry_run=is_dry_run, on_progress=on_progress))


def uninstall(manager: EnvironmentManager, fields: Fields, on_progress: Callable[[Progress], None]) -> Fields:
    """{name, packages, dryRun} → {success, added, removed, isDryRun}"""
    packages, is_dry_run = fields.get("packages", []), fields.get("dryRun", False)
    return _changes(manager.uninstall(fields["name"], packages, dry_run=is_dry_run, on_progress=on_progress))


COMMANDS: dict[str, Callable[[EnvironmentManager, Fields, Callable[[Progress], None]], Fields]] = {
    "admin": lambda manager, fields, on_progress: _one(manager.admin(on_progress)),
    "clone": lambda manager, fields, on_progress: _one(manager.clone(fields["name"], fields["target"], on_progress)),
    "create": create,
    "delete": delete,
    "install": install,
    "list": lambda manager, fields, _: {"environments": [_described(found) for found in manager.list()]},
    "lock": lambda manager, fields, on_progress: {"path": str(manager.lock(fields["name"], on_progress))},
    "status": lambda manager, fields, _: _one(manager.get(fields["name"])),
    "uninstall": uninstall,
}


def _take_stdout() -> Say:
    """Keeps standard output for messages; what anybody prints goes to the log."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(message: dict[str, Any]) -> None:
        try:
            stream.write(json.dumps(message) + "\n")
            stream.flush()
        except BrokenPipeError:
            pass  # the server is gone; the end of standard input says so too

    return say


def _watch_input() -> None:
    """Cancels when standard input ends."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGINT)


def _tell(say: Say, progress: Progress) -> None:
    say({"progress": asdict(progress)})


@contextmanager
def _file_of(content: str, name: str) -> Iterator[Path]:
    """A file with that content, for as long as it is needed; uv tells a lock by its name."""
    with tempfile.TemporaryDirectory(prefix="beep-") as folder:
        path = Path(folder) / ("pylock.toml" if name == "lock" else "requirements.txt")
        path.write_text(content, encoding="utf-8")
        yield path


def _one(environment: Environment) -> Fields:
    return {"environment": _described(environment)}


def _described(environment: Environment) -> Fields:
    return asdict(environment) | {
        "path": str(environment.path),
        "python": str(environment.python),
        "packages": list(environment.packages),
    }


def _changes(done: PackageChanges) -> Fields:
    return {
        "success": True,
        "added": list(done.added),
        "removed": list(done.removed),
        "isDryRun": done.is_dry_run,
    }


if __name__ == "__main__":
    main()

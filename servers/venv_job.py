"""One management command: `python -I -S venv_job.py PACKAGE`, started by a server of any kind, or by the panel.

Argument: the folder that holds the package `beep_jupyter`. On standard input comes one line of JSON, {"command": C,
"fields": {…}}, and then nothing: its end means that nobody wants the result any more. On standard output go lines of
JSON: {"progress": {…}} any number of times, and last {"result": {…}} or {"error": {"code": C, "message": M, …}};
neither where it was cancelled, or failed in a way that nobody foresaw. Standard error is the server's log. The end of
standard input and SIGINT cancel; killed at any moment, an environment is absent or what it was. Exit status: 0, or 1
where it failed in such a way.

A process of its own, since it imports much, may take minutes, and is cancelled best by a signal.
"""

from __future__ import annotations

import json
import os
import signal
import site
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.append(sys.argv[1])  # before the site's packages, among which there may be another beep_jupyter
site.main()

from beep_jupyter import Beep
from beep_jupyter.backends.wire_errors import facts_of
from beep_jupyter.environments.changes import PackageChanges
from beep_jupyter.errors import BeepError, EnvironmentBusyError
from beep_jupyter.job_streams import Say, cancel_at_end_of_input, take_stdout
from beep_jupyter.models import Environment, OnProgress, Progress
from beep_jupyter.names import slug

Fields = dict[str, Any]


def main() -> None:
    """Carries out the order."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the server ignores it, which its children inherit
    say = take_stdout()
    try:
        order = json.loads(sys.stdin.readline())
        cancel_at_end_of_input()
        command = (COMMANDS | OF_THE_PANEL)[order["command"]]
        say({"result": command(Beep(), order["fields"], lambda step: _tell(say, step))})
    except BeepError as error:
        say({"error": facts_of(error)})
    except KeyboardInterrupt:
        pass  # who cancelled it knows


def create(beep: Beep, fields: Fields, on_progress: OnProgress) -> Fields:
    """{providerName, modelId, python, packages, requirements, lock, set, dotnet, replace} → {path, success}"""
    name, model = fields["providerName"], fields.get("modelId")
    with ExitStack() as stack:
        files = {
            key: stack.enter_context(_file_of(fields[key], key)) for key in ("requirements", "lock") if key in fields
        }
        made = beep.environments.create(
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


def delete(beep: Beep, fields: Fields, on_progress: object) -> Fields:
    """{name, force} → {success}"""
    name, force = fields["name"], fields.get("force", False)
    if force and any(found.pid == os.getppid() and found.environment == name for found in beep.backends()):
        raise EnvironmentBusyError(
            f"Environment '{name}' cannot be deleted by a backend in it, which would have to stop first.",
            f"Delete it from elsewhere: `beep venv delete {name} --force`.",
        )
    beep.environments.delete(name, force=force)
    return {"success": True}


def install(beep: Beep, fields: Fields, on_progress: OnProgress) -> Fields:
    """{name, packages, dryRun} → {success, added, removed, isDryRun}"""
    packages, is_dry_run = fields.get("packages", []), fields.get("dryRun", False)
    return _changes(beep.environments.install(fields["name"], packages, dry_run=is_dry_run, on_progress=on_progress))


def uninstall(beep: Beep, fields: Fields, on_progress: OnProgress) -> Fields:
    """{name, packages, dryRun} → {success, added, removed, isDryRun}"""
    packages, is_dry_run = fields.get("packages", []), fields.get("dryRun", False)
    return _changes(beep.environments.uninstall(fields["name"], packages, dry_run=is_dry_run, on_progress=on_progress))


def init(beep: Beep, fields: Fields, on_progress: OnProgress) -> Fields:
    """{version} → {runtime, how, note}"""
    done = beep.runtimes.init(fields["version"], on_progress=on_progress)
    return {"runtime": done.runtime.id, "how": done.how, "note": done.note}


COMMANDS: dict[str, Callable[[Beep, Fields, OnProgress], Fields]] = {
    "admin": lambda beep, _, on_progress: _one(beep.environments.admin(on_progress)),
    "clone": lambda beep, fields, on_progress: _one(
        beep.environments.clone(fields["name"], fields["target"], on_progress)
    ),
    "create": create,
    "delete": delete,
    "install": install,
    "list": lambda beep, *_: {"environments": [_described(found) for found in beep.environments.list()]},
    "lock": lambda beep, fields, on_progress: {"path": str(beep.environments.lock(fields["name"], on_progress))},
    "status": lambda beep, fields, _: _one(beep.environments.get(fields["name"])),
    "uninstall": uninstall,
}
# Not for who reaches a backend: runtimes are those of the machine that the panel's kernel runs on.
OF_THE_PANEL: dict[str, Callable[[Beep, Fields, OnProgress], Fields]] = {"init": init}


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

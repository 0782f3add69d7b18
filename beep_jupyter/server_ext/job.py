"""One long command: `python -I -S job.py PACKAGE`, started by the Jupyter server.

Argument: the folder that holds the package `beep_jupyter`. On standard input comes one line of JSON, {"home": H,
"method": M, "arguments": {…}}, and then nothing: its end means that nobody wants the result any more. On standard
output go lines of JSON: {"progress": {…}} any number of times, and last {"result": {…}} or {"error": {"status": S,
"code": C, "message": M}}; neither where it was cancelled. What nobody foresaw keeps its traceback, on standard error.

A process of its own, since it may take minutes, and is cancelled as Ctrl-C does it: on the main thread, whatever that
waits for. Killed at any moment, an environment is absent or what it was.
"""

from __future__ import annotations

import json
import signal
import site
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

sys.path.append(sys.argv[1])  # before the site's packages, among which there may be another beep_jupyter
site.main()

from beep_jupyter import Beep
from beep_jupyter.errors import BeepError
from beep_jupyter.job_streams import Say, cancel_at_end_of_input, take_stdout
from beep_jupyter.models import OnProgress, Progress
from beep_jupyter.server_ext.files import with_files
from beep_jupyter.server_ext.problems import problem_of

TELL_S = 0.1  # a download reports its bytes at most so often
Arguments = dict[str, Any]


def main() -> None:
    """Carries out the order."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    say = take_stdout()
    try:
        order = json.loads(sys.stdin.readline())
        cancel_at_end_of_input()
        beep = Beep(order["home"])
        say({"result": METHODS[order["method"]](beep, order["arguments"], _teller(say))})
    except BeepError as error:
        status, body = problem_of(error)
        say({"error": body | {"status": status}})
    except KeyboardInterrupt:
        pass  # who cancelled it knows


def create(beep: Beep, arguments: Arguments, on_progress: OnProgress) -> Arguments:
    """As `environments.create`, but that `requirements` and `lock` are the content of such files."""
    with with_files(arguments) as known:
        made = beep.environments.create(**known, on_progress=on_progress)
    return {"environment": made.name}


def init(beep: Beep, arguments: Arguments, on_progress: OnProgress) -> Arguments:
    """As `runtimes.init`."""
    done = beep.runtimes.init(**arguments, on_progress=on_progress)
    return {"runtime": done.runtime.id, "how": done.how, "note": done.note}


def lock(beep: Beep, arguments: Arguments, on_progress: OnProgress) -> Arguments:
    """As `environments.lock`."""
    beep.environments.lock(**arguments, on_progress=on_progress)
    return {"environment": arguments["name"]}


def install(beep: Beep, arguments: Arguments, on_progress: OnProgress) -> Arguments:
    """As `environments.install`."""
    return asdict(beep.environments.install(**arguments, on_progress=on_progress))


def uninstall(beep: Beep, arguments: Arguments, on_progress: OnProgress) -> Arguments:
    """As `environments.uninstall`."""
    return asdict(beep.environments.uninstall(**arguments, on_progress=on_progress))


METHODS: dict[str, Callable[[Beep, Arguments, OnProgress], Arguments]] = {
    "environments.create": create,
    "environments.install": install,
    "environments.lock": lock,
    "environments.uninstall": uninstall,
    "runtimes.init": init,
}


def _teller(say: Say) -> OnProgress:
    last_text, last_s = "", 0.0

    def tell(progress: Progress) -> None:
        nonlocal last_text, last_s
        now = time.monotonic()
        if progress.text != last_text or now - last_s >= TELL_S or progress.done_bytes == progress.total_bytes:
            last_text, last_s = progress.text, now
            say({"progress": asdict(progress)})

    return tell


if __name__ == "__main__":
    main()

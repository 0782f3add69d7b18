"""The command: `python -m benchmarks [--quick] [--only NAME]... [--json FILE] [--svg FILE] [--page FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from . import machine, page, picture, promises, results, schedule, terminal
from .arena import Arena
from .environment import choose_environment
from .roster import ROSTER
from .sizes import FULL, QUICK, Size
from .sweeping import sweep, take_in_orphans
from .weather import Weather

# What contestants keep in the user's folders goes into the run's own.
_FOLDERS = ("BEEP_HOME", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")


def main() -> None:
    """Measures, shows and writes."""
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what was started is ended then too
    console = Console(width=None if sys.stdout.isatty() else 110)
    result = json.loads(asked.run.read_text()) if asked.run else run(asked)
    terminal.show(result, console)
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=1) + "\n")
    if asked.svg:
        asked.svg.write_text(picture.draw(result))
    if asked.page:
        page.write(asked.page, result)


def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Measures in a folder of its own, which is gone after that."""
    names = [name for name in ROSTER if not asked.only or name in asked.only]
    with tempfile.TemporaryDirectory(prefix="beep-", ignore_cleanup_errors=True) as folder:
        for variable in _FOLDERS:
            os.environ[variable] = str(Path(folder, variable.lower()))
        os.environ["TMPDIR"] = folder
        choose_environment(asked.environment, Path(folder))
        return measure(names, QUICK if asked.quick else FULL, Path(folder), Progress())


def arguments() -> argparse.Namespace:
    """What the command was given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="beep-jupyter beside floors and peers.")
    parser.add_argument("--quick", action="store_true", help="see in seconds that all works; its numbers mean nothing")
    parser.add_argument("--only", action="append", choices=list(ROSTER), help="one contestant; may be repeated")
    parser.add_argument("--environment", help="the environment of our workers: its folder (default: this one)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rows")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the picture")
    parser.add_argument("--page", type=Path, metavar="FILE", help="put tables into a page, picture and JSON beside it")
    parser.add_argument("--run", type=Path, metavar="FILE", help="show the run in this JSON, and measure nothing")
    return parser.parse_args()


class Progress:
    """Says on stderr what is measured, and how long what came before took."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._what = "start of all"

    def __call__(self, what: str) -> None:
        now = time.monotonic()
        print(f"{now - self._begun:6.1f} s  {self._what}", file=sys.stderr)
        self._begun, self._what = now, what


def measure(names: list[str], size: Size, folder: Path, notice: schedule.Notice) -> dict[str, Any]:
    """A result as JSON has it."""
    begun = time.monotonic()
    facts = machine.facts()
    weather = Weather()
    take_in_orphans()
    arena = Arena(size, folder)
    try:
        arena.open(names)
        logs = schedule.carry_out(names, size, arena.ask, notice)
    finally:
        try:
            arena.close()
        finally:
            sweep(psutil.Process().children())
    rows = results.rows(names, size, logs)
    return {
        "run": {
            "size": size.name,
            "date": time.strftime("%Y-%m-%d"),
            "seconds": round(time.monotonic() - begun),
            "others_cores": weather.others_cores(),
        },
        "machine": facts,
        "contestants": results.contestants(names, machine.versions()),
        "rows": rows,
        "promises": promises.judged(rows),
        "left_behind": arena.left_behind,
    }


if __name__ == "__main__":
    main()

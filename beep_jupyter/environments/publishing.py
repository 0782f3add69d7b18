"""One build from its lock to its marker. Host's Python.

Whoever holds the environment's lock builds; the others wait for it and look again. What is built lies in a generation
of its own until the marker names it, so at every moment the environment is what it was, or what it will be.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import EnvironmentBusyError, InstallError
from ..models import OnProgress, Progress
from .store import EnvironmentFolder, Generation, Record
from .sweeping import sweep_folder

BackendsIn = Callable[[Path], list[str]]
"""The names of the backends that run in the environment of this path."""


@contextmanager
def changing(folder: EnvironmentFolder, on_progress: OnProgress | None) -> Iterator[None]:
    """Holds the environment's lock; a full or failing disk becomes one sentence.

    Raises:
        InstallError: a file could not be written.
    """

    def say() -> None:
        if on_progress:
            on_progress(Progress(f"Waiting for another process that works on environment '{folder.name}'"))

    try:
        with folder.lock(on_wait=say):
            yield
    except OSError as error:
        what = f"Environment '{folder.name}' could not be written: {error.strerror or error}."
        cure = "Free some space and try again." if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Mend that first."
        raise InstallError(what, cure) from error


def publish(folder: EnvironmentFolder, backends_in: BackendsIn, fill: Callable[[Generation], Record]) -> None:
    """Builds and publishes a generation, then deletes what it replaces; the caller holds the lock.

    Args:
        fill: builds into the generation, and returns what to record of it.

    Raises:
        EnvironmentBusyError: backends run in the one that it would replace.
        BeepError: what `fill` raises; the environment is then as it was.
    """
    if old := folder.find():
        refuse_busy(folder.name, backends_in(old.generation.venv), "rebuilt")
    sweep_folder(folder, backends_in)
    with folder.building() as generation:
        folder.publish(generation, fill(generation))
    sweep_folder(folder, backends_in)


def refuse_busy(name: str, backends: list[str], participle: str) -> None:
    """Refuses while backends run in the environment.

    Raises:
        EnvironmentBusyError: there are some; names them.
    """
    if backends:
        raise EnvironmentBusyError(
            f"Environment '{name}' cannot be {participle} while backends run in it: {', '.join(sorted(backends))}.",
            f"Stop them first: `beep stop {' '.join(sorted(backends))}`.",
        )

"""Finds the runtime that is meant, and says what there is where none is. Host's Python."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RuntimeNotFoundError, UnsupportedRuntimeError
from ..models import Runtime
from .discovery import discover, look_at
from .memory import Memory
from .places import Places, interpreter_in
from .records import Records
from .versions import OLDEST_SUPPORTED, Wanted, newest_first, parse

if TYPE_CHECKING:
    from ..config import Config
    from ..home import Home


class Finder:
    """Looks through the machine, or no further than it must.

    Args:
        home, config: whose cache and default.
        places: where to look.
        records: what the home itself holds or remembers.
    """

    def __init__(self, home: Home, config: Config, places: Places, records: Records) -> None:
        self._home = home
        self._config = config
        self._places = places
        self._records = records

    def list(self) -> list[Runtime]:
        """See `RuntimeManager.list`."""
        memory = Memory(self._home).load()
        runtimes = discover(self._places, self._records.all(), memory)
        memory.save()
        default = self._config.get("runtime.default")
        chosen = _pick(runtimes, default) if default else None
        return [replace(one, is_default=chosen is not None and one.id == chosen.id) for one in runtimes]

    def find(self, text: str) -> Runtime:
        """See `RuntimeManager.find`."""
        runtime = (
            self._at(Path(os.path.expanduser(text))) if _is_path(text) else self._known(text) or self._search(text)
        )
        if runtime.problem:
            raise self._unusable(runtime)
        return replace(runtime, is_default=runtime.id == self._config.get("runtime.default"))

    def best(self, wanted: Wanted | None) -> Runtime | None:
        """The best usable one that fits, or None where none does."""
        usable = [one for one in self.list() if not one.problem and (wanted is None or wanted.fits(one))]
        return usable[0] if usable else None

    def _at(self, path: Path) -> Runtime:
        interpreter = interpreter_in(path) if path.is_dir() else path
        if interpreter is None or not os.path.lexists(interpreter):
            raise RuntimeNotFoundError(str(path), what=f"There is no Python at {path}.", cure=self._advice())
        memory = Memory(self._home).load()
        runtime = look_at(interpreter.absolute(), self._places, self._records.all(), memory)
        memory.save()
        return runtime

    def _known(self, id: str) -> Runtime | None:
        """The runtime of that id where its path is known, without a look at all others."""
        recorded = {record.id: record.python for record in self._records.all()}
        paths = {**{known: Path(path) for path, known in Memory(self._home).load().ids.items()}, **recorded}
        if id not in paths or not os.path.lexists(paths[id]):
            return None
        runtime = self._at(paths[id])
        return runtime if runtime.id == id else None

    def _search(self, text: str) -> Runtime:
        runtimes = self.list()
        if found := _pick(runtimes, text):
            return found
        what = f"No Python {text} was found." if parse(text) else ""
        known = [one.id for one in runtimes if not one.problem]
        raise RuntimeNotFoundError(text, known, self._advice(runtimes, text) if what else "", what=what)

    def _advice(self, runtimes: Sequence[Runtime] | None = None, version: str = "") -> str:
        usable = [one for one in runtimes or self.list() if not one.problem]
        download = f"`beep init{f' {version!r}' if set(version) & set('<>!~') else f' {version}' if version else ''}`"
        found = ", ".join(one.id for one in usable[:8])
        return f"Found: {found}; {download} downloads one." if found else f"{download} downloads one."

    def _unusable(self, runtime: Runtime) -> UnsupportedRuntimeError:
        version = f"Python {runtime.version} at " if runtime.version else ""
        return UnsupportedRuntimeError(f"{version}{runtime.path} {runtime.problem}.", self._advice())


def none_usable() -> RuntimeNotFoundError:
    """The error for a machine without a Python that a worker could run in."""
    oldest = ".".join(map(str, OLDEST_SUPPORTED))
    return RuntimeNotFoundError(
        f">={oldest}", what=f"No Python {oldest} or newer was found.", cure="`beep init` downloads one."
    )


def _pick(runtimes: Sequence[Runtime], text: str) -> Runtime | None:
    """The one of that id or path, else the best that fits the version; a usable one if there is any."""
    for runtime in runtimes:
        if text in (runtime.id, str(runtime.path)):
            return runtime
    wanted = parse(text)
    return next((one for one in newest_first(runtimes) if wanted is not None and wanted.fits(one)), None)


def _is_path(text: str) -> bool:
    return os.sep in text or text.startswith(".")

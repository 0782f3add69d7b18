"""The runtimes that the home itself holds or remembers. Host's Python; files and locks only.

    <home>/runtimes/<id>/
        runtime.json            {"kind", "python", "release"}; written last, so a folder without it is a leftover
        cpython-3.12.4-…/       a managed one's files as uv laid them out: never moved, since they hold absolute paths
    <home>/runtimes/.trash-*    being deleted

An adopted runtime is such a folder with nothing but the record, which names an interpreter elsewhere.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..home import Home, LockHeldError, write_atomically
from ..models import OnProgress, Progress
from ..uv.child import interrupt_deferred

_RECORD = "runtime.json"
_TRASH = ".trash-"


@dataclass(frozen=True, slots=True)
class Record:
    """A runtime of the home.

    Attributes:
        id: its folder's name.
        kind: managed (its files are in the folder) or adopted.
        python: its interpreter.
        release: what was downloaded, in uv's words, such as `cpython-3.12.4-linux-x86_64-gnu`; empty if adopted.
    """

    id: str
    kind: Literal["managed", "adopted"]
    python: Path
    release: str = ""


class Records:
    """Reads, writes and removes them.

    Args:
        home: whose.
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def all(self) -> list[Record]:
        """Every record, by id. A damaged one is as none."""
        found = (self._read(folder) for folder in self._folders())
        return [record for record in found if record is not None]

    def folder(self, id: str) -> Path:
        """Where the runtime of that id lies or would lie."""
        return self._home.runtimes / id

    def lock(self, id: str, on_progress: OnProgress | None = None) -> AbstractContextManager[None]:
        """Held by whoever installs or removes the runtime of that id."""

        def tell() -> None:
            if on_progress is not None:
                on_progress(Progress(f"Waiting for another process that works on runtime '{id}'"))

        return self._home.lock(f"runtime-{id}", on_wait=tell)

    def write(self, record: Record) -> None:
        """Makes the runtime count: from now on it is listed."""
        folder = self.folder(record.id)
        folder.mkdir(mode=0o700, exist_ok=True)
        data = {"kind": record.kind, "python": str(record.python), "release": record.release}
        write_atomically(folder / _RECORD, json.dumps(data).encode())

    def delete(self, id: str) -> None:
        """Takes the runtime away in one step, then deletes its files; not to be interrupted half-way."""
        with interrupt_deferred():
            trash = self._home.runtimes / f"{_TRASH}{secrets.token_hex(4)}"
            with suppress(FileNotFoundError):
                self.folder(id).rename(trash)
            shutil.rmtree(trash, ignore_errors=True)

    def sweep(self) -> None:
        """Deletes what killed processes left. What is being installed at this moment is held by its lock."""
        for folder in self._folders():
            if folder.name.startswith(_TRASH):
                shutil.rmtree(folder, ignore_errors=True)
            elif self._read(folder) is None:
                with suppress(LockHeldError), self._home.lock(f"runtime-{folder.name}", timeout_s=0):
                    self.delete(folder.name)

    def _folders(self) -> Iterator[Path]:
        yield from sorted(entry for entry in self._home.runtimes.iterdir() if entry.is_dir())

    def _read(self, folder: Path) -> Record | None:
        try:
            data = json.loads((folder / _RECORD).read_bytes())
            kind: Literal["managed", "adopted"] = "managed" if data["kind"] == "managed" else "adopted"
            return Record(folder.name, kind, Path(data["python"]), str(data["release"]))
        except (OSError, ValueError, LookupError, TypeError):
            return None

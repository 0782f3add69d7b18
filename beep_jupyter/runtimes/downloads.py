"""Downloads Pythons with uv: which there are, and one into a folder. Host's Python.

uv tells nothing of a download's progress where it writes to a pipe, and unpacks what comes at once. Told to keep
archives (UV_PYTHON_CACHE_DIR) it writes the archive first, so its growing file is the progress and its standing still
is the stall. uv compares its SHA-256 with the list's before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..config import Config
from ..errors import DownloadError, RuntimeNotFoundError
from ..models import OnProgress, Progress, Runtime
from ..uv import Uv, UvResult, cause_and_hint, is_unreachable
from .places import interpreter_in
from .versions import OLDEST_SUPPORTED, Wanted, is_ordinary, newest_first, numbers_of

# So that a missing network is found out in seconds; a user's own choice goes first.
_PATIENCE = {"UV_HTTP_RETRIES": "1", "UV_HTTP_CONNECT_TIMEOUT": "3"}
_SIZE = re.compile(r"Downloading .*\(([\d.]+)(B|KiB|MiB|GiB)\)")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@dataclass(frozen=True, slots=True)
class Choice:
    """A Python that can be downloaded: uv's name for it, its version and kind, and the host it comes from."""

    key: str
    version: str
    implementation: str
    host: str


class Downloads:
    """What uv can download, by the settings `download.mirror` and `download.list`.

    Args:
        uv: runs it.
        config: read at every call.
    """

    def __init__(self, uv: Uv, config: Config) -> None:
        self._uv = uv
        self._config = config

    def choose(self, wanted: Wanted | None) -> Choice:
        """The newest that fits; None wants the newest final CPython.

        Raises:
            RuntimeNotFoundError: there is none such.
            DownloadError: the list cannot be read.
        """
        args = ["python", "list", "--only-downloads", "--all-versions", "--output-format", "json"]
        result = self._uv.run(args, env=self._environment())
        if result.returncode != 0:
            raise self._failed("The list of downloads cannot be read", result)
        known = {entry["key"]: _as_runtime(entry) for entry in json.loads(result.stdout)}
        usable = [one for one in known.values() if numbers_of(one.version)[:2] >= OLDEST_SUPPORTED]
        fitting = newest_first(one for one in usable if (wanted.fits(one) if wanted else is_ordinary(one)))
        if not fitting:
            raise _nothing_fits(wanted, usable)
        return Choice(fitting[0].id, fitting[0].version, fitting[0].implementation, str(fitting[0].path))

    def fetch(self, choice: Choice, folder: Path, on_progress: OnProgress | None) -> Path:
        """Downloads one into a fresh folder; whoever calls deletes that folder if this fails.

        Returns:
            Its interpreter, links resolved.

        Raises:
            DownloadError: it could not be downloaded and verified, or stalled.
        """
        archives = folder / ".archives"
        stall_s = float(self._config.get("download.stall_timeout_s"))
        watch = _Watch(archives, choice, stall_s, on_progress)
        args = ["python", "install", "--no-bin", "--install-dir", str(folder), choice.key]
        environment = {**self._environment(), "UV_PYTHON_CACHE_DIR": str(archives)}
        result = self._uv.run(args, env=environment, on_progress=watch.hear, on_tick=watch.look)
        if result.returncode != 0:
            if _is_damaged(archives):
                raise _damaged(choice)
            raise self._failed(f"Python {choice.version} could not be downloaded", result)
        return _tidy(folder, archives, choice)

    def _environment(self) -> dict[str, str]:
        stall_s = math.ceil(self._config.get("download.stall_timeout_s"))
        chosen = {name: os.environ.get(name, value) for name, value in _PATIENCE.items()}
        chosen["UV_HTTP_TIMEOUT"] = str(stall_s + 1)  # ours comes first, but does not watch the list
        if mirror := self._config.get("download.mirror"):
            chosen["UV_PYTHON_INSTALL_MIRROR"] = mirror
        if listing := self._config.get("download.list"):
            chosen["UV_PYTHON_DOWNLOADS_JSON_URL"] = listing if "://" in listing else os.path.expanduser(listing)
        return chosen

    def _failed(self, what: str, result: UvResult) -> DownloadError:
        cause, hint = cause_and_hint(result.stderr)
        return DownloadError(
            f"{what}: {_lower(cause)}", hint or self._cure(), is_unreachable=is_unreachable(result.stderr)
        )

    def _cure(self) -> str:
        set_ones = [key for key in ("download.list", "download.mirror") if self._config.get(key)]
        return (
            f"Check the setting '{set_ones[0]}'." if set_ones else "Try again later, or adopt one with `--from PATH`."
        )


class _Watch:
    """Turns what uv says and the growth of the archive into progress, and no growth into an error."""

    def __init__(self, archives: Path, choice: Choice, stall_s: float, on_progress: OnProgress | None) -> None:
        self._archives = archives
        self._choice = choice
        self._stall_s = stall_s
        self._on_progress = on_progress
        self._size = -1
        self._total: int | None = None
        self._is_complete = False
        self._changed_at = time.monotonic()

    def hear(self, progress: Progress) -> None:
        """Takes one line of uv's."""
        if match := _SIZE.match(progress.text):
            self._total = round(float(match[1]) * _UNITS[match[2]])
        elif progress.text.startswith(("Downloaded ", "Extracting ")) and not self._is_complete:
            self.look()
            self._is_complete = True
            self._tell(Progress(f"Unpacking Python {self._choice.version}"))

    def look(self) -> None:
        """Measures the archive.

        Raises:
            DownloadError: nothing has come for too long.
        """
        if self._is_complete:
            return
        size, now = _size_of_files(self._archives), time.monotonic()
        if size != self._size:
            has_grown = size > self._size  # it shrinks when uv moves it away, before it says that it came whole
            self._size, self._changed_at = size, now
            done = min(size, self._total) if self._total else size
            if has_grown:
                self._tell(Progress(f"Downloading Python {self._choice.version}", done, self._total))
        elif now - self._changed_at > self._stall_s:
            raise DownloadError(
                f"Python {self._choice.version} could not be downloaded: "
                f"{self._choice.host} sent nothing for {self._stall_s:g} s.",
                "Try again, or set a mirror with `beep config download.mirror URL`.",
                is_unreachable=True,
            )

    def _tell(self, progress: Progress) -> None:
        if self._on_progress is not None:
            self._on_progress(progress)


def _as_runtime(entry: Mapping[str, Any]) -> Runtime:
    """As a runtime, so that it is chosen as runtimes are; its path holds the host it comes from."""
    special = "" if entry.get("variant", "default") == "default" else f"-{entry['variant']}"
    host = urlsplit(entry.get("url") or "").hostname or "the mirror"
    return Runtime(
        entry["key"], entry["version"], "managed", Path(host), implementation=f"{entry['implementation']}{special}"
    )


def _nothing_fits(wanted: Wanted | None, usable: list[Runtime]) -> RuntimeNotFoundError:
    minors = sorted({numbers_of(one.version)[:2] for one in usable if one.implementation == "cpython"})
    listed = ", ".join(".".join(map(str, minor)) for minor in minors)
    return RuntimeNotFoundError(
        wanted.text if wanted else "",
        (one.version for one in usable),
        f"There are: {listed}." if listed else "Check the setting 'download.list'.",
        what=f"No Python {wanted.text} can be downloaded." if wanted else "No Python can be downloaded.",
    )


def _is_damaged(archives: Path) -> bool:
    """Whether an archive came whole but is not the one that was expected.

    uv unpacks before it compares, so it may fail over a flipped bit without a word of checksums. It names archives
    `<first nine digits of the expected SHA-256>-<file>`.
    """
    for archive in archives.glob("?????????-*"):
        with open(archive, "rb") as file:
            if not hashlib.file_digest(file, "sha256").hexdigest().startswith(archive.name[:9]):
                return True
    return False


def _damaged(choice: Choice) -> DownloadError:
    return DownloadError(
        f"Python {choice.version} was downloaded from {choice.host}, but its checksum is not the expected one.",
        "Try again; if it stays so, the source serves another file than uv's list says: do not use it.",
    )


def _tidy(folder: Path, archives: Path, choice: Choice) -> Path:
    """Deletes what uv needed only meanwhile, and finds the interpreter."""
    for leftover in (archives, folder / ".temp"):
        shutil.rmtree(leftover, ignore_errors=True)
    for entry in list(folder.iterdir()):
        if entry.is_symlink() or not entry.is_dir():  # its lock, and links of minor versions
            entry.unlink()
    prefix = next((entry for entry in folder.iterdir() if entry.is_dir()), None)
    interpreter = interpreter_in(prefix) if prefix else None
    if interpreter is None:
        raise DownloadError(f"The download of Python {choice.version} holds no interpreter.", "Try another version.")
    return interpreter.resolve()


def _size_of_files(folder: Path) -> int:
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                size += os.stat(os.path.join(parent, name)).st_size
            except OSError:  # uv has just renamed it
                continue
    return size


def _lower(sentence: str) -> str:
    """For behind a colon: names and abbreviations keep their capital."""
    first = sentence.split(" ", 1)[0]
    return sentence if first != first.capitalize() else sentence[:1].lower() + sentence[1:]

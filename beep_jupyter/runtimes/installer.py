"""Puts downloaded Pythons into the home, whole or not at all. Host's Python.

A runtime is built where it will stay, because uv writes that path into its files, and counts from the moment that its
record is written. Whatever ends the work before that takes the folder with it; what a killed process left is swept by
the next install.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import DownloadError, UnsupportedRuntimeError, UsageError
from ..models import OnProgress
from ..names import check_name
from .discovery import free_id
from .downloads import Choice, Downloads
from .probing import probe
from .records import Record, Records
from .versions import OLDEST_SUPPORTED, Wanted


class Installer:
    """Installs managed runtimes.

    Args:
        records: of the home.
        downloads: what there is to download.
    """

    def __init__(self, records: Records, downloads: Downloads) -> None:
        self._records = records
        self._downloads = downloads

    def install(
        self, wanted: Wanted | None, name: str | None, taken: Sequence[str], on_progress: OnProgress | None
    ) -> Record:
        """Downloads what is wanted unless it is there; see `RuntimeManager.install`.

        Args:
            taken: ids that `name` must not be.
        """
        _refuse_if_too_old(wanted)
        self._records.sweep()
        choice = self._downloads.choose(wanted)
        if present := self._present(choice, name):
            return present
        if name is not None:
            self.check_free(name, taken)
        id = name or free_id(f"{choice.implementation}-{choice.version}", taken)
        with self._records.lock(id, on_progress):
            return self._present(choice, id) or self._build(choice, id, on_progress)

    def check_free(self, name: str, taken: Sequence[str]) -> None:
        """Refuses a name that cannot be an id or is one already.

        Raises:
            UsageError: so it is.
        """
        check_name("runtime", name)
        if name in taken:
            raise UsageError(f"A runtime is already called '{name}'.", "Choose another name, or remove that one.")

    def _present(self, choice: Choice, id: str | None) -> Record | None:
        same = (record for record in self._records.all() if record.release == choice.key)
        return next((record for record in same if id in (None, record.id)), None)

    def _build(self, choice: Choice, id: str, on_progress: OnProgress | None) -> Record:
        self._records.delete(id)  # what a process left that was killed since the sweep
        folder = self._records.folder(id)
        try:
            folder.mkdir(mode=0o700)
            python = self._downloads.fetch(choice, folder, on_progress)
            if problem := probe([python])[python].problem:
                raise DownloadError(
                    f"Python {choice.version} was downloaded, but {problem}.", "It may be for another machine."
                )
            record = Record(id, "managed", python, choice.key)
            self._records.write(record)
            return record
        except BaseException:
            self._records.delete(id)
            raise


def _refuse_if_too_old(wanted: Wanted | None) -> None:
    match = re.fullmatch(r"\D*(\d+)\.(\d+).*", wanted.text) if wanted and wanted.text[:1] not in "<>!~=" else None
    if match and (int(match[1]), int(match[2])) < OLDEST_SUPPORTED:
        oldest = ".".join(map(str, OLDEST_SUPPORTED))
        raise UnsupportedRuntimeError(
            f"Python {match[1]}.{match[2]} is too old: {oldest} or newer is needed.", f"Say `beep init {oldest}`."
        )

"""`RuntimeManager`: every Python of this machine, as the surfaces and the environments ask for them. Host's Python."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import (
    BeepError,
    ConfigurationError,
    DownloadError,
    RuntimeBusyError,
    RuntimeNotFoundError,
    UnsupportedRuntimeError,
    UsageError,
)
from ..home import absolute_path
from ..models import OnProgress, Runtime
from ..names import check_name
from .finder import Finder, none_usable
from .places import Places
from .records import Record, Records
from .versions import Wanted, is_ordinary, parse

if TYPE_CHECKING:
    from ..config import Config
    from ..home import Home
    from .installer import Installer


@dataclass(frozen=True, slots=True)
class InitResult:
    """What `init` did: the runtime, how it came, and a sentence to show where that was not as asked."""

    runtime: Runtime
    how: Literal["present", "downloaded", "adopted"]
    note: str = ""


class RuntimeManager:
    """Finds, downloads, adopts and removes Pythons.

    Args:
        home: holds managed ones and what was learned of the others.
        config: the settings `runtime.default` and `download.*`.
        places: where to look; None looks where this user's Pythons may be.
    """

    def __init__(self, home: Home, config: Config, places: Places | None = None) -> None:
        self._home = home
        self._config = config
        self._records = Records(home)
        self._finder = Finder(home, config, places or Places.of_this_user(), self._records)

    def list(self) -> list[Runtime]:
        """Every runtime: usable ones first, the newest first; those with a `problem` last."""
        return self._finder.list()

    def find(self, spec: str | os.PathLike[str]) -> Runtime:
        """The runtime that is meant.

        Args:
            spec: a version (`3`, `3.9`, `3.9.18`, `>=3.9,<3.12`, `pypy3.9`: the newest that fits), an id, or the
                path of an interpreter, an installation or a virtual environment (its base).

        Raises:
            RuntimeNotFoundError: there is none; lists what was found.
            UnsupportedRuntimeError: there is, but it is too old or does not start.
        """
        return self._finder.find(os.fspath(spec).strip())

    @property
    def default(self) -> Runtime | None:
        """The runtime that is used when none is named; None where none is set, or it is gone or broken."""
        chosen = self._config.get("runtime.default")
        if not chosen:
            return None
        try:
            return replace(self.find(chosen), is_default=True)
        except (RuntimeNotFoundError, UnsupportedRuntimeError):
            return None

    def set_default(self, runtime: Runtime) -> None:
        """Makes it the one that is used when none is named."""
        self._config.set("runtime.default", runtime.id)

    def choose_default(self) -> tuple[Runtime, bool]:
        """The default; with none set, the newest supported one found becomes it. Downloads nothing.

        Returns:
            The runtime, and whether it was chosen now.

        Raises:
            RuntimeNotFoundError: no usable Python was found.
        """
        if default := self.default:
            return default, False
        runtime = self._finder.best(None)
        if runtime is None:
            raise none_usable()
        self.set_default(runtime)
        return replace(runtime, is_default=True), True

    def oldest_and_newest(self) -> tuple[Runtime, Runtime]:
        """The oldest and the newest final CPython that can be used; the same one where there is only one.

        Raises:
            RuntimeNotFoundError: no usable Python was found.
        """
        usable = [runtime for runtime in self.list() if is_ordinary(runtime)]
        if not usable:
            raise none_usable()
        return usable[-1], usable[0]

    def install(
        self, version: str | None = None, on_progress: OnProgress | None = None, name: str | None = None
    ) -> Runtime:
        """Downloads a Python, verifies its checksum and puts it into the home; instant where it is there.

        Args:
            version: as for `find`, but no id or path; None takes the newest.
            on_progress: told of bytes done and in all.
            name: its id; None makes one of its version.

        Raises:
            UsageError: the version cannot be meant, or the name is taken.
            RuntimeNotFoundError: there is no such Python to download.
            UnsupportedRuntimeError: it is too old.
            DownloadError: it could not be downloaded and verified; nothing was left behind.
        """
        taken = [runtime.id for runtime in self.list()]
        record = self._installer.install(_wanted(version), name, taken, on_progress)
        return self.find(record.id)

    def adopt(self, path: str | os.PathLike[str], name: str | None = None) -> Runtime:
        """Remembers an interpreter that lies elsewhere, so that it is listed from now on.

        Args:
            path: an interpreter, an installation or a virtual environment (its base).
            name: its id; None keeps the one it has.

        Raises:
            UsageError: the name is taken.
            RuntimeNotFoundError: nothing is there.
            UnsupportedRuntimeError: it is too old or does not start.
        """
        runtime = self.find(absolute_path(path))
        id = name or runtime.id
        if runtime.kind in ("managed", "adopted") and id == runtime.id:
            return runtime
        if runtime.kind == "managed":
            raise UsageError(f"{path} is the managed runtime '{runtime.id}'.", "Use it by that name.")
        if name is not None:
            self._installer.check_free(name, [one.id for one in self.list()])
        with self._records.lock(id):
            self._records.write(Record(id, "adopted", runtime.path))
        if runtime.kind == "adopted":  # it has a new name
            self._records.delete(runtime.id)
        return self.find(id)

    def remove(self, id: str) -> None:
        """Removes a managed runtime, or forgets an adopted one (whose files stay).

        Raises:
            RuntimeNotFoundError: there is none of that id.
            UsageError: it was found on the machine, not installed by us.
            RuntimeBusyError: environments use it; nothing was changed.
        """
        record = next((record for record in self._records.all() if record.id == id), None)
        if record is None:
            raise self._not_ours(id)
        with self._records.lock(id):
            self._refuse_if_used(record)
            self._records.delete(id)
        if self._config.get("runtime.default") == id:
            self._config.set("runtime.default", "")

    def init(
        self,
        version: str | None = None,
        *,
        name: str | None = None,
        path: str | os.PathLike[str] | None = None,
        make_default: bool = False,
        on_progress: OnProgress | None = None,
    ) -> InitResult:
        """Makes sure of a default runtime: one that is there, a download, or an interpreter of this machine.

        Without a way to download, the best interpreter found that fits is adopted, and the note says why.

        Args:
            version: as for `install`; None is content with the default there is, else takes the newest.
            name: the id it is to have.
            path: adopt this one instead of downloading.
            make_default: make it the default even if there is one.
            on_progress: told of the download.

        Raises:
            BeepError: as `install` and `adopt` do.
        """
        result = self._make_sure(version, name, path, on_progress)
        if make_default or self.default is None:
            self.set_default(result.runtime)
        return replace(result, runtime=self.find(result.runtime.id))

    def check(
        self, version: str | None = None, *, name: str | None = None, path: str | os.PathLike[str] | None = None
    ) -> None:
        """Refuses what `init` would refuse at once; whether it can be downloaded shows later.

        Raises:
            UsageError: the version or the name cannot be.
            RuntimeNotFoundError, UnsupportedRuntimeError: no usable Python is at the path.
        """
        _wanted(version)
        if name is not None:
            check_name("runtime", name)
        if path is not None:
            self.find(absolute_path(path))

    def _make_sure(
        self,
        version: str | None,
        name: str | None,
        path: str | os.PathLike[str] | None,
        on_progress: OnProgress | None,
    ) -> InitResult:
        wanted = _wanted(version)
        if path is not None:
            return InitResult(self._adopt_if_fits(Path(path), wanted, name), "adopted")
        if present := self._present(wanted, name):
            return InitResult(present, "present")
        try:
            return InitResult(self.install(version, on_progress, name), "downloaded")
        except (DownloadError, RuntimeNotFoundError, ConfigurationError) as error:
            return self._stand_in(error, wanted, name)

    def _present(self, wanted: Wanted | None, name: str | None) -> Runtime | None:
        if wanted is None and name is None and (default := self.default):
            return default
        ours = [one for one in self.list() if one.kind in ("managed", "adopted") and not one.problem]
        fitting = (one for one in ours if (wanted.fits(one) if wanted else is_ordinary(one)))
        return next((one for one in fitting if name in (None, one.id)), None)

    def _stand_in(self, error: BeepError, wanted: Wanted | None, name: str | None) -> InitResult:
        best = self._finder.best(wanted)
        if best is None or (isinstance(error, DownloadError) and not error.is_unreachable):
            raise error
        adopted = self.adopt(best.path, name)
        note = f"{error.what} The best Python found on this machine is used instead: {adopted.version}."
        return InitResult(adopted, "adopted", note)

    def _adopt_if_fits(self, path: Path, wanted: Wanted | None, name: str | None) -> Runtime:
        if wanted is not None and not wanted.fits(found := self.find(absolute_path(path))):
            raise UsageError(f"{path} is Python {found.version}, not {wanted.text}.", "Leave the version out.")
        return self.adopt(path, name)

    @cached_property
    def _installer(self) -> Installer:
        from ..uv import Uv
        from .downloads import Downloads
        from .installer import Installer

        return Installer(self._records, Downloads(Uv(self._config, self._home), self._config))

    def _not_ours(self, id: str) -> BeepError:
        found = next((one for one in self.list() if one.id == id), None)
        if found is None:
            return RuntimeNotFoundError(id, [record.id for record in self._records.all()])
        return UsageError(
            f"Runtime '{id}' was found at {found.path}, not installed by beep.",
            "Remove it with the tool that installed it.",
        )

    def _refuse_if_used(self, record: Record) -> None:
        from .users import environments_in

        if record.kind != "managed":
            return
        users = environments_in(self._home.environments, self._records.folder(record.id))
        if users:
            raise RuntimeBusyError(
                f"Runtime '{record.id}' is used by the environment{'s' if len(users) > 1 else ''} {', '.join(users)}.",
                f"Delete {'them' if len(users) > 1 else 'it'} first: `beep venv delete {users[0]}`.",
            )


def _wanted(version: str | None) -> Wanted | None:
    if version is None:
        return None
    wanted = parse(version)
    if wanted is None:
        raise UsageError(f"{version!r} is no Python version.", "Say one like 3.12, 3.9.18 or '>=3.9,<3.12'.")
    return wanted

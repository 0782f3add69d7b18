"""The folder that holds all state, and how files in it are written. Any process of the host.

    <home>/                     owner-only
        config.toml
        runtimes/               managed Pythons
        environments/<name>/    one environment each, with its spec, lock and ready marker
        dotnet/<version>/       a .NET runtime, where the machine has none of its own
        sets/*.toml             package sets of the user's own
        cache/                  compiled worker code and what discovery learned; may be deleted at any time
        locks/                  one lock file per thing that is being built
    <runtime folder>/           owner-only; sockets, connection files, logs

Locks are the kernel's own (flock), so they end with the process that holds them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from .errors import ConfigurationError

SOCKET_PATH_LIMIT = 100  # bytes; sockaddr_un holds 108 on Linux and 104 on macOS, terminator included
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "lustre", "gpfs", "afs", "9p", "beegfs"}


class LockHeldError(Exception):
    """Another process held the lock for all the time that there was."""


class Home:
    """The home folder.

    Args:
        root: the folder; None takes `BEEP_HOME`, else the platform's user data folder.

    Raises:
        ConfigurationError: the folder cannot be made, is not a folder, or belongs to somebody else.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        chosen = root or os.environ.get("BEEP_HOME") or platformdirs.user_data_dir("beep-jupyter", appauthor=False)
        self.root = absolute_path(chosen)
        make_private_folder(self.root, "the home folder", "Set BEEP_HOME to a folder of your own.")

    @property
    def config_file(self) -> Path:
        return self.root / "config.toml"

    @property
    def runtimes(self) -> Path:
        return self._folder("runtimes")

    @property
    def environments(self) -> Path:
        return self._folder("environments")

    @property
    def dotnet(self) -> Path:
        return self.root / "dotnet"

    @property
    def sets(self) -> Path:
        return self.root / "sets"

    @property
    def cache(self) -> Path:
        return self._folder("cache")

    @property
    def runtime_folder(self) -> Path:
        """Where sockets, connection files and logs of this home's backends are; made at first use."""
        folder, what, cure = _choose_runtime_folder(self.root), "the folder of sockets", "Set JUPYTER_RUNTIME_DIR."
        if folder.is_symlink():  # in the temporary folder anybody may have made it, to lead us elsewhere
            raise ConfigurationError(f"{folder} cannot be {what}: it is a link.", cure)
        return make_private_folder(folder, what, cure)

    @contextmanager
    def lock(self, name: str, *, timeout_s: float = -1, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Holds the lock called `name` among all processes that share this home.

        Args:
            timeout_s: how long to wait; -1 waits for ever.
            on_wait: called once when somebody else holds it, before waiting.

        Raises:
            LockHeldError: somebody else held it for all that time.
        """
        from filelock import FileLock, Timeout  # 25 ms that `beep --help` and a Tab in a shell need not pay

        lock = FileLock(self._folder("locks") / f"{name}.lock")

        def is_taken(within_s: float) -> bool:
            try:
                lock.acquire(timeout=within_s, poll_interval=0.02)
            except Timeout:
                return False
            return True

        if not is_taken(within_s=0):
            if timeout_s != 0 and on_wait is not None:
                on_wait()
            if timeout_s == 0 or not is_taken(within_s=timeout_s):
                raise LockHeldError(name)
        try:
            yield
        finally:
            lock.release()

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder


def make_private_folder(folder: Path, what: str, cure: str) -> Path:
    """Makes sure that a folder exists, belongs to this user and is closed to others.

    Raises:
        ConfigurationError: it cannot be made, is no folder, or belongs to somebody else; nothing was changed.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be {what}: {error.strerror}.", cure) from error
    if not stat.S_ISDIR(status.st_mode):
        raise ConfigurationError(f"{folder} cannot be {what}: it is not a folder.", cure)
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise ConfigurationError(f"{folder} cannot be {what}: it belongs to user {status.st_uid}.", cure)
    if status.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def absolute_path(path: str | os.PathLike[str]) -> Path:
    """A path as a person typed it, `~` included; the `~name` of nobody is a plain name, as in a shell."""
    return Path(os.path.expanduser(path)).absolute()


def write_atomically(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Writes a file so that a reader, or a crash at any moment, sees the old one or the new one, whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)  # missing where the interrupt came just behind the rename
        raise


def _choose_runtime_folder(home: Path) -> Path:
    """Jupyter's runtime folder, or one in the temporary folder where sockets could not live in Jupyter's."""
    mine = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
    folder = jupyter_runtime_folder() / "beep" / mine
    longest = len(os.fsencode(folder)) + len("/0123456789ab.sock")
    if longest <= SOCKET_PATH_LIMIT and not _is_on_network_disk(folder):
        return folder
    return Path(tempfile.gettempdir()) / f"beep-{os.getuid()}-{mine}"


def jupyter_runtime_folder() -> Path:
    """What `jupyter_core.paths.jupyter_runtime_dir` answers, without its import (20 ms)."""
    if chosen := os.environ.get("JUPYTER_RUNTIME_DIR"):
        return Path(chosen)
    if data := os.environ.get("JUPYTER_DATA_DIR"):
        return Path(data) / "runtime"
    if sys.platform == "darwin":
        return Path.home() / "Library/Jupyter/runtime"
    if os.name == "nt":
        return Path(os.environ.get("APPDATA", Path.home())) / "jupyter" / "runtime"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "jupyter/runtime"


def _is_on_network_disk(folder: Path) -> bool:
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    for line in mounts:
        before, _, after = line.partition(" - ")
        point = before.split()[4]
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind in _NETWORK_FILE_SYSTEMS

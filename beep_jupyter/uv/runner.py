"""Runs uv. Any process of the host.

Every run is deaf to what could change its result: the user's uv configuration, active environments, projects and the
working directory. It still hears where packages come from: indexes, mirrors, proxies, certificates and uv's cache.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ..home import absolute_path
from ..models import OnProgress
from .child import Child, NotStartedError, Reader

if TYPE_CHECKING:
    from ..config import Config
    from ..home import Home

# Sources, transport, cache and the user's own safety rules stay; all other UV_* variables could change what is built.
_KEPT_UV_VARIABLES = (
    "UV_INDEX",  # also UV_INDEX_URL, UV_INDEX_STRATEGY and UV_INDEX_<NAME>_PASSWORD
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
    "UV_KEYRING_PROVIDER",
    "UV_CREDENTIALS_DIR",
    "UV_INSECURE_HOST",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "UV_CACHE_DIR",
    "UV_NO_CACHE",
    "UV_LINK_MODE",
    "UV_LOCK_TIMEOUT",
    "UV_OFFLINE",
    "UV_HTTP_",
    "UV_REQUEST_TIMEOUT",
    "UV_CONCURRENT_",
    "UV_PYTHON_INSTALL_MIRROR",
    "UV_PYPY_INSTALL_MIRROR",
    "UV_PYTHON_DOWNLOADS_JSON_URL",
    "UV_EXCLUDE_NEWER",
    "UV_NO_BUILD",
    "UV_NO_BINARY",
)
_DROPPED_VARIABLES = ("PYTHON", "VIRTUAL_ENV", "CONDA_", "UV_")


@dataclass(frozen=True, slots=True)
class UvResult:
    """What one run of uv did; a failure is a `returncode` other than 0."""

    returncode: int
    stdout: str
    stderr: str


class Uv:
    """Runs uv for one home.

    Args:
        config: read at every run: `uv.path` and `uv.offline`.
        home: its root is the working directory unless another is given.
    """

    def __init__(self, config: Config, home: Home) -> None:
        self._config = config
        self._home = home

    def find(self) -> Path:
        """The uv to run: the setting `uv.path`, else the one installed with this package, else the one on PATH.

        Raises:
            ConfigurationError: there is none.
        """
        if chosen := self._config.get("uv.path"):
            path = absolute_path(chosen)
            if path.is_file() and os.access(path, os.X_OK):
                return path
            raise ConfigurationError(
                f"The setting 'uv.path' is {chosen}, which is not a program.",
                "Set it to uv's path, or to nothing to use the installed one: `beep config uv.path ''`.",
            )
        found = _installed_uv() or shutil.which("uv")
        if found is None:
            raise ConfigurationError(
                "uv was not found, which downloads Pythons and packages.",
                "Install it with `pip install uv`, or say where it is with `beep config uv.path PATH`.",
            )
        return Path(found)

    def run(
        self,
        args: Sequence[str],
        *,
        on_progress: OnProgress | None = None,
        on_tick: Callable[[], None] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        timeout_s: float | None = None,
    ) -> UvResult:
        """Runs uv to its end; whatever ends this call early ends uv and its children too.

        Args:
            args: the subcommand and its arguments, as a list.
            on_progress: called on this thread with each line that uv writes to stderr.
            on_tick: called on this thread about ten times a second; what it raises ends uv.
            env: variables set on top of the cleaned environment.
            cwd: working directory; None is the home folder.
            timeout_s: None waits for as long as uv takes.

        Returns:
            Exit status and output, of a failed run too.

        Raises:
            ConfigurationError: there is no uv, or it cannot be started.
            TimeoutError: it took longer than `timeout_s`.
        """
        options = ["--no-config", "--color", "never", *(["--offline"] if self._config.get("uv.offline") else [])]
        command = [str(self.find()), *options, *args]
        environment = {**_clean(os.environ), **(env or {})}
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            with Child(command, environment, cwd or self._home.root) as child:
                reader = Reader(child, on_progress)
                reader.read_to_end(on_tick, deadline)
                return UvResult(child.process.wait(), reader.stdout, reader.stderr)
        except NotStartedError as error:
            raise ConfigurationError(
                f"{command[0]} cannot be started: {error.reason}.",
                "Say which uv to use with `beep config uv.path PATH`, or install it again: `pip install uv`.",
            ) from error


def _installed_uv() -> str | None:
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        return None


def _clean(variables: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in variables.items()
        if name.startswith(_KEPT_UV_VARIABLES) or not name.startswith(_DROPPED_VARIABLES)
    }

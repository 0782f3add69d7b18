"""A machine of one's own to discover, and a local server that uv downloads a Python from, well or badly."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager
from beep_jupyter.runtimes.places import Places

THIS_PYTHON = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
THIS_VERSION = platform.python_version()
CHUNKS = 40


class Machine:
    """A user's folder and a system folder, both empty at first."""

    def __init__(self, root: Path) -> None:
        self.user = root / "user"
        self.system = root / "usr/bin"
        self.user.mkdir(parents=True)
        self.system.mkdir(parents=True)
        self.environ = {"PATH": ""}

    @property
    def places(self) -> Places:
        return Places(self.environ, self.user, (self.system,))

    def link(self, relative: str, target: Path = THIS_PYTHON) -> Path:
        """A link to an interpreter, which need not exist."""
        path = self._new(relative)
        path.symlink_to(target)
        return path

    def script(self, relative: str, body: str, *, is_executable: bool = True) -> Path:
        """A shell script in place of an interpreter."""
        path = self._new(relative)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755 if is_executable else 0o644)
        return path

    def saying(self, relative: str, version: str, *, implementation: str = "cpython") -> Path:
        """A script that answers as an interpreter of that version would; its prefix is its own folder."""
        path = self._new(relative)
        numbers, level, serial = version, "final", 0
        for sign, name in (("a", "alpha"), ("b", "beta"), ("rc", "candidate")):
            if sign in version:
                numbers, _, last = version.partition(sign)
                level, serial = name, int(last)
                break
        parts = tuple(int(part) for part in numbers.split("."))
        answer = (implementation, parts, level, serial, str(path), str(path.parent), str(path))
        return self.script(relative, f"cat <<'END'\nbeep-probe {answer!r}\nEND")

    def _new(self, relative: str) -> Path:
        path = self.user.parent / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def manager(home: Home, machine: Machine) -> RuntimeManager:
    """Sees what the test puts on its machine, and nothing of the real one."""
    return RuntimeManager(home, Config(home), machine.places)


@dataclass(frozen=True)
class Archive:
    """This very Python, packed as uv's downloads are."""

    data: bytes
    sha256: str


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    file = tmp_path_factory.mktemp("archive") / "python.tar.gz"
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    prefix = Path(sys.base_prefix)
    with tarfile.open(file, "w:gz", compresslevel=1) as tar:
        tar.add(THIS_PYTHON, f"python/bin/{name}")
        for library in sorted((prefix / "lib").glob("libpython*.so.*")):
            tar.add(library, f"python/lib/{library.name}")
        tar.add(os.path.dirname(os.__file__), f"python/lib/{name}", filter=_needed)
        link = tarfile.TarInfo("python/bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, name
        tar.addfile(link)
    data = file.read_bytes()
    return Archive(data, hashlib.sha256(data).hexdigest())


_UNNEEDED = {"__pycache__", "test", "tests", "idlelib", "ensurepip", "site-packages", "dist-packages", "pydoc_data"}


def _needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = Path(entry.name).parts
    is_unneeded = any(part in _UNNEEDED or part.startswith("config-") for part in parts) or entry.name.endswith(".a")
    return None if is_unneeded else entry


class Source:
    """A server on the loopback that offers the archive under paths that say how well it delivers.

    `good`, `slow` (4 s in all), `flipped` (the bit at `flip_at`), `cut` (ends half-way), `stalled` (stops half-way),
    `silent` (never answers) and `missing` (404).
    """

    def __init__(self, archive: Archive, list_file: Path) -> None:
        self.archive = archive
        self.list_file = list_file
        self.requests: list[str] = []
        self.flip_at = 0
        self.ending = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        threading.Thread(target=self._server.serve_forever, args=(0.02,)).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def offer(self, how: str, version: str = THIS_VERSION) -> None:
        """Writes the list of downloads: this one version, delivered so."""
        name = f"cpython-{version}-{_platform()}"
        system, arch, libc = _platform().split("-")
        major, minor, patch = (int(part) for part in version.split("."))
        entry = {
            "name": "cpython",
            "arch": {"family": arch, "variant": None},
            "os": system,
            "libc": libc,
            "major": major,
            "minor": minor,
            "patch": patch,
            "prerelease": "",
            "url": f"{self.address}/{how}/python.tar.gz",
            "sha256": self.archive.sha256,
            "variant": None,
            "build": "20260101",
        }
        self.list_file.write_text(json.dumps({name: entry}))

    def close(self) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()

    def deliver(self, how: str, write: Callable[[bytes], object]) -> None:
        """Writes the archive in pieces, as badly as asked."""
        data = bytearray(self.archive.data)
        if how == "flipped":
            data[self.flip_at] ^= 1
        size = len(data) // CHUNKS + 1
        for number, start in enumerate(range(0, len(data), size)):
            if how == "stalled" and number > CHUNKS // 2:
                self.ending.wait()
            if (how == "cut" and number > CHUNKS // 2) or self.ending.is_set():
                return
            if how == "slow":
                time.sleep(4 / CHUNKS)
            write(data[start : start + size])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                source.requests.append(self.path)
                how = self.path.split("/")[1]
                if how == "silent":
                    source.ending.wait()
                elif how == "missing":
                    self.send_error(404)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(source.archive.data)))
                    self.end_headers()
                    try:
                        source.deliver(how, self.wfile.write)
                    except OSError:  # uv was ended, which is what the test is about
                        self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _platform() -> str:
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return f"darwin-{machine}-none" if sys.platform == "darwin" else f"linux-{machine}-gnu"


@pytest.fixture
def source(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """The settings point to it; it offers the good archive until told otherwise."""
    source = Source(archive, tmp_path / "downloads.json")
    source.offer("good")
    monkeypatch.setenv("BEEP_DOWNLOAD_LIST", str(source.list_file))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    yield source
    source.close()


def run_python(path: Path, code: str) -> str:
    """What an interpreter prints."""
    return subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, check=True).stdout.strip()

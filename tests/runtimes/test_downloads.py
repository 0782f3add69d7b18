"""Downloading a Python for real, from a server on the loopback that delivers well or badly."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from beep_jupyter.errors import DownloadError, RuntimeNotFoundError, UnsupportedRuntimeError, UsageError
from beep_jupyter.home import Home
from beep_jupyter.models import Progress
from beep_jupyter.runtimes.manager import RuntimeManager
from beep_jupyter.runtimes.records import Record, Records

from .conftest import THIS_VERSION, Archive, Source, run_python

ID = f"cpython-{THIS_VERSION}"


def left_in(home: Home) -> list[str]:
    return sorted(os.listdir(home.runtimes))


def test_download_is_a_working_managed_runtime(manager: RuntimeManager, source: Source, home: Home) -> None:
    runtime = manager.install(THIS_VERSION)
    assert (runtime.id, runtime.version, runtime.kind) == (ID, THIS_VERSION, "managed")
    assert runtime.path.is_relative_to(os.path.realpath(home.runtimes / ID))
    assert run_python(runtime.path, "import sys; print(sys.base_prefix)") == str(runtime.path.parent.parent)
    assert [one.id for one in manager.list()] == [ID]


def test_uvs_own_files_do_not_stay(manager: RuntimeManager, source: Source, home: Home) -> None:
    manager.install()
    assert len(left_in(home)) == 1
    names = sorted(entry.name for entry in (home.runtimes / ID).iterdir())
    assert names == [next(name for name in names if name.startswith("cpython-")), "runtime.json"]


def test_progress_counts_bytes_up_to_the_archives_size(manager: RuntimeManager, source: Source) -> None:
    source.offer("slow")
    reports: list[Progress] = []
    manager.install(THIS_VERSION, on_progress=reports.append)
    counted = [report for report in reports if report.total_bytes]
    done = [report.done_bytes or 0 for report in counted]
    assert len(set(done)) > 8, "progress in steps, not only begin and end"
    assert done == sorted(done)
    assert abs((counted[0].total_bytes or 0) - len(source.archive.data)) < 0.06 * 2**20, "uv rounds to 0.1 MiB"
    assert done[-1] > 0.9 * len(source.archive.data)
    assert {report.text for report in counted} == {f"Downloading Python {THIS_VERSION}"}
    assert reports[-1].text == f"Unpacking Python {THIS_VERSION}"


def test_second_install_is_instant_and_asks_nobody(manager: RuntimeManager, source: Source) -> None:
    first = manager.install(THIS_VERSION)
    source.requests.clear()
    assert manager.install(THIS_VERSION.rpartition(".")[0]) == first
    assert source.requests == []


def test_name_becomes_the_id(manager: RuntimeManager, source: Source) -> None:
    assert manager.install(name="mine").id == "mine"
    assert manager.find("mine").kind == "managed"


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (
            "cut",
            "the source broke off: end of file before message length reached. "
            "Check the network and the proxy, or set a mirror that can be reached.",
        ),
        ("missing", "{host} answered 404 Not Found. Check the mirror or index that is set, or try again later."),
        (
            "stalled",
            "127.0.0.1 sent nothing for 1 s. Try again, or set a mirror with `beep config download.mirror URL`.",
        ),
        (
            "silent",
            "127.0.0.1 sent nothing for 1 s. Try again, or set a mirror with `beep config download.mirror URL`.",
        ),
    ],
)
def test_bad_download_is_one_sentence_and_leaves_nothing(
    how: str, sentence: str, manager: RuntimeManager, source: Source, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEP_DOWNLOAD_STALL_TIMEOUT_S", "1")
    source.offer(how)
    began = time.monotonic()
    with pytest.raises(DownloadError) as caught:
        manager.install(THIS_VERSION)
    expected = sentence.format(host=source.address.removeprefix("http://"))
    assert str(caught.value) == f"Python {THIS_VERSION} could not be downloaded: {expected}"
    assert caught.value.is_unreachable
    assert left_in(home) == []
    assert manager.list() == []
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("where", [0.0, 0.5, 0.9999])
def test_flipped_bit_is_found_out_and_leaves_nothing(
    where: float, manager: RuntimeManager, source: Source, home: Home
) -> None:
    source.flip_at = int(where * len(source.archive.data))
    source.offer("flipped")
    with pytest.raises(DownloadError) as caught:
        manager.install(THIS_VERSION)
    assert str(caught.value) == (
        f"Python {THIS_VERSION} was downloaded from 127.0.0.1, but its checksum is not the expected one. "
        "Try again; if it stays so, the source serves another file than uv's list says: do not use it."
    )
    assert not caught.value.is_unreachable
    assert left_in(home) == []


def test_archive_whose_interpreter_does_not_start_is_refused(
    manager: RuntimeManager, source: Source, home: Home
) -> None:
    packed, script = io.BytesIO(), b"#!/bin/sh\nexit 7\n"
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo("python/bin/python3")
        entry.size, entry.mode = len(script), 0o755
        tar.addfile(entry, io.BytesIO(script))
    source.archive = Archive(packed.getvalue(), hashlib.sha256(packed.getvalue()).hexdigest())
    source.offer("good")
    with pytest.raises(DownloadError, match=r"was downloaded, but|could not be downloaded"):
        manager.install(THIS_VERSION)
    assert left_in(home) == []


def test_mirror_is_asked_instead_of_uvs_own_source(
    home: Home, manager: RuntimeManager, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEEP_DOWNLOAD_LIST")
    monkeypatch.setenv("BEEP_DOWNLOAD_MIRROR", f"{source.address}/missing")
    with pytest.raises(DownloadError, match="answered 404"):
        manager.install("3.12")
    assert source.requests
    assert all(path.startswith("/missing/") for path in source.requests)
    assert left_in(home) == []


def test_unreadable_list_names_the_setting(
    manager: RuntimeManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEP_DOWNLOAD_LIST", str(tmp_path / "none.json"))
    with pytest.raises(DownloadError) as caught:
        manager.install()
    assert caught.value.what.startswith("The list of downloads cannot be read: failed to open file")
    assert caught.value.cure == "Check the setting 'download.list'."


def test_version_that_is_not_offered_lists_what_is(manager: RuntimeManager, source: Source) -> None:
    with pytest.raises(RuntimeNotFoundError) as caught:
        manager.install("3.99")
    minor = THIS_VERSION.rpartition(".")[0]
    assert str(caught.value) == f"No Python 3.99 can be downloaded. There are: {minor}."


def test_too_old_is_refused_before_anything_is_asked(manager: RuntimeManager, source: Source) -> None:
    with pytest.raises(UnsupportedRuntimeError) as caught:
        manager.install("3.7")
    assert str(caught.value) == "Python 3.7 is too old: 3.8 or newer is needed. Say `beep init 3.8`."
    assert source.requests == []


@pytest.mark.parametrize("version", ["--reinstall", "latest", "", "3.x", "../3.9", "3.9; rm"])
def test_what_is_no_version_is_refused(version: str, manager: RuntimeManager) -> None:
    with pytest.raises(UsageError) as caught:
        manager.install(version)
    assert caught.value.what == f"{version!r} is no Python version."
    assert caught.value.cure == "Say one like 3.12, 3.9.18 or '>=3.9,<3.12'."


def test_taken_or_bad_names_are_refused(manager: RuntimeManager, source: Source, home: Home) -> None:
    source.offer("good", "3.8.1")
    Records(home).write(Record("mine", "adopted", Path("/x")))
    with pytest.raises(UsageError) as caught:
        manager.install(name="mine")
    assert str(caught.value) == "A runtime is already called 'mine'. Choose another name, or remove that one."
    with pytest.raises(UsageError, match="cannot name a runtime"):
        manager.install(name="../mine")
    assert left_in(home) == ["mine"]


INSTALL = """
import sys
from pathlib import Path
from beep_jupyter.config import Config
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager
from beep_jupyter.runtimes.places import Places

def tell(progress):
    if progress.done_bytes:
        print("began", flush=True)

home = Home(sys.argv[1])
RuntimeManager(home, Config(home), Places({}, Path(sys.argv[1]), ())).install(on_progress=tell)
"""


def start_install(home: Home) -> subprocess.Popen[bytes]:
    """Another process that installs; returns when bytes have arrived."""
    process = subprocess.Popen(
        [sys.executable, "-c", INSTALL, str(home.root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"began\n"
    return process


def uvs_of(home: Home) -> list[int]:
    found = psutil.process_iter(["cmdline", "status"])
    return [one.pid for one in found if any(str(home.runtimes) in word for word in one.info["cmdline"] or [])]


def test_ctrl_c_during_a_download_leaves_nothing(home: Home, source: Source) -> None:
    source.offer("slow")
    with start_install(home) as process:
        assert uvs_of(home)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    assert b"KeyboardInterrupt" in stderr
    assert uvs_of(home) == []
    assert left_in(home) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's F_SETSIG")
def test_killed_download_is_absent_and_swept_by_the_next(home: Home, source: Source, manager: RuntimeManager) -> None:
    source.offer("slow")
    with start_install(home) as process:
        process.kill()
    deadline = time.monotonic() + 2
    while uvs_of(home) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert uvs_of(home) == []
    assert left_in(home) == [ID], "the leftover that this test is about"
    assert manager.list() == []
    source.offer("good")
    assert manager.install(name="other").id == "other"
    assert left_in(home) == ["other"]


def test_two_installers_download_once(home: Home, source: Source, manager: RuntimeManager) -> None:
    source.offer("slow")
    waited: list[str] = []
    with start_install(home) as process:
        runtime = manager.install(on_progress=lambda progress: waited.append(progress.text))
        assert process.wait(10) == 0
    assert runtime.id == ID
    assert waited == [f"Waiting for another process that works on runtime '{ID}'"]
    assert len(source.requests) == 1


@pytest.mark.campaign
def test_interrupted_at_any_moment_is_absent_or_ready(home: Home, source: Source, manager: RuntimeManager) -> None:
    for number in range(20):
        process = subprocess.Popen([sys.executable, "-c", INSTALL, str(home.root)], stderr=subprocess.DEVNULL)
        timer = threading.Timer(0.1 + number * 0.07, process.send_signal, [signal.SIGINT])
        timer.start()
        process.wait(30)
        timer.cancel()
        ready = [one.id for one in manager.list()]
        assert left_in(home) == ready
        for id in ready:
            manager.remove(id)

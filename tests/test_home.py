from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from beep_jupyter import home as home_module
from beep_jupyter.errors import ConfigurationError
from beep_jupyter.home import SOCKET_PATH_LIMIT, Home, LockHeldError, absolute_path, write_atomically

NOBODY = 65534

HOLD = """
import sys, time
from beep_jupyter.home import Home

with Home(sys.argv[1]).lock("thing"):
    print("held", flush=True)
    time.sleep(60)
"""

WRITE_FOR_EVER = """
import sys
from pathlib import Path
from beep_jupyter.home import write_atomically

path = Path(sys.argv[1])
print("began", flush=True)
for number in range(1, 1_000_000):
    write_atomically(path, b"%07d" % number * 50_000)
"""


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def running(program: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A Python program that has said its first line."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_the_home_is_the_argument_or_the_variable_or_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEP_HOME", str(tmp_path / "variable"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert Home(tmp_path / "argument").root == tmp_path / "argument"
    assert Home().root == tmp_path / "variable"
    monkeypatch.delenv("BEEP_HOME")
    if sys.platform.startswith("linux"):
        assert Home().root == tmp_path / "data" / "beep-jupyter"


def test_a_home_may_be_given_with_a_tilde_or_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert Home("~/mine").root == Home("mine").root == tmp_path / "mine"


def test_every_folder_is_closed_to_others_whatever_the_umask(
    tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with umask(0):
        fresh = Home(tmp_path / "new" / "home")
        with fresh.lock("thing"):
            pass
        folders = [fresh.root, fresh.runtimes, fresh.environments, fresh.cache, fresh.root / "locks"]
        assert [mode_of(folder) for folder in [*folders, fresh.runtime_folder]] == [0o700] * 6


def test_an_open_home_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Home(tmp_path)
    assert mode_of(tmp_path) == 0o700


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError) as caught:
        Home(tmp_path / "file")
    assert caught.value.what == f"{tmp_path}/file cannot be the home folder: File exists."
    assert caught.value.cure == "Set BEEP_HOME to a folder of your own."
    with pytest.raises(ConfigurationError, match="file/home cannot be the home folder: Not a directory"):
        Home(tmp_path / "file" / "home")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder somebody else's")
def test_a_home_of_somebody_else_is_refused_and_not_touched(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    os.chown(theirs, NOBODY, NOBODY)
    with pytest.raises(ConfigurationError) as caught:
        Home(theirs)
    assert caught.value.what == f"{theirs} cannot be the home folder: it belongs to user {NOBODY}."
    assert caught.value.cure == "Set BEEP_HOME to a folder of your own."
    assert mode_of(theirs) == 0o755
    assert list(theirs.iterdir()) == []


def test_sockets_live_in_jupyters_runtime_folder(home: Home) -> None:
    folder = home.runtime_folder
    assert folder.parent == Path(os.environ["JUPYTER_RUNTIME_DIR"]) / "beep"
    assert folder == home.runtime_folder


def test_each_home_has_a_runtime_folder_of_its_own(tmp_path: Path, home: Home) -> None:
    assert Home(tmp_path / "other").runtime_folder != home.runtime_folder


@pytest.mark.parametrize("variable", ["JUPYTER_DATA_DIR", "XDG_DATA_HOME"])
def test_jupyters_folder_is_found_as_jupyter_finds_it(
    home: Home, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyter_core.paths import jupyter_runtime_dir

    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(home.root))
    assert home_module.jupyter_runtime_folder() == Path(jupyter_runtime_dir())


def test_a_path_too_long_for_sockets_falls_back_to_the_temporary_folder(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home.root / ("long" * 20)))
    monkeypatch.setattr(tempfile, "tempdir", str(home.root))
    with umask(0):
        folder = home.runtime_folder
    assert folder.parent == home.root
    assert folder.name.startswith(f"beep-{os.getuid()}-")
    assert mode_of(folder) == 0o700
    assert not (home.root / ("long" * 20)).exists()


def test_the_longest_path_that_is_used_fits_a_socket(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(home.root))
    for length in range(1, 60):
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", f"/tmp/{'x' * length}")
        chosen = home_module._choose_runtime_folder(home.root)
        assert len(os.fsencode(chosen / "0123456789ab.sock")) <= SOCKET_PATH_LIMIT


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder somebody else's")
def test_a_folder_of_sockets_that_somebody_else_made_first_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home.root / ("long" * 20)))
    monkeypatch.setattr(tempfile, "tempdir", str(home.root))
    folder = home.runtime_folder
    os.chown(folder, NOBODY, NOBODY)
    with pytest.raises(ConfigurationError) as caught:
        home.runtime_folder  # noqa: B018
    assert caught.value.what == f"{folder} cannot be the folder of sockets: it belongs to user {NOBODY}."
    assert caught.value.cure == "Set JUPYTER_RUNTIME_DIR."


def test_a_link_that_somebody_made_first_is_not_followed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home.root / ("long" * 20)))
    monkeypatch.setattr(tempfile, "tempdir", str(home.root))
    folder = home.runtime_folder
    folder.rmdir()
    (home.root / "mine").mkdir(mode=0o755)
    folder.symlink_to(home.root / "mine")
    with pytest.raises(ConfigurationError) as caught:
        home.runtime_folder  # noqa: B018
    assert caught.value.what == f"{folder} cannot be the folder of sockets: it is a link."
    assert mode_of(home.root / "mine") == 0o755


def test_network_disks_are_told_by_the_mount_they_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = (
        "22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "23 22 0:22 / /net rw - nfs4 server:/net rw\n"
        "24 23 0:23 / /net/fast rw shared:3 master:2 - tmpfs tmpfs rw\n"
    )
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: mounts)
    told = {
        path: home_module._is_on_network_disk(Path(path)) for path in ("/tmp/x", "/net/x", "/network", "/net/fast/x")
    }
    assert told == {"/tmp/x": False, "/net/x": True, "/network": False, "/net/fast/x": False}


def test_what_is_written_is_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    with umask(0):
        write_atomically(tmp_path / "private", b"1")
        write_atomically(tmp_path / "public", b"2", mode=0o644)
    assert (mode_of(tmp_path / "private"), mode_of(tmp_path / "public")) == (0o600, 0o644)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["private", "public"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"old")
    with pytest.raises(TypeError):
        write_atomically(tmp_path / "file", "no bytes")  # type: ignore[arg-type]
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "folder", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0000000" * 50_000)
    for moment in range(6):
        with running(WRITE_FOR_EVER, path) as writer:
            time.sleep(0.01 + 0.007 * moment)
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        content = path.read_bytes()
        assert content == content[:7] * 50_000
    assert path.read_bytes()[:7] != b"0000000"


def test_a_lock_keeps_others_out_and_says_so_once(home: Home) -> None:
    told: list[str] = []
    with running(HOLD, home.root) as holder:
        with pytest.raises(LockHeldError), home.lock("thing", timeout_s=0, on_wait=lambda: told.append("at once")):
            pass
        with pytest.raises(LockHeldError), home.lock("thing", timeout_s=0.1, on_wait=lambda: told.append("waiting")):
            pass
        with home.lock("another thing", timeout_s=0, on_wait=lambda: told.append("another")):
            pass
        holder.kill()
    assert told == ["waiting"]


def test_a_lock_ends_with_its_holder_however_it_ends(home: Home) -> None:
    with running(HOLD, home.root) as holder:
        begun = time.monotonic()
        with home.lock("thing", timeout_s=30, on_wait=lambda: os.kill(holder.pid, signal.SIGKILL)):
            assert time.monotonic() - begun < 5


def test_a_lock_is_given_back_when_its_work_fails(home: Home) -> None:
    with pytest.raises(KeyboardInterrupt), home.lock("thing"):
        raise KeyboardInterrupt
    with home.lock("thing", timeout_s=0):
        pass


def test_threads_of_one_process_keep_each_other_out_too(home: Home) -> None:
    with home.lock("thing"), pytest.raises(LockHeldError), home.lock("thing", timeout_s=0):
        pass


def test_a_path_of_nobodys_home_is_a_plain_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_path("~nobody-of-that-name/x") == tmp_path / "~nobody-of-that-name/x"
    assert absolute_path("~") == Path.home()

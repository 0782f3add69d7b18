"""The control panel in a real JupyterLab: through its server, and through the kernel where the server cannot help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from beep_jupyter import Beep
from tests.environments.conftest import make_wheel
from tests.lab.conftest import Open
from tests.lab.jupyterlab import JupyterLab
from tests.lab.notebook_page import TALL
from tests.lab.panel_page import SHOWN_MS, PanelPage
from tests.runtimes.conftest import THIS_VERSION, Archive, Source
from tests.runtimes.conftest import archive as archive

pytestmark = pytest.mark.timeout(90)
PANEL = "%load_ext beep_jupyter\n%beep panel"
NOT_NOTHING = re.compile(r"^[1-9]")
ENDLESS = "%%beep_eval files\nimport time\nprint('begun')\nwhile True:\n    time.sleep(0.1)"
KINDS = {"files": "pipe", "web": "http", "calls": "grpc"}
# Builds itself when the test says so, so that the work is under way for as long as it is looked at.
BACKEND = """
import pathlib, shutil, time

def build_wheel(folder, *args, **kwargs):
    here = pathlib.Path(__file__).parent
    while not (here / "go").exists():
        time.sleep(0.05)
    (wheel,) = here.glob("*.whl")
    return shutil.copy(wheel, folder).rpartition("/")[2]
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "report"
version = "1.0"
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package that is built once its folder holds a file named `go`."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "backend.py").write_text(BACKEND)
    make_wheel(tmp_path, "report", "1.0")
    return tmp_path


@pytest.fixture
def downloads(lab: JupyterLab, archive: Archive, tmp_path: Path) -> Iterator[Source]:
    """What the home of the server downloads Pythons from, on the loopback."""
    source = Source(archive, tmp_path / "downloads.json")
    Beep(lab.home).config.set("download.list", str(source.list_file))
    yield source
    source.close()


def create(panel: PanelPage, package: Path) -> None:
    """Builds the environment `reports`, and sees that it is built."""
    panel.create("reports", str(package))
    panel.wait_text("task-state", "running", "reports")
    expect(panel.part("task-progress", "reports")).to_be_visible()
    expect(panel.part("task-text", "reports")).not_to_be_empty(timeout=SHOWN_MS)
    panel.shoot("panel-progress")
    (package / "go").touch()
    panel.wait_text("task-state", "done", "reports")
    panel.wait_text("environment-state", "ready", "reports")
    panel.press("task-dismiss", "reports")


def download(panel: PanelPage, downloads: Source) -> None:
    """Begins to download a Python that does not come, and cancels it."""
    downloads.offer("stalled")
    panel.part("download-version").fill(THIS_VERSION)
    panel.press("download")
    panel.wait_text("task-text", "Downloading Python", THIS_VERSION)
    expect(panel.part("task-progress", THIS_VERSION)).to_have_attribute("value", NOT_NOTHING, timeout=SHOWN_MS)
    panel.shoot("panel-download")
    panel.press("task-cancel", THIS_VERSION)
    panel.wait_text("task-state", "cancelled", THIS_VERSION)
    panel.press("task-dismiss", THIS_VERSION)


def interrupt(panel: PanelPage, number: int) -> None:
    """Runs a cell that does not end, and ends it while the kernel is busy with it."""
    notebook = panel.notebook
    notebook.run(number)
    expect(notebook.outputs(number)).to_contain_text(["begun"], timeout=SHOWN_MS)
    panel.wait_text("backend-state", "busy", "files")
    panel.shoot("panel", until="environments")
    panel.press("backend-interrupt", "files")
    panel.wait_text("notice", "Backend 'files' is interrupted.")
    notebook.wait_done(number)
    expect(notebook.errors(number)).to_contain_text("KeyboardInterrupt")
    panel.wait_text("backend-state", "idle", "files")


def read_log(panel: PanelPage) -> None:
    panel.press("backend-logs", "web")
    panel.wait_text("logs-text", "ready: worker")
    panel.shoot("panel-logs")
    panel.press("logs-close")
    expect(panel.part("logs")).to_be_hidden()


def test_everything_is_steered_through_the_server(opened: Open, package: Path, downloads: Source) -> None:
    panel = PanelPage(opened("panel.ipynb", PANEL, ENDLESS, view=TALL), 0)
    panel.wait_text("mode", "Through the Jupyter server")
    expect(panel.part("backends-empty")).to_be_visible()
    create(panel, package)
    download(panel, downloads)
    for name, kind in KINDS.items():
        panel.start(kind, "reports", name)
    interrupt(panel, 1)
    read_log(panel)
    for name in KINDS:
        panel.press("backend-stop", name)
        panel.wait_gone("backend", name)
    expect(panel.part("backends-empty")).to_be_visible()


def test_a_kernel_with_a_home_of_its_own_says_what_waits_and_what_is_empty(opened: Open, lab: JupyterLab) -> None:
    home = f"import os\nos.environ['BEEP_HOME'] = {str(lab.root / 'home')!r}\n"
    panel = PanelPage(opened("kernel-panel.ipynb", home + PANEL, view=TALL), 0)
    panel.wait_text("mode", "Through the kernel, since the Jupyter server has another home")
    panel.wait_text("backends-empty", "No backends run.")
    panel.wait_text("environments-empty", "No environments yet.")
    panel.shoot("panel-empty")

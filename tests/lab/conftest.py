"""One JupyterLab and one Chromium for all tests of this folder; nothing of either is left when they are done."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from beep_jupyter.backends import processes
from tests.lab.jupyterlab import JupyterLab
from tests.lab.notebook_page import VIEW, NotebookPage

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SCALE = 1.5  # of the pictures: sharp where they are shown smaller, and small enough to be kept

Open = Callable[..., NotebookPage]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it; none is downloaded."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    before = set(processes.descendants(os.getpid()))
    with sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=CHROMIUM) as started:
            yield started
    assert set(processes.descendants(os.getpid())) <= before


@pytest.fixture(scope="package")
def lab(browser: Browser) -> Iterator[JupyterLab]:
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    started = JupyterLab(folder)
    try:
        yield started
    finally:
        started.end()
        left = started.processes()
        shutil.rmtree(folder)
    assert left == []


@pytest.fixture(scope="package")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all: Lab's scripts are read and compiled once."""
    with browser.new_context(viewport=VIEW, device_scale_factor=SCALE) as made:
        yield made


@pytest.fixture
def opened(context: BrowserContext, lab: JupyterLab) -> Iterator[Open]:
    """Writes a notebook of the cells given, or takes one that is there, and opens it."""

    def opened(name: str, *cells: str, view: ViewportSize = VIEW) -> NotebookPage:
        if cells:
            lab.add(name, *cells)
        page = context.new_page()
        page.set_viewport_size(view)
        return NotebookPage(page, lab, name)

    yield opened
    for page in context.pages:
        page.close()
    lab.end_kernels()

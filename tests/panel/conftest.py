"""One kernel with a panel for the tests of a module, over a small package source, so that no network is needed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter import Beep
from beep_jupyter.home import Home
from tests.magics.conftest import let_go as let_go
from tests.magics.test_kernel import Kernel
from tests.panel.page import Page
from tests.runtimes.conftest import Archive, Source
from tests.runtimes.conftest import archive as archive
from tests.server_ext.conftest import HOST_PYTHON
from tests.server_ext.conftest import slow as slow
from tests.server_ext.conftest import source as source


@pytest.fixture(scope="module")
def panel_home(source: dict[str, str]) -> Iterator[Home]:
    """A home under a short path, in which the host's Python is the default runtime."""
    folder = Path(tempfile.mkdtemp(prefix="beep-"))
    with pytest.MonkeyPatch.context() as patch:
        places = {"BEEP_HOME": str(folder / "home"), "JUPYTER_RUNTIME_DIR": str(folder / "run")}
        for name, value in {**source, **places, "BEEP_RUNTIME_DEFAULT": HOST_PYTHON}.items():
            patch.setenv(name, value)
        yield Home()
        Beep().stop_all()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def downloads(archive: Archive, tmp_path: Path) -> Iterator[Source]:
    """A source of one Python, on the loopback."""
    source = Source(archive, tmp_path / "downloads.json")
    yield source
    source.close()


@pytest.fixture(scope="module")
def kernel(panel_home: Home) -> Iterator[Kernel]:
    """A real kernel with the extension."""
    started = Kernel()
    started.run("%load_ext beep_jupyter")
    yield started
    started.close()


@pytest.fixture(scope="module")
def page(kernel: Kernel) -> Page:
    """A page that wants events."""
    opened = Page(kernel)
    opened.say({"type": "come", "page": "one"})
    return opened

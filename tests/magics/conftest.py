"""A real IPython shell for each test, with the extension loaded where a test asks for it."""

from __future__ import annotations

import atexit
import gc
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from beep_jupyter import Beep, load_ipython_extension, unload_ipython_extension
from beep_jupyter.home import Home


@pytest.fixture
def bare_shell(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """IPython as it starts: no history on disk, no colours."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    yield shell
    shell.restore_sys_module_state()
    atexit.unregister(shell.atexit_operations)  # 0.2 s of garbage collection for each shell of a run
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(bare_shell: InteractiveShell) -> Iterator[InteractiveShell]:
    """The same with `%load_ext beep_jupyter`."""
    load_ipython_extension(bare_shell)
    yield bare_shell
    unload_ipython_extension(bare_shell)


@pytest.fixture
def legacy(home: Home) -> Iterator[str]:
    """An environment called `legacy`, of this Python and without a package; its backends end with the test."""
    manager = Beep()
    manager.environments.create("legacy", python=sys.executable)
    yield "legacy"
    manager.stop_all()


@pytest.fixture(autouse=True, scope="module")
def let_go() -> Iterator[None]:
    """Drops here what would end with the process of a command or a kernel, and of which Python warns: open clients,
    and the servers of backends that live on. Else another module's test would be blamed."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()

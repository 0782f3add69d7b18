"""Makes the modules of the server programs importable, as they are for one another, and runs a poller."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from beep_jupyter.resources import find_folder

sys.path.append(str(find_folder("servers")))

if TYPE_CHECKING:
    from poller import Poller


@pytest.fixture
def poller() -> Iterator[Poller]:
    """A poller whose thread runs as long as the test."""
    from poller import Poller

    made = Poller()
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join(5)
    assert not thread.is_alive()

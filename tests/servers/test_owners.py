"""Owners: processes and streams whose end is the backend's."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poller import Poller


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"])


def test_the_end_of_the_last_owner_is_told_once(poller: Poller) -> None:
    from owners import Owners

    told = threading.Semaphore(0)
    owners = Owners(poller, on_last=told.release)
    first, second = sleeper(), sleeper()
    for process in (first, second, first):
        owners.add(process.pid)
    assert owners.first == first.pid
    for process in (first, second):
        assert not told.acquire(timeout=0.1)
        process.kill()
        process.wait()
    assert told.acquire(timeout=2)
    assert owners.first is None
    assert not told.acquire(timeout=0.1)


def test_the_end_of_a_stream_is_the_end_of_its_owner(poller: Poller) -> None:
    from owners import Owners

    told = threading.Event()
    reading, writing = os.pipe()
    Owners(poller, on_last=told.set).add(os.getpid(), stream=reading)
    assert not told.wait(0.1)
    os.close(writing)
    assert told.wait(2)
    os.close(reading)


def test_an_owner_that_has_ended_already_counts_as_ended(poller: Poller) -> None:
    from owners import Owners

    told, process = threading.Event(), sleeper()
    process.kill()
    process.wait()
    Owners(poller, on_last=told.set).add(process.pid)
    assert told.wait(2)


def test_an_owner_elsewhere_lasts_as_long_as_its_stream(poller: Poller) -> None:
    from owners import Owners

    told = threading.Event()
    owners = Owners(poller, on_last=told.set)
    release_first, release_second = owners.hold(), owners.hold()
    assert owners.first == 0
    release_first()
    assert not told.wait(0.1)
    release_second()
    assert told.wait(2)

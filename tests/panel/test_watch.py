"""What runs is looked at on, whatever a look met."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from beep_jupyter.panel import watch as watching
from beep_jupyter.panel.watch import Watch


def test_a_look_that_fails_in_a_way_that_nobody_foresaw_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_S", 0.01)
    looks: list[Any] = [OSError("no more files"), [{"name": "a", "state": "idle"}]]
    told: queue.Queue[Any] = queue.Queue()

    def look() -> list[dict[str, Any]]:
        found = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    watch = Watch(look, lambda name, data: told.put((name, data)))
    watch.come("page")
    try:
        assert told.get(timeout=5) == ("backend", {"name": "a", "state": "idle"})
    finally:
        watch.stop()

"""What runs is looked at on, whatever a look met."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from beep_jupyter.models import Health
from beep_jupyter.server_ext import watch as watching
from beep_jupyter.server_ext.feed import Feed
from beep_jupyter.server_ext.watch import Watch

HERE = Health("idle", 1, 2, "3.11.2", 1, 0.0, 0, ["default"], "a", "pipe", "legacy", "unix:/a", None)


def test_a_look_that_fails_in_a_way_that_nobody_foresaw_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_S", 0.01)
    looks: list[Any] = [OSError("no more files"), [HERE]]

    def look() -> list[Health]:
        found = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(found, Exception):
            raise found
        return list(found)

    async def first_news() -> str:
        watch = Watch(look, Feed())
        with watch.listening() as listener:
            _, facts = await anext(aiter(listener))
        watch.stop()
        return str(facts["name"])

    assert asyncio.run(asyncio.wait_for(first_news(), 5)) == "a"

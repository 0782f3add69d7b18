"""What is told of a task, whatever happens while it is told."""

from __future__ import annotations

import asyncio

from beep_jupyter.server_ext.feed import Feed
from beep_jupyter.server_ext.handlers import _from_now
from beep_jupyter.server_ext.task import Task


def test_an_end_that_comes_while_the_first_event_is_sent_is_told_too() -> None:
    async def follow() -> list[str]:
        task = Task("environments.create", "a", {}, Feed())
        with task.feed.listening() as listener:
            events = _from_now(task, listener)
            seen = [await anext(events)]
            task.cancel()
            seen += [event async for event in events]
        return [data["state"] for _, data in seen]

    assert asyncio.run(follow()) == ["pending", "cancelled"]

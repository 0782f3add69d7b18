"""News go to every listener, in order; one that does not listen is let go and costs no memory."""

from __future__ import annotations

import asyncio

from beep_jupyter.server_ext.feed import MOST_WAITING, Feed


def test_every_listener_gets_what_was_told_while_it_listened() -> None:
    async def listen() -> list[list[str]]:
        feed = Feed()
        feed.tell("before", {})
        with feed.listening() as first:
            feed.tell("both", {})
            with feed.listening() as second:
                feed.tell("last", {})
            feed.tell("one", {})
            feed.close()
            second.close()
            return [[name async for name, _ in listener] for listener in (first, second)]

    assert asyncio.run(listen()) == [["both", "last", "one"], ["last"]]


def test_a_listener_that_falls_behind_is_let_go() -> None:
    async def fall_behind() -> int:
        feed = Feed()
        with feed.listening() as listener:
            for _ in range(3 * MOST_WAITING):
                feed.tell("news", {})
            return len([event async for event in listener])

    assert asyncio.run(fall_behind()) == MOST_WAITING


def test_nobody_is_heard_behind_the_last_listener() -> None:
    feed = Feed()

    async def listen() -> bool:
        with feed.listening():
            return feed.is_heard

    assert asyncio.run(listen())
    assert not feed.is_heard

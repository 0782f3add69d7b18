"""Which interrupts raise, and when: the rules alone, with real signals and a channel that only hands over headers."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from beep_jupyter.worker.coroutines import PersistentLoop
from beep_jupyter.worker.interrupts import Interrupts

Key = tuple[int, int]


class Channel:
    """What the server sent and the worker has not looked at yet."""

    def __init__(self) -> None:
        self.is_receiving = False
        self.waiting: list[Key] = []
        self._here: list[Key] = []

    def receive(self) -> None:
        self._here, self.waiting = self._here + self.waiting, []

    def take_interrupts(self) -> list[dict[str, Any]]:
        taken, self._here = self._here, []
        return [{"type": "interrupt", "connection": connection, "request": request} for connection, request in taken]


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def interrupts(channel: Channel) -> Iterator[Interrupts]:
    before = signal.getsignal(signal.SIGINT)
    made = Interrupts(channel)
    made.install()
    yield made
    signal.signal(signal.SIGINT, before)


def interrupt(channel: Channel, *keys: Key) -> None:
    """What the server does: it writes, then it signals."""
    channel.waiting.extend(keys)
    signal.raise_signal(signal.SIGINT)


def test_the_request_that_runs_is_interrupted(interrupts: Interrupts, channel: Channel) -> None:
    interrupts.arm((1, 1))
    with pytest.raises(KeyboardInterrupt):
        interrupt(channel, (1, 1))


def test_who_stands_back_leaves_all_in_the_channel_and_remembers_that_something_came(
    interrupts: Interrupts, channel: Channel
) -> None:
    interrupts.stands_back = True
    interrupt(channel, (1, 1))
    assert channel.waiting == [(1, 1)]
    assert interrupts.was_called


def test_an_interrupt_raises_once(interrupts: Interrupts, channel: Channel) -> None:
    interrupts.arm((1, 1))
    with pytest.raises(KeyboardInterrupt):
        interrupt(channel, (1, 1))
    signal.raise_signal(signal.SIGINT)
    interrupts.disarm()
    interrupts.arm((1, 2))
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("key", [(1, 4), (2, 5), (1, 6)])
def test_an_interrupt_of_another_request_does_not_raise(interrupts: Interrupts, channel: Channel, key: Key) -> None:
    interrupts.arm((1, 5))
    interrupt(channel, key)
    interrupts.disarm()


def test_a_signal_that_nobody_addressed_is_ignored(interrupts: Interrupts, channel: Channel) -> None:
    signal.raise_signal(signal.SIGINT)
    interrupts.arm((1, 1))
    signal.raise_signal(signal.SIGINT)
    interrupts.disarm()
    signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_comes_first_waits_for_its_request(interrupts: Interrupts, channel: Channel) -> None:
    interrupt(channel, (1, 2))
    interrupts.arm((1, 1))
    interrupts.disarm()
    with pytest.raises(KeyboardInterrupt):
        interrupts.arm((1, 2))


def test_an_interrupt_that_comes_too_late_hits_nobody(interrupts: Interrupts, channel: Channel) -> None:
    interrupts.arm((1, 1))
    interrupts.disarm()
    interrupt(channel, (1, 1))
    interrupts.arm((1, 2))
    interrupts.disarm()
    interrupts.arm((2, 1))
    interrupts.disarm()


def test_an_interrupt_waits_for_the_end_of_a_send(interrupts: Interrupts, channel: Channel) -> None:
    interrupts.arm((1, 1))
    interrupts.hold()
    interrupt(channel, (1, 1))
    interrupts.hold()
    interrupts.release()
    with pytest.raises(KeyboardInterrupt):
        interrupts.release()


def test_a_send_of_another_thread_holds_nothing(interrupts: Interrupts, channel: Channel) -> None:
    interrupts.arm((1, 1))
    thread = threading.Thread(target=interrupts.hold)
    thread.start()
    thread.join()
    with pytest.raises(KeyboardInterrupt):
        interrupt(channel, (1, 1))


def test_a_signal_while_the_channel_is_read_leaves_it_to_the_reader(interrupts: Interrupts, channel: Channel) -> None:
    interrupts.arm((1, 1))
    channel.is_receiving = True
    interrupt(channel, (1, 1))
    assert channel.waiting == [(1, 1)]


def test_an_interrupt_that_the_loop_read_raises_when_the_request_begins(interrupts: Interrupts) -> None:
    interrupts.note((1, 1))
    with pytest.raises(KeyboardInterrupt):
        interrupts.arm((1, 1))


def test_a_closed_connection_leaves_nothing_to_a_later_one(interrupts: Interrupts, channel: Channel) -> None:
    interrupts.arm((1, 9))
    interrupts.disarm()
    interrupt(channel, (1, 10), (2, 1))
    interrupts.forget(1)
    interrupts.arm((1, 10))
    interrupts.disarm()
    with pytest.raises(KeyboardInterrupt):
        interrupts.arm((2, 1))


def test_a_handler_that_the_code_set_is_replaced_before_the_next_request(
    interrupts: Interrupts, channel: Channel
) -> None:
    heard = []
    signal.signal(signal.SIGINT, lambda *_: heard.append("the code's"))
    interrupts.arm((1, 1))
    interrupt(channel, (1, 1))
    assert heard == ["the code's"]
    interrupts.disarm()
    interrupts.install()
    interrupts.arm((1, 2))
    with pytest.raises(KeyboardInterrupt):
        interrupt(channel, (1, 2))


def test_an_interrupt_just_before_a_cell_begins_in_its_loop_keeps_it_from_beginning(interrupts: Interrupts) -> None:
    loop, ran = PersistentLoop(interrupts), []

    async def cell() -> None:
        ran.append(1)

    before = loop._loop.run_until_complete

    def run_late(task: object) -> object:
        assert interrupts.instead is not None
        assert interrupts.instead()
        return before(task)  # type: ignore[arg-type]

    loop._loop.run_until_complete = run_late  # type: ignore[assignment, method-assign]
    with pytest.raises(KeyboardInterrupt):
        loop.run(cell())
    assert ran == []
    loop._loop.close()
    asyncio.set_event_loop(None)

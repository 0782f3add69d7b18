"""The relay: frames between the loop and a worker, held back where nobody takes them."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from beep_jupyter.worker.wire import pack

from http_relay import MAX_WAITING_FRAMES, BrokenError, Relay


def with_relay(work: Any) -> None:
    """Runs work(relay, the worker's end)."""

    async def run() -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        _, relay = await loop.create_connection(lambda: Relay("default", 1, "a.1", False), sock=ours)
        with theirs:
            await work(relay, theirs)
        relay.close()
        await asyncio.sleep(0)

    asyncio.run(run())


def frame(number: int) -> bytes:
    return b"".join(pack({"id": number}, [b"data"]))


def test_frames_arrive_in_order_however_they_are_cut() -> None:
    async def work(relay: Relay, worker: socket.socket) -> None:
        data = b"".join(map(frame, range(3)))
        for byte in range(len(data)):
            worker.sendall(data[byte : byte + 1])
            await asyncio.sleep(0)
        got = [await relay.receive() for _ in range(3)]
        assert [header["id"] for header, _ in got] == [0, 1, 2]
        assert bytes(got[0][1][0]) == b"data"

    with_relay(work)


def test_a_worker_is_not_read_on_while_nobody_takes_its_frames() -> None:
    async def work(relay: Relay, worker: socket.socket) -> None:
        worker.setblocking(False)
        sent = 0
        for _ in range(200):
            try:
                while True:
                    worker.sendall(frame(sent))
                    sent += 1
            except BlockingIOError:
                await asyncio.sleep(0)
        assert len(relay._frames) < 20_000, "it took in what the worker said without an end"
        assert relay._is_paused
        for number in range(MAX_WAITING_FRAMES):
            assert (await relay.receive())[0]["id"] == number

    with_relay(work)


def test_the_workers_end_comes_behind_its_last_words() -> None:
    async def work(relay: Relay, worker: socket.socket) -> None:
        worker.sendall(frame(1))
        worker.close()
        assert (await relay.receive())[0] == {"id": 1}
        with pytest.raises(BrokenError):
            await relay.receive()
        assert not relay.is_open

    with_relay(work)


def test_what_is_no_frame_ends_the_conversation() -> None:
    async def work(relay: Relay, worker: socket.socket) -> None:
        worker.sendall(b"\xff" * 16)
        with pytest.raises(BrokenError):
            await relay.receive()

    with_relay(work)


def test_who_gives_a_request_up_ends_no_other() -> None:
    async def work(relay: Relay, worker: socket.socket) -> None:
        relay.request = 2
        relay.leave(1)
        assert relay.is_open
        relay.leave(2)
        assert not relay.is_open

    with_relay(work)

"""Clients behind a bad line: late, in pieces, cut off, reset. Nothing hangs, nothing is run twice."""

from __future__ import annotations

import json
import random

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.errors import ConnectionLostError

from .fault_proxy import FaultProxy, Faults
from .waiting import wait_until

BYTES = bytes(range(256)) * 40


def through(beep: Beep, backend: Backend, proxy: FaultProxy) -> Backend:
    token = json.loads(backend.connection_file.read_text())["token"]
    return beep.connect(proxy.address, token)


def test_bytes_that_come_one_by_one_make_the_same_values(beep: Beep, host_backend: Backend) -> None:
    with FaultProxy(host_backend.address, Faults(is_sliced=True, seed=1)) as proxy:
        with through(beep, host_backend, proxy) as client:
            client.put(data=BYTES)
            assert client.get("data") == BYTES
            execution = client.execute("print('ä' * 500)\nlen(data)")
            assert execution.result == len(BYTES)
            assert execution.outputs[0]["text"] == "ä" * 500 + "\n"


def test_a_slow_line_only_takes_longer(beep: Beep, host_backend: Backend) -> None:
    with FaultProxy(host_backend.address, Faults(latency_s=0.02)) as proxy:
        with through(beep, host_backend, proxy) as client:
            assert client.evaluate("40 + 2") == 42
            assert client.health().state == "idle"


@pytest.mark.parametrize("is_reset", [False, True], ids=["cut", "reset"])
def test_a_line_that_breaks_is_one_error_of_ours_and_no_call_runs_twice(
    beep: Beep, host_backend: Backend, is_reset: bool
) -> None:
    chance, breaks, done = random.Random(3), 3, 0
    host_backend.evaluate("count = 0")
    with FaultProxy(host_backend.address, Faults()) as proxy, through(beep, host_backend, proxy) as client:
        for _ in range(breaks):
            client.close()
            assert wait_until(lambda: proxy.is_quiet)  # gRPC may give an ending connection to the next channel
            proxy.faults = Faults(cut_at=chance.randint(1, 3000), is_reset=is_reset)
            done += calls_until_it_breaks(client)
        client.close()
        proxy.faults = Faults()
        assert done <= client.evaluate("count") <= done + breaks


def calls_until_it_breaks(client: Backend) -> int:
    """How many were answered; what the last one got instead is an error of the connection."""
    for done in range(1000):
        try:
            client.evaluate("count += 1\n'x' * 200")
        except ConnectionLostError:
            return done
    raise AssertionError("the line did not break")

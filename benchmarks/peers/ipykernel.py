"""ipykernel through jupyter_client: what a notebook talks to. Arrays go as buffers of comm messages."""

from __future__ import annotations

import queue
import time
from typing import Any

from ..contestant import Contestant

_TARGET = """
import os
def _open(comm, message):
    def receive(message):
        global x
        import numpy
        if message["content"]["data"] == "put":
            x = numpy.frombuffer(message["buffers"][0])
            comm.send("kept")
        else:
            comm.send("given", buffers=[x])
    comm.on_msg(receive)
get_ipython().kernel.comm_manager.register_target("bench", _open)
"""
WAIT_S = 60


class Ipykernel(Contestant):
    """A kernel of its own and a blocking client."""

    name = "ipykernel"
    what = "ipykernel through jupyter_client; arrays as comm buffers"
    libraries = ("ipykernel", "jupyter_client")
    distribution = "ipykernel"

    def __init__(self) -> None:
        self._manager: Any = None
        self._client: Any = None
        self._comm = ""

    def start(self) -> None:
        from jupyter_client.manager import KernelManager

        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel()
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=WAIT_S)
        self._comm = ""

    def close(self) -> None:
        if self._manager is not None:
            self._client.stop_channels()
            self._manager.shutdown_kernel(now=True)
            self._manager.cleanup_resources()
            self._manager = None

    def call(self) -> Any:
        return self._evaluate("1 + 1")

    def worker_pid(self) -> int:
        return int(self._evaluate("__import__('os').getpid()"))

    def put(self, array: Any) -> None:
        self._exchange("put", [memoryview(array)])

    def read(self) -> float:
        total: float = self._evaluate("float(x.sum())")
        return total

    def get(self) -> Any:
        import numpy

        return numpy.frombuffer(self._exchange("get", [])["buffers"][0])

    def lines(self, count: int) -> int:
        seen = 0

        def see(message: dict[str, Any]) -> None:
            nonlocal seen
            if message["msg_type"] == "stream":
                seen += message["content"]["text"].count("\n")

        self._client.execute_interactive(
            f"for i in range({count}): print(i)", output_hook=see, store_history=False, timeout=WAIT_S
        )
        return seen

    def _evaluate(self, code: str) -> Any:
        """By a user expression: the quickest way, one message there and one back."""
        request = self._client.execute("", silent=True, user_expressions={"value": code})
        while True:
            reply = self._client.get_shell_msg(timeout=WAIT_S)
            if reply["parent_header"].get("msg_id") == request:
                return eval(reply["content"]["user_expressions"]["value"]["data"]["text/plain"])

    def _exchange(self, order: str, buffers: list[Any]) -> Any:
        """One comm message there and one back."""
        if not self._comm:
            self._open_comm()
        self._drain()
        self._send("comm_msg", {"comm_id": self._comm, "data": order}, buffers)
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            message = self._client.get_iopub_msg(timeout=WAIT_S)
            if message["msg_type"] == "comm_msg":
                return message
        raise TimeoutError("no comm message came back")

    def _open_comm(self) -> None:
        self._client.execute_interactive(_TARGET, store_history=False, timeout=WAIT_S)
        self._comm = "bench"
        self._send("comm_open", {"comm_id": self._comm, "target_name": "bench", "data": {}}, [])

    def _send(self, kind: str, content: dict[str, Any], buffers: list[Any]) -> None:
        session = self._client.session
        session.send(self._client.shell_channel.socket, session.msg(kind, content), buffers=buffers)

    def _drain(self) -> None:
        """What calls have left on the channel of outputs."""
        while True:
            try:
                self._client.get_iopub_msg(timeout=0)
            except queue.Empty:
                return

"""A channel to a gRPC backend, with its stubs and the metadata that every call bears. Runs in clients."""

from __future__ import annotations

from typing import Any

import grpc

from ..worker.wire import PROTOCOL
from ._proto import beep_pb2_grpc
from .grpc_messages import MESSAGE_BYTES

OPTIONS = (
    ("grpc.enable_retries", 0),  # a cell is never run twice
    ("grpc.enable_http_proxy", 0),  # a backend is on this machine
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.use_local_subchannel_pool", 1),  # or a fork takes its parent's connection for the same address
    ("grpc.max_metadata_size", 1 << 24),  # errors come whole, with what was printed before
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
)


class GrpcChannel:
    """A connection, made when it is first used.

    Attributes:
        python, venv, control: the stubs of the three services.
        metadata: what every call must bear.
    """

    def __init__(self, address: str, token: str) -> None:
        self._channel = grpc.insecure_channel(address, options=OPTIONS)
        self.metadata = (
            ("authorization", f"Bearer {token}"),
            ("beep-protocol", str(PROTOCOL)),
            ("beep-errors", "whole"),
        )
        self.python: Any = beep_pb2_grpc.PythonServiceStub(self._channel)  # type: ignore[no-untyped-call]  # generated
        self.venv: Any = beep_pb2_grpc.VenvServiceStub(self._channel)  # type: ignore[no-untyped-call]  # generated
        self.control: Any = beep_pb2_grpc.ControlServiceStub(self._channel)  # type: ignore[no-untyped-call]  # generated

    def close(self) -> None:
        """Ends the connection and all calls on it."""
        self._channel.close()

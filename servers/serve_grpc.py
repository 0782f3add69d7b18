"""Serves one backend over gRPC on a loopback port. Runs in the gRPC server.

The sync server: a relayed call is 1.13 times a bare one with it and 1.24 times with that of asyncio (measured). The
poller has the main thread, which gRPC leaves free.
"""

from __future__ import annotations

import socket
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from beep_jupyter.backends.grpc_messages import MESSAGE_BYTES
from beep_jupyter.backends.grpc_rpcs import CONTROL, PYTHON, VENV

from grpc_control import MAX_STREAMS, ControlService
from grpc_conversation import MAX_CALLS, Conversations
from grpc_gate import Gate
from grpc_services import Answering, PythonService
from grpc_threads import RpcThreads
from grpc_venv import VenvService
from life import Life, read_order, report_unspawnable
from spawn import Process

HOST = "127.0.0.1"
THREADS = MAX_CALLS + MAX_STREAMS + 32  # made as they are needed; the last are for what must never wait
GRACE_S = 0.3  # what calls under way are given at the end; their workers have ended by then
METADATA_BYTES = 1 << 16
OPTIONS = (
    ("grpc.so_reuseport", 0),  # or a second server could take the same port
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_metadata_size", METADATA_BYTES),
)


def serve(first: Process | OSError) -> int:
    """Runs until the backend is stopped; returns the exit status.

    Args:
        first: the default session's worker, already spawned, or why it could not be.
    """
    order = read_order()
    if isinstance(first, OSError):
        return report_unspawnable(first)
    ended = []
    life = Life(order, on_stopped=lambda: ended.append(server.stop(GRACE_S)))
    server = grpc.server(RpcThreads(THREADS), interceptors=[Gate(life.token)], options=OPTIONS)
    life.begin(first)
    _add_services(server, life)
    try:
        port = server.add_insecure_port(f"{HOST}:{order['port']}")
        life.open(f"{HOST}:{port}", server.start)
    except RuntimeError:
        life.fail(_why_not(order["port"]), "Take another `--port`, or leave it out: a free one is found.")
    life.poller.run()
    for end in ended:
        end.wait(2 * GRACE_S)
    return 0


def _add_services(server: Any, life: Life) -> None:
    answering, conversations = Answering(life), Conversations(life)
    python, control = (
        PythonService(life, answering, conversations),
        ControlService(life, answering, conversations.relays),
    )
    handlers = {
        PYTHON: python.handlers() | control.python_handlers(),
        VENV: VenvService(life, answering, control.streams).handlers(),
        CONTROL: control.handlers(),
    }
    names = [f"beep.v1.{service}" for service in handlers]
    for name, found in zip(names, handlers.values(), strict=True):
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, found),))
    checks = health.HealthServicer()
    for name in ("", *names):
        checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection((*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)


def _why_not(port: int) -> str:
    """Why a port cannot be had, which gRPC does not say."""
    with socket.socket() as trial:
        try:
            trial.bind((HOST, port))
        except OSError as error:
            return f"port {port} of {HOST} cannot be had: {error.strerror}"
    return f"port {port} of {HOST} cannot be had"

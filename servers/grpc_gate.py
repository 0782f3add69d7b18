"""Who may come in: one gate before every RPC, the unknown ones too, and before a request's body is read.

Runs in the gRPC server. Whoever has no token learns one thing only, in the same words for every reason.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import grpc

from beep_jupyter.worker.wire import PROTOCOL

from control import Refused
from grpc_status import abort


class Gate(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Looks at the metadata of each call.

    Args:
        token: what `authorization: Bearer TOKEN` must bear.
    """

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()
        self._stranger = _refuse("unauthenticated", "wrong or missing token")

    def intercept_service(
        self, continuation: Callable[[Any], grpc.RpcMethodHandler], handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler:
        """The handler of a call that may come in, or one that refuses it."""
        metadata = dict(handler_call_details.invocation_metadata)
        shown = metadata.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, self._expected):
            return self._stranger
        spoken = metadata.get("beep-protocol")
        if spoken is not None and spoken != str(PROTOCOL):
            return _refuse("protocol", f"the backend speaks protocol {PROTOCOL}, the client {spoken:.20}")
        return continuation(handler_call_details)


def _refuse(code: str, message: str) -> grpc.RpcMethodHandler:
    """Refuses any call. One that takes a stream and reads nothing of it: a unary handler would be given the body."""

    def refuse(_: Any, context: grpc.ServicerContext) -> None:
        abort(context, Refused(code, message), [])

    return grpc.stream_stream_rpc_method_handler(refuse)

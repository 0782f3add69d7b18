"""The RPCs that reach a worker: each reads its message, has it carried out, writes the reply. In the gRPC server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from beep_jupyter.backends._proto import beep_pb2
from beep_jupyter.backends.grpc_messages import CHUNK_BYTES, MESSAGE_BYTES, MalformedFieldError, parse, reply_form
from beep_jupyter.backends.grpc_rpcs import PYTHON, SESSION_PLANE, Rpc, rpcs_of
from beep_jupyter.worker.wire import AFTER_HELLO

from control import Refused
from endings import Frame
from grpc_conversation import Asked, Conversation, Conversations
from grpc_status import abort
from life import Life

Answer = Callable[[Any, grpc.ServicerContext], Any]  # of one message, or of an iterator of them


class Answering:
    """What stands between gRPC and the code that carries out an RPC: parsing, and the end with an error.

    Args:
        rpc: whose messages come.
    """

    def __init__(self, life: Life) -> None:
        self._log = life.log

    def unary(self, rpc: Rpc, answer: Answer) -> grpc.RpcMethodHandler:
        """A handler of one message with one reply."""

        def handle(body: bytes, context: grpc.ServicerContext) -> Message | None:
            try:
                return answer(_parsed(rpc.request.kind, body), context)
            except Exception as error:  # noqa: BLE001  the surface's boundary
                self._end(context, error)
                return None

        return grpc.unary_unary_rpc_method_handler(handle, None, rpc.reply.kind.SerializeToString)

    def streaming(self, rpc: Rpc, answer: Answer) -> grpc.RpcMethodHandler:
        """A handler of one message with a stream of replies."""

        def handle(body: bytes, context: grpc.ServicerContext) -> Iterator[Message]:
            try:
                yield from answer(_parsed(rpc.request.kind, body), context)
            except Exception as error:  # noqa: BLE001  the surface's boundary
                self._end(context, error)

        return grpc.unary_stream_rpc_method_handler(handle, None, rpc.reply.kind.SerializeToString)

    def streamed(self, rpc: Rpc, answer: Answer) -> grpc.RpcMethodHandler:
        """A handler of a stream of messages with one reply."""

        def handle(bodies: Iterator[bytes], context: grpc.ServicerContext) -> Message | None:
            try:
                messages = (_parsed(rpc.request.kind, body) for body in bodies)
                return answer(messages, context)
            except Exception as error:  # noqa: BLE001  the surface's boundary
                self._end(context, error)
                return None

        return grpc.stream_unary_rpc_method_handler(handle, None, rpc.reply.kind.SerializeToString)

    def _end(self, context: grpc.ServicerContext, error: Exception) -> None:
        trailing = list(context.trailing_metadata() or ())
        if isinstance(error, Refused):
            abort(context, error, trailing)
        if isinstance(error, (MalformedFieldError, DecodeError)):
            abort(context, Refused("bad_request", str(error)), trailing)
        if context.is_active():  # else it is the client's leaving, noticed by who read its stream
            self._log(f"an RPC failed: {type(error).__name__}: {error}")
        abort(context, Refused("internal", "the backend failed; its log says how"), trailing)


class PythonService:
    """The session plane."""

    def __init__(self, life: Life, answering: Answering, conversations: Conversations) -> None:
        self._answering = answering
        self._conversations = conversations
        self._rpcs = rpcs_of(PYTHON)

    def handlers(self) -> dict[str, grpc.RpcMethodHandler]:
        """The handlers of the RPCs that reach a worker, by name."""
        plain = {
            name: self._answering.unary(self._rpcs[name], self._plain(command, self._rpcs[name]))
            for command, name in SESSION_PLANE.items()
        }
        return plain | {
            "Execute": self._answering.streaming(self._rpcs["Execute"], self.execute),
            "GetVariable": self._answering.streaming(self._rpcs["GetVariable"], self.get_variable),
            "PutVariable": self._answering.streamed(self._rpcs["PutVariable"], self.put_variable),
            "SendInput": self._answering.unary(self._rpcs["SendInput"], self.send_input),
        }

    def _plain(self, command: str, rpc: Rpc) -> Answer:
        """How an RPC is answered whose messages hold a command's fields and those of its reply."""

        def answer(message: Any, context: grpc.ServicerContext) -> Message:
            fields, buffers = rpc.request.read(message)
            asked = Asked(context, message.session, command, fields, buffers, timeout_s=_limit_of(message))
            outputs, (header, parts) = self._carry_out(asked)
            _check_size(parts)
            return rpc.reply.write(header["fields"], parts, outputs=outputs)

        return answer

    def execute(self, message: Any, context: grpc.ServicerContext) -> Iterator[Message]:
        """Outputs as they come, and last the reply."""
        fields, buffers = self._rpcs["Execute"].request.read(message)
        asked = Asked(context, message.session, "execute", fields, buffers, timeout_s=_limit_of(message))
        with Conversation(self._conversations, asked) as conversation:
            _introduce(conversation, asked)
            conversation.send()
            try:
                while (frame := conversation.receive())[0]["type"] == "event":
                    yield _event(frame[0])
            except Refused as refused:
                for output in refused.facts.pop("outputs", ()):
                    yield beep_pb2.ExecuteEvent(output=json.dumps(output))
                raise
            reply, parts = frame[0]["fields"], frame[1]
            _check_size(parts)
            yield beep_pb2.ExecuteEvent(reply=_EXECUTE_REPLY.write(reply, parts))
            conversation.check_time(reply)

    def get_variable(self, message: Any, context: grpc.ServicerContext) -> Iterator[Message]:
        """The head, and then the memory in pieces."""
        asked = Asked(context, message.session, "get", {"name": message.name}, timeout_s=_limit_of(message))
        outputs, (header, buffers) = self._carry_out(asked)
        fields = header["fields"]
        if fields.get("isHandle"):
            yield self._rpcs["GetVariable"].reply.write(fields, outputs=outputs)
            return
        head = beep_pb2.VariableHead(name=message.name, tree=json.dumps(fields["value"]))
        head.buffer_sizes.extend(map(len, buffers))
        yield beep_pb2.GetVariableReply(head=head, outputs=outputs)
        for buffer in buffers:
            view = memoryview(buffer)
            for start in range(0, len(view), CHUNK_BYTES):
                yield beep_pb2.GetVariableReply(data=bytes(view[start : start + CHUNK_BYTES]))

    def put_variable(self, messages: Iterator[Any], context: grpc.ServicerContext) -> Message:
        """The memory goes on to the worker as it comes, so that this process holds none of it."""
        first = next(messages, None)
        if first is None or not first.HasField("head"):
            raise Refused("bad_request", "the first message of PutVariable must have a head")
        head = first.head
        if len(head.buffer_sizes) > AFTER_HELLO.buffers or any(
            size > AFTER_HELLO.buffer_bytes for size in head.buffer_sizes
        ):
            raise Refused("too_large", "the head declares more memory than any backend takes")
        fields = {"values": {head.name: parse(head.tree, "tree")}}
        pieces = _exactly(sum(head.buffer_sizes), messages)
        sizes = list(head.buffer_sizes)
        asked = Asked(context, first.session, "put", fields, timeout_s=_limit_of(head), sizes=sizes, pieces=pieces)
        outputs, (header, _) = self._carry_out(asked)
        notes = header["fields"].get("notes", {})
        return beep_pb2.PutVariableReply(success=True, notes=notes, outputs=outputs)

    def send_input(self, message: Any, context: grpc.ServicerContext) -> Message:
        """Never waits: the answer goes behind the request that asked."""
        text = message.text if message.HasField("text") else None
        self._conversations.send_input(message.request, text)
        return beep_pb2.SuccessReply(success=True)

    def _carry_out(self, asked: Asked) -> tuple[list[str], Frame]:
        """The outputs, as JSON, and the reply. What was printed before an error goes with it."""
        outputs: list[dict[str, Any]] = []
        try:
            with Conversation(self._conversations, asked) as conversation:
                _introduce(conversation, asked)
                conversation.send()
                while (frame := conversation.receive())[0]["type"] == "event":
                    outputs.append(frame[0]["fields"])
        except Refused as refused:
            refused.facts["outputs"] = outputs + refused.facts.get("outputs", [])
            raise
        return [json.dumps(output) for output in outputs], frame


def _parsed(kind: type[Message], body: bytes) -> Message:
    message = kind()
    message.ParseFromString(body)
    return message


def _introduce(conversation: Conversation, asked: Asked) -> None:
    """Names the worker that carries out a call in the trailing metadata, unless the client knows it."""
    if conversation.incarnation != asked.known:
        asked.context.set_trailing_metadata((("beep-incarnation", conversation.incarnation),))


def _event(header: dict[str, Any]) -> Message:
    """The message of an event of `execute`."""
    if header["event"] == "input_request":
        return beep_pb2.ExecuteEvent(input_request=beep_pb2.InputRequest(**header["fields"]))
    return beep_pb2.ExecuteEvent(output=json.dumps(header["fields"]))


def _limit_of(message: Any) -> float | None:
    """The time limit that a message sets, in seconds."""
    if not message.HasField("timeout_s"):
        return None
    if not 0 <= message.timeout_s < float("inf"):
        raise Refused("bad_request", "field 'timeout_s' must be a number of seconds")
    return float(message.timeout_s)


def _check_size(buffers: Any) -> None:
    if buffers and sum(map(len, buffers)) > MESSAGE_BYTES - CHUNK_BYTES:
        cure = "Give it a name there, and get that: it comes in pieces."
        raise Refused("transfer", f"its memory is larger than a message may be ({MESSAGE_BYTES} bytes)", {"cure": cure})


def _exactly(size: int, messages: Iterator[Any]) -> Iterator[bytes]:
    """The pieces of a stream that must make up so many bytes.

    Raises:
        Refused: it ends early, or goes on.
    """
    left = size
    for message in messages:
        left -= len(message.data)
        if left < 0:
            raise Refused("bad_request", f"more than the {size} bytes came that the head declares")
        yield message.data
    if left:
        raise Refused("bad_request", f"the stream ended {left} bytes before what the head declares")


_EXECUTE_REPLY = reply_form("ExecuteReply")

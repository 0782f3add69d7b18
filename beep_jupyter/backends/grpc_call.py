"""One request of the session plane over gRPC, on the thread that calls. Runs in clients."""

from __future__ import annotations

import json
from _thread import start_new_thread
from collections.abc import Iterator, Sequence
from typing import Any

import grpc

from ._proto import beep_pb2
from .grpc_channel import GrpcChannel
from .grpc_errors import wire_error
from .grpc_messages import CHUNK_BYTES, MESSAGE_BYTES, MalformedFieldError, reply_form
from .grpc_rpcs import PYTHON, SESSION_PLANE, rpcs_of
from .interrupting import InterruptedCall
from .prompting import prompt
from .relayed_transport import Request
from .transport import Reply

INTERRUPT_S = 5.0  # the longest that the control plane, which waits for nobody, takes

Metadata = tuple[tuple[str, str], ...]

_RPCS = rpcs_of(PYTHON)
_BY_COMMAND = {command: _RPCS[name] for command, name in SESSION_PLANE.items()}
_EXECUTE_REPLY = reply_form("ExecuteReply")


class Call:
    """One request.

    Attributes:
        incarnation: of the worker that answered, when it is another one than the known.
    """

    __slots__ = ("_addressed", "_channel", "_interruptible", "_metadata", "_request", "incarnation")

    def __init__(self, channel: GrpcChannel, request: Request) -> None:
        self.incarnation: str | None = None
        self._interruptible = InterruptedCall(self._interrupt, from_handler=self._interrupt_soon)
        self._addressed: dict[str, Any] = {"session": request.session, "timeout_s": request.timeout_s}
        self._channel = channel
        self._metadata: Metadata = (*channel.metadata, ("beep-request", request.key))
        if request.known is not None:
            self._metadata += (("beep-incarnation", request.known),)
        if request.accepts:
            self._metadata += (("beep-accepts", request.accepts),)
        self._request = request

    def carry_out(self) -> Reply:
        """The reply, or an error as the wire has it.

        Raises:
            grpc.RpcError: it failed without a word of the backend.
        """
        command, fields, buffers = self._request.command, self._request.fields, self._request.buffers
        try:
            with self._interruptible:
                if command == "execute":
                    return self._execute(fields, buffers)
                if command == "put":
                    return self._put(fields["values"], buffers)
                if command == "get":
                    return self._get(fields["name"])
                return self._plain(command, fields, buffers)
        except MalformedFieldError as error:
            return Reply(error={"code": "bad_request", "message": str(error)})
        except grpc.RpcError as failed:
            found = wire_error(failed)
            if found is None:
                raise
            self._note(failed)
            for output in found.pop("outputs", ()):
                self._deliver(output)
            return Reply(error=found, is_late=found["code"] == "timeout")

    def _plain(self, command: str, fields: dict[str, Any], buffers: Sequence[Any]) -> Reply:
        rpc = _BY_COMMAND[command]
        if buffers and (refused := _too_large(buffers)):
            return refused
        message = rpc.request.write(fields, buffers, **self._addressed)
        reply, ended = getattr(self._channel.python, rpc.name).with_call(message, metadata=self._metadata)
        self._note(ended)
        self._deliver_all(reply.outputs)
        found, parts = rpc.reply.read(reply)
        return Reply(found, [*map(bytearray, parts)] if parts else ())

    def _execute(self, fields: dict[str, Any], buffers: Sequence[Any]) -> Reply:
        if buffers and (refused := _too_large(buffers)):
            return refused
        request = _RPCS["Execute"].request.write(fields, buffers, **self._addressed)
        stream = self._channel.python.Execute(request, metadata=self._metadata)
        reply: Reply | None = None
        try:
            for event in stream:
                reply = self._take(event)
        except grpc.RpcError as failed:  # with its own words behind a reply: that came too late
            if reply is None or (wire_error(failed) or {}).get("code") != "timeout":
                raise
            reply.is_late = True
        except BaseException:
            stream.cancel()  # nobody here takes what is still to come; the code runs on
            raise
        self._note(stream)
        return reply or Reply(error={"code": "protocol", "message": "the stream ended without a reply"})

    def _take(self, event: Any) -> Reply | None:
        """Deals with one message of a stream; the last one is the reply."""
        kind = event.WhichOneof("event")
        if kind == "reply":
            fields, buffers = _EXECUTE_REPLY.read(event.reply)
            return Reply(fields, [*map(bytearray, buffers)])
        if kind == "input_request":
            self._answer(event.input_request)
        else:
            self._deliver(json.loads(event.output))
        return None

    def _put(self, values: dict[str, Any], buffers: Sequence[Any]) -> Reply:
        """One variable; its memory in pieces."""
        ((name, tree),) = values.items()
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        head = beep_pb2.VariableHead(name=name, tree=json.dumps(tree), timeout_s=self._request.timeout_s)
        head.buffer_sizes.extend(map(len, views))

        def messages() -> Iterator[Any]:
            yield beep_pb2.PutVariableRequest(session=self._request.session, head=head)
            for piece in _pieces(views):
                yield beep_pb2.PutVariableRequest(data=piece)

        reply, ended = self._channel.python.PutVariable.with_call(messages(), metadata=self._metadata)
        self._note(ended)
        self._deliver_all(reply.outputs)
        return Reply({"success": True, "notes": dict(reply.notes)})

    def _get(self, name: str) -> Reply:
        request = beep_pb2.GetVariableRequest(name=name, **self._addressed)
        stream = self._channel.python.GetVariable(request, metadata=self._metadata)
        try:
            first = next(stream)
            self._deliver_all(first.outputs)
            if first.HasField("handle"):
                fields, buffers = _RPCS["GetVariable"].reply.read(first)[0], []
                list(stream)  # to its end, which says that all is well
            else:
                fields = {"value": json.loads(first.head.tree)}
                buffers = _filled(first.head.buffer_sizes, (message.data for message in stream))
        except grpc.RpcError:
            raise
        except BaseException:
            stream.cancel()
            raise
        self._note(stream)
        return Reply(fields, buffers)

    def _answer(self, asked: Any) -> None:
        def send(text: str | None) -> None:
            answer = beep_pb2.SendInputRequest(session=self._request.session, request=asked.request, text=text)
            try:
                self._channel.python.SendInput(answer, metadata=self._channel.metadata)
            except grpc.RpcError as refused:
                if refused.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                    raise  # else nobody waits for it any more: the code was interrupted meanwhile

        prompt(asked.prompt, asked.password, self._request.on_input, self._interruptible, self._interrupt, send)

    def _interrupt_soon(self) -> None:
        """From a signal handler, which may have stopped gRPC with its locks held: another thread asks."""
        start_new_thread(self._interrupt, ())

    def _interrupt(self) -> None:
        """Asks for the interrupt of this call, and no other; the second time its worker is killed."""
        request = beep_pb2.InterruptRequest(session=self._request.session, request=self._request.key)
        try:
            self._channel.python.Interrupt(request, metadata=self._channel.metadata, timeout=INTERRUPT_S)
        except grpc.RpcError:
            self._channel.close()  # nobody can be asked any more to end the call

    def _note(self, ended: Any) -> None:
        """Which worker it was."""
        for name, value in ended.trailing_metadata() or ():
            if name == "beep-incarnation":
                self.incarnation = value

    def _deliver_all(self, outputs: Sequence[str]) -> None:
        for output in outputs:
            self._deliver(json.loads(output))

    def _deliver(self, output: dict[str, Any]) -> None:
        if self._request.on_output is not None:
            self._request.on_output(output)


def _pieces(views: Sequence[memoryview]) -> Iterator[bytes]:
    for view in views:
        for start in range(0, len(view), CHUNK_BYTES):
            yield bytes(view[start : start + CHUNK_BYTES])


def _filled(sizes: Sequence[int], pieces: Iterator[bytes]) -> list[bytearray]:
    """Buffers of these sizes, filled with the pieces one behind the other.

    Raises:
        MalformedFieldError: they do not make up exactly that.
    """
    buffers = [bytearray(size) for size in sizes]
    left = [memoryview(buffer) for buffer in buffers if buffer]
    for piece in pieces:
        rest = memoryview(piece)
        while rest and left:
            count = min(len(rest), len(left[0]))
            left[0][:count], rest = rest[:count], rest[count:]
            left[0] = left[0][count:]
            if not left[0]:
                del left[0]
        if rest:
            raise MalformedFieldError("more memory came than the value has")
    if left:
        raise MalformedFieldError("the value's memory did not come to its end")
    return buffers


def _too_large(buffers: Sequence[Any]) -> Reply | None:
    if sum(memoryview(buffer).nbytes for buffer in buffers) <= MESSAGE_BYTES - CHUNK_BYTES:
        return None
    message = f"a message holds at most {MESSAGE_BYTES} bytes of memory"
    return Reply(error={"code": "transfer", "message": message, "cure": "Send it with `put`: that goes in pieces."})

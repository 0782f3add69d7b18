"""What RPCs answer, seen by a client that uses nothing but the generated stubs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from beep_jupyter.backends._proto import beep_pb2
from beep_jupyter.backends.backend import Backend
from tests.backends.conftest import wait_until

from .grpc_clients import RawClient


@pytest.fixture
def raw(grpc_backend: Backend) -> Iterator[RawClient]:
    client = RawClient(grpc_backend)
    yield client
    client.channel.close()


def evaluate(raw: RawClient, code: str, **fields: Any) -> Any:
    reply = raw.python.Evaluate(beep_pb2.EvaluateRequest(code=code, **fields), metadata=raw.metadata)
    return json.loads(reply.value.tree)


def failure(raw: RawClient, rpc: Any, request: Any, metadata: Any = (), timeout: float = 20) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        list(rpc(request, metadata=(*raw.metadata, *metadata), timeout=timeout))
    return caught.value


def test_code_that_raises_aborts_with_its_error(raw: RawClient) -> None:
    failed = failure(raw, raw.python.Evaluate, beep_pb2.EvaluateRequest(code="{}['no']"))
    assert failed.code() is grpc.StatusCode.ABORTED
    details = raw.details_of(failed)
    assert (details["code"], details["ename"], details["evalue"]) == ("raised", "KeyError", "'no'")
    assert "KeyError" in details["traceback"][-1]


def test_details_stay_within_what_every_client_takes(raw: RawClient) -> None:
    failed = failure(raw, raw.python.Evaluate, beep_pb2.EvaluateRequest(code="raise ValueError('ü%' * 100_000)"))
    assert len(failed.details().encode()) <= 4096
    assert raw.details_of(failed)["ename"] == "ValueError"


def test_who_asks_gets_the_whole_error_with_what_was_printed(raw: RawClient, grpc_backend: Backend) -> None:
    channel = grpc.insecure_channel(grpc_backend.address, options=[("grpc.max_metadata_size", 1 << 22)])
    rpc = channel.unary_unary("/beep.v1.PythonService/Evaluate")
    request = beep_pb2.EvaluateRequest(code="print('before'); raise ValueError('x' * 50_000)").SerializeToString()
    with channel:
        failed = failure(raw, rpc, request, metadata=(("beep-errors", "whole"),))
    whole = json.loads(dict(failed.trailing_metadata())["beep-error-bin"])
    assert whole["evalue"] == "x" * 50_000
    assert whole["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "before\n"}]


@pytest.mark.parametrize(
    ("rpc", "request_message", "code"),
    [
        ("CallMethod", beep_pb2.CallMethodRequest(handle_id="none", method_name="x"), "no_handle"),
        ("DeleteVariable", beep_pb2.DeleteVariableRequest(name="none"), "no_variable"),
        ("Evaluate", beep_pb2.EvaluateRequest(session="none", code="1"), "no_session"),
        ("Interrupt", beep_pb2.InterruptRequest(session="none"), "no_session"),
        ("CloseSession", beep_pb2.CloseSessionRequest(session="none"), "no_session"),
    ],
)
def test_what_is_not_there_is_not_found(raw: RawClient, rpc: str, request_message: Any, code: str) -> None:
    failed = failure(raw, getattr(raw.python, rpc), request_message)
    assert (failed.code(), raw.details_of(failed)["code"]) == (grpc.StatusCode.NOT_FOUND, code)


@pytest.mark.parametrize(
    ("rpc", "request_message", "words"),
    [
        ("CloseSession", beep_pb2.CloseSessionRequest(session="default"), "cannot be closed, only restarted"),
        ("OpenSession", beep_pb2.OpenSessionRequest(session="No Name"), "'No Name' cannot name a session"),
        ("Evaluate", beep_pb2.EvaluateRequest(code="1", locals={"tree": "{oops"}), "field 'locals' is not JSON"),
        ("Evaluate", beep_pb2.EvaluateRequest(code="1", locals={"tree": '{"a": NaN}'}), "NaN is not JSON"),
        ("Evaluate", beep_pb2.EvaluateRequest(code="1", locals={"tree": "[1]"}), "field 'locals' must be an object"),
        ("Evaluate", beep_pb2.EvaluateRequest(code="1", locals={"tree": "[" * 9999}), "field 'locals' is not JSON"),
        ("Evaluate", beep_pb2.EvaluateRequest(code="1", timeout_s=float("nan")), "must be a number of seconds"),
        ("SendInput", beep_pb2.SendInputRequest(request=99, text="x"), "request 99 waits for no input"),
    ],
)
def test_wrong_fields_are_invalid_and_named(raw: RawClient, rpc: str, request_message: Any, words: str) -> None:
    failed = failure(raw, getattr(raw.python, rpc), request_message)
    assert failed.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert words in raw.details_of(failed)["message"]


def test_a_name_for_a_call_has_an_end(raw: RawClient) -> None:
    failed = failure(
        raw, raw.python.Evaluate, beep_pb2.EvaluateRequest(code="1"), metadata=(("beep-request", "k" * 65),)
    )
    assert "at most 64 characters" in raw.details_of(failed)["message"]


def test_a_time_limit_is_kept_by_the_backend(raw: RawClient) -> None:
    failed = failure(
        raw, raw.python.Evaluate, beep_pb2.EvaluateRequest(code="while True: pass", timeout_s=0.2), timeout=10
    )
    assert failed.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert raw.details_of(failed)["message"] == "it did not end within 0.2 s and was interrupted"
    assert evaluate(raw, "1") == 1


def test_execute_tells_of_its_end_and_then_of_its_time_limit(raw: RawClient) -> None:
    request = beep_pb2.ExecuteRequest(code="print('begun')\nwhile True: pass", timeout_s=0.2)
    kinds = []
    try:
        for event in raw.python.Execute(request, metadata=raw.metadata):
            kinds.append(event.WhichOneof("event"))  # noqa: PERF401  the stream ends with an error
    except grpc.RpcError as failed:
        kinds.append(failed.code().name)
    assert kinds == ["output", "output", "reply", "DEADLINE_EXCEEDED"]


def test_a_clients_own_deadline_does_not_cancel_its_code(raw: RawClient) -> None:
    request = beep_pb2.EvaluateRequest(code="import time; time.sleep(0.6); late = 1")
    failed = failure(raw, raw.python.Evaluate, request, timeout=0.2)
    assert failed.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert evaluate(raw, "late") == 1


def test_a_dead_worker_says_so_once_and_differs_from_a_lost_connection(raw: RawClient) -> None:
    failed = failure(raw, raw.python.Evaluate, beep_pb2.EvaluateRequest(code="import os; os._exit(7)"))
    assert failed.code() is grpc.StatusCode.UNAVAILABLE
    details = raw.details_of(failed)
    assert (details["code"], details["exitCode"], details["signal"], details["reason"]) == ("died", 7, None, "exit")
    assert evaluate(raw, "1") == 1


def test_who_knows_another_worker_is_told_before_anything_is_run(raw: RawClient) -> None:
    _, ended = raw.python.Evaluate.with_call(beep_pb2.EvaluateRequest(code="1"), metadata=raw.metadata)
    known = ("beep-incarnation", dict(ended.trailing_metadata())["beep-incarnation"])
    raw.python.Restart(beep_pb2.RestartRequest(), metadata=raw.metadata)
    failed = failure(raw, raw.python.Evaluate, beep_pb2.EvaluateRequest(code="ran = 1"), metadata=(known,))
    assert (failed.code(), raw.details_of(failed)["reason"]) == (grpc.StatusCode.UNAVAILABLE, "restart")
    assert evaluate(raw, "'ran' in globals()") is False


def chunks(name: str, sizes: list[int], *pieces: bytes) -> Iterator[Any]:
    tree = json.dumps({"$type": "bytes", "value": 0}) if sizes else "1"
    head = beep_pb2.VariableHead(name=name, tree=tree, buffer_sizes=sizes)
    yield beep_pb2.PutVariableRequest(head=head)
    for piece in pieces:
        yield beep_pb2.PutVariableRequest(data=piece)


def test_a_variable_goes_in_and_out_in_pieces(raw: RawClient) -> None:
    assert raw.python.PutVariable(chunks("data", [5], b"ab", b"", b"cde"), metadata=raw.metadata).success
    messages = list(raw.python.GetVariable(beep_pb2.GetVariableRequest(name="data"), metadata=raw.metadata))
    assert list(messages[0].head.buffer_sizes) == [5]
    assert b"".join(message.data for message in messages[1:]) == b"abcde"
    evaluate(raw, "large = bytes(3_000_000); 0")
    messages = list(raw.python.GetVariable(beep_pb2.GetVariableRequest(name="large"), metadata=raw.metadata))
    assert max(len(message.data) for message in messages) <= 1 << 20
    assert sum(len(message.data) for message in messages) == 3_000_000


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (lambda: chunks("cut", [10], b"abc"), "the stream ended 7 bytes before what the head declares"),
        (lambda: chunks("cut", [2], b"abc"), "more than the 2 bytes came that the head declares"),
        (lambda: chunks("cut", [], b"abc"), "more than the 0 bytes came that the head declares"),
        (lambda: iter(()), "the first message of PutVariable must have a head"),
        (lambda: iter((beep_pb2.PutVariableRequest(data=b"x"),)), "the first message of PutVariable must have a head"),
    ],
)
def test_a_stream_that_does_not_fit_its_head_sets_nothing(raw: RawClient, stream: Any, words: str) -> None:
    failed = failure(raw, raw.python.PutVariable, stream())
    assert failed.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert words in raw.details_of(failed)["message"]
    assert evaluate(raw, "'cut' in globals()") is False


def test_a_head_that_declares_too_much_is_refused(raw: RawClient) -> None:
    failed = failure(raw, raw.python.PutVariable, chunks("huge", [1 << 60], b"abc"))
    assert (failed.code(), raw.details_of(failed)["code"]) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "too_large")
    assert evaluate(raw, "1") == 1


def test_a_call_is_interrupted_by_its_name(raw: RawClient) -> None:
    request = beep_pb2.EvaluateRequest(code="import time; time.sleep(30)")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(failure, raw, raw.python.Evaluate, request, (("beep-request", "mine"),))
        assert wait_until(lambda: health(raw).state == "busy")
        time.sleep(0.1)
        other = raw.python.Interrupt(beep_pb2.InterruptRequest(request="other"), metadata=raw.metadata)
        assert not other.interrupted
        assert raw.python.Interrupt(beep_pb2.InterruptRequest(request="mine"), metadata=raw.metadata).interrupted
        failed = running.result(10)
    assert (failed.code(), raw.details_of(failed)["ename"]) == (grpc.StatusCode.ABORTED, "KeyboardInterrupt")
    assert evaluate(raw, "1") == 1


def health(raw: RawClient) -> Any:
    return raw.control.GetHealth(beep_pb2.GetHealthRequest(), metadata=raw.metadata, timeout=5)


def test_beyond_its_threads_a_backend_is_crowded_and_still_controlled(raw: RawClient) -> None:
    request = beep_pb2.EvaluateRequest(code="import time; time.sleep(30)")
    calls = [raw.python.Evaluate.future(request, metadata=raw.metadata) for _ in range(70)]
    assert wait_until(lambda: sum(call.done() for call in calls) == 6)
    crowded = {call.code() for call in calls if call.done()}
    assert crowded == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    begun = time.monotonic()
    assert health(raw).state == "busy"
    for call in calls:  # before the restart, or the fresh worker would begin the next of them
        call.cancel()
    raw.python.Restart(beep_pb2.RestartRequest(), metadata=raw.metadata, timeout=10)
    assert time.monotonic() - begun < 5
    assert evaluate(raw, "1") == 1


def test_a_client_that_leaves_frees_its_thread_and_its_code_runs_on(raw: RawClient) -> None:
    blocker = raw.python.Evaluate.future(
        beep_pb2.EvaluateRequest(code="import time; time.sleep(1.5); done = 1"), metadata=raw.metadata
    )
    assert wait_until(lambda: health(raw).state == "busy")
    waiting = [raw.python.Evaluate.future(beep_pb2.EvaluateRequest(code="1"), metadata=raw.metadata) for _ in range(63)]
    time.sleep(0.2)
    for call in (blocker, *waiting):
        call.cancel()
    time.sleep(0.2)
    begun = time.monotonic()
    assert evaluate(raw, "done") == 1  # in a slot that one of them has left
    assert time.monotonic() - begun < 5


def test_outputs_stream_as_they_come(raw: RawClient) -> None:
    request = beep_pb2.ExecuteRequest(code="print('first', flush=True)\nimport time; time.sleep(1)\n7")
    begun = time.monotonic()
    stream = raw.python.Execute(request, metadata=raw.metadata)
    first = next(stream)
    assert time.monotonic() - begun < 0.9
    assert json.loads(first.output) == {"output_type": "stream", "name": "stdout", "text": "first\n"}
    *_, last = stream
    assert (last.reply.status, json.loads(last.reply.result.tree)) == ("ok", 7)


def test_input_is_asked_for_and_answered(raw: RawClient) -> None:
    stream = raw.python.Execute(
        beep_pb2.ExecuteRequest(code="name = input('who? ')\nname", stdin=True), metadata=raw.metadata
    )
    asked = next(stream).input_request
    assert (asked.prompt, asked.password) == ("who? ", False)
    raw.python.SendInput(beep_pb2.SendInputRequest(request=asked.request, text="me"), metadata=raw.metadata)
    *_, last = stream
    assert json.loads(last.reply.result.tree) == "me"


def test_an_interrupt_without_a_name_is_for_what_runs_now(raw: RawClient) -> None:
    timer = threading.Timer(0.5, lambda: raw.python.Interrupt(beep_pb2.InterruptRequest(), metadata=raw.metadata))
    timer.start()
    failed = failure(raw, raw.python.Evaluate, beep_pb2.EvaluateRequest(code="import time; time.sleep(30)"))
    timer.join()
    assert raw.details_of(failed)["status"] == "interrupted"


def test_who_follows_the_log_may_leave(raw: RawClient) -> None:
    for _ in range(40):  # more than there are threads for
        stream = raw.control.FollowLogs(beep_pb2.FollowLogsRequest(follow=True), metadata=raw.metadata)
        assert "ready" in next(stream).line
        stream.cancel()
        time.sleep(0.01)
    assert health(raw).state == "idle"

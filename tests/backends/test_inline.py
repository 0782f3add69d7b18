"""Replies for clients that have JSON only, and time limits that a request brings along; spoken frame by frame."""

from __future__ import annotations

import base64
import time

import pytest

from beep_jupyter.backends.backend import Backend

from .raw import RawClient

TOO_LARGE = "A value of type 'list' cannot travel: its 65537 bytes of memory do not fit into JSON."


def test_without_inline_memory_travels_beside_the_header(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        client.ask("eval", code="b'raw'")
        header, buffers = client.reply()
        assert (header["fields"], buffers) == ({"value": {"$type": "bytes", "value": 0}}, [b"raw"])


def test_inline_memory_up_to_64_kib_is_base64(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        client.ask("eval", code="[b'raw', bytes(65536)]", inline=True)
        header, buffers = client.reply()
        assert buffers == []
        small, large = header["fields"]["value"]
        assert small == {"$type": "bytes", "value": base64.b64encode(b"raw").decode()}
        assert base64.b64decode(large["value"]) == bytes(65536)


def test_inline_larger_memory_is_a_handle_that_names_the_cure(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        form = client.fields("eval", code="large = [1, bytes(65537)]; large", inline=True)
        assert (form["isHandle"], form["typeName"], form["reason"]) == (True, "list", TOO_LARGE)
        assert "application/octet-stream" in form["cure"]
        assert client.fields("get", name="large", inline=True)["reason"] == TOO_LARGE
        found = client.fields("call", handleId=form["handleId"], methodName="copy", inline=True)
        assert found["reason"] == TOO_LARGE
        found = client.fields("execute", code="large", outputs=["large"], inline=True)
        assert found["result"]["$type"] == found["values"]["large"]["$type"] == "handle"
        assert found["values"]["large"]["value"]["reason"] == TOO_LARGE


def test_inline_arguments_may_be_base64(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        raw = {"$type": "bytes", "value": base64.b64encode(b"raw").decode()}
        assert client.fields("eval", code="len(it)", locals={"it": raw}, inline=True) == {"value": 3}


def test_inline_arrays_are_lists(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        row = client.fields("wrap", value=[1, 2.5, {"$type": "float", "value": "nan"}])["handleId"]
        assert client.fields("tofloatarray", handleId=row, inline=True) == {
            "data": [1.0, 2.5, {"$type": "float", "value": "nan"}],
            "shape": [3],
        }
        table = client.fields("wrap", value=[[1, 2, 3], [4, 5, 6]])["handleId"]
        assert client.fields("tofloatarray2d", handleId=table, inline=True) == {
            "data": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
            "shape": [2, 3],
        }
        empty = client.fields("wrap", value=[[], []])["handleId"]
        assert client.fields("tofloatarray2d", handleId=empty, inline=True) == {"data": [[], []], "shape": [2, 0]}


def test_a_request_is_interrupted_at_its_own_limit(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        begun = time.monotonic()
        refused = client.error("eval", code="kept = 1\nimport time\ntime.sleep(30)", timeout_s=0.3)
        assert (refused["code"], refused["status"], refused["ename"]) == ("raised", "interrupted", "KeyboardInterrupt")
        assert 0.2 < time.monotonic() - begun < 3
        assert client.fields("eval", code="kept", timeout_s=5) == {"value": 1}
        assert client.fields("eval", code="kept", timeout_s=None) == {"value": 1}


def test_a_limit_counts_from_the_beginning_of_its_request(host_backend: Backend) -> None:
    with RawClient(host_backend) as first, RawClient(host_backend) as second:
        first.ask("eval", code="import time\ntime.sleep(0.8)")
        time.sleep(0.2)
        second.ask("eval", code="import time\ntime.sleep(0.2)\n'in time'", timeout_s=0.5)
        assert second.reply()[0]["fields"] == {"value": "in time"}


def test_a_limit_of_a_request_that_has_ended_hits_no_other(host_backend: Backend) -> None:
    with RawClient(host_backend) as client:
        client.fields("eval", code="1", timeout_s=0.2)
        assert client.fields("eval", code="import time\ntime.sleep(0.6)\n'whole'") == {"value": "whole"}


@pytest.mark.parametrize("limit", [0, -1, "5", True, [1], 1e10])
def test_what_is_no_limit_is_refused(host_backend: Backend, limit: object) -> None:
    with RawClient(host_backend) as client:
        refused = client.error("eval", code="1", timeout_s=limit)
        sentence = "field 'timeout_s' must be a number of seconds above 0, or null"
        assert (refused["code"], refused["message"]) == ("bad_request", sentence)

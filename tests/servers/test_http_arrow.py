"""Tables over HTTP as Arrow streams, for clients that know Arrow and nothing of ours."""

from __future__ import annotations

import pyarrow as pa
import pytest

from beep_jupyter.backends.backend import Backend

from .http_clients import HttpClient

ARROW = "application/vnd.apache.arrow.stream"
TABLE = pa.table({"n": [1, None, 3], "text": ["a", "ä", None]})


@pytest.fixture(scope="module")
def client(http_backend_on_host: Backend) -> HttpClient:
    return HttpClient(http_backend_on_host)


def stream_of(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write(table)
    return sink.getvalue().to_pybytes()


def table_in(body: bytes) -> pa.Table:
    return pa.ipc.open_stream(body).read_all()


def test_a_table_goes_in_and_comes_out(client: HttpClient) -> None:
    answer = client.ask("PUT", "/api/variables/t", stream_of(TABLE), {"content-type": ARROW})
    assert (answer.status, answer.json) == (200, {"success": True})
    assert client.post("eval", code="type(t).__name__, t.num_rows").json["value"]["value"] == ["Table", 3]
    answer = client.ask("GET", "/api/variables/t", headers={"accept": ARROW})
    assert (answer.status, answer.headers["content-type"]) == (200, ARROW)
    assert table_in(answer.body).equals(TABLE)


@pytest.mark.parametrize("code", ["import pandas\nf = pandas.DataFrame", "import polars\nf = polars.DataFrame"])
def test_frames_come_out_as_arrow_has_them(client: HttpClient, code: str) -> None:
    client.post("eval", code=code + "({'n': [1, 2], 'text': ['a', None]})")
    answer = client.ask("GET", "/api/variables/f", headers={"accept": ARROW})
    assert table_in(answer.body).to_pydict() == {"n": [1, 2], "text": ["a", None]}


def test_what_is_no_table_is_not_acceptable(client: HttpClient) -> None:
    client.ask("PUT", "/api/variables/number", {"value": 5})
    refused = client.ask("GET", "/api/variables/number", headers={"accept": ARROW})
    assert (refused.status, refused.json["code"]) == (406, "not_acceptable")


def test_what_is_no_stream_is_refused(client: HttpClient) -> None:
    for body in (b"", b"no stream", stream_of(TABLE)[:-100]):
        refused = client.ask("PUT", "/api/variables/broken", body, {"content-type": ARROW})
        assert refused.json["code"] == "transfer", body
    assert client.ask("GET", "/api/variables/broken").status == 404


def test_without_pyarrow_the_cure_is_named(http_backend: Backend) -> None:
    refused = HttpClient(http_backend).ask("PUT", "/api/variables/t", stream_of(TABLE), {"content-type": ARROW})
    assert refused.json["code"] == "transfer"
    assert "pip install pyarrow" in str(refused.json)

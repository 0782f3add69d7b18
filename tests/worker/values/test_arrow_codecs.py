"""pyarrow's values in one process, and through another Python with pyarrow 9; `tests/exchange` has the many pairs."""

from __future__ import annotations

import decimal
import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import journeys
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_across_pythons import ask

from beep_jupyter.worker.values.coding import decode, encode
from beep_jupyter.worker.values.receiver import Receiver
from beep_jupyter.worker.values.registry import MalformedValue, Unreceivable, Untransferable
from tests.exchange.environments import PLACES, build
from tests.exchange.peers import Peer

TABLE = Path(__file__).parents[3] / "docs" / "reference" / "values.md"
THERE = Receiver("environment 'there'", ["pyarrow"])


def carry(value: Any, notes: list[str] | None = None) -> Any:
    """The value after a journey to one that takes Arrow."""
    return journeys.carry(value, notes=notes, to=THERE)


def is_same(sent: Any, arrived: Any) -> bool:
    """Whether two values of pyarrow are the same, types, nullability and metadata at every depth included."""
    if type(sent) is not type(arrived):
        return False
    if isinstance(sent, (pa.Table, pa.RecordBatch, pa.Schema, pa.Field)):
        return bool(sent.equals(arrived, check_metadata=True))
    if isinstance(sent, pa.DataType):
        return bool(sent.equals(arrived))
    # repr as well: a nan does not equal itself.
    return bool(sent.type.equals(arrived.type)) and (sent.equals(arrived) or repr(sent) == repr(arrived))


def _dictionary(kind: Any) -> Any:
    return pa.dictionary(pa.int8(), kind)


ARRAYS: dict[str, Callable[[], Any]] = {
    "integers": lambda: pa.array([1, None, 3]),
    "none": lambda: pa.array([], pa.string()),
    "uint64": lambda: pa.array([2**64 - 1, None], pa.uint64()),
    "floats": lambda: pa.array([0.5, -0.0, float("inf"), None]),
    "booleans": lambda: pa.array([True, None, False] * 5).slice(3, 7),
    "texts": lambda: pa.array(["a" * 99, None, "ä", ""]).slice(1),
    "large texts": lambda: pa.array(["a", None], pa.large_string()),
    "text views": lambda: pa.array(["long enough to be elsewhere", None, "b"], pa.string_view()),
    "bytes": lambda: pa.array([b"a", None]),
    "bytes of one length": lambda: pa.array([b"ab", None], pa.binary(2)),
    "nulls": lambda: pa.nulls(3),
    "decimals": lambda: pa.array([decimal.Decimal("1.10"), None], pa.decimal256(60, 5)),
    "moments": lambda: pa.array([1, None], pa.timestamp("ns", "Europe/Berlin")),
    "durations": lambda: pa.array([-1, None], pa.duration("us")),
    "times": lambda: pa.array([1, None], pa.time64("ns")),
    "dates": lambda: pa.array([1, None], pa.date32()),
    "times beyond a day": lambda: pa.array([10**6, None], pa.int32()).view(pa.time32("s")),
    "parts of days": lambda: pa.array([1, None], pa.int64()).view(pa.date64()),
    "intervals": lambda: pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    "lists": lambda: pa.array([[1, None], None, [], [2]]).slice(1),
    "lists of one length": lambda: pa.array([[1, 2], None], pa.list_(pa.int16(), 2)),
    "list views": lambda: pa.array([[1], None], pa.list_view(pa.int8())),
    "structures": lambda: pa.array([{"a": 1, "b": "x"}, None]),
    "empty structures": lambda: pa.array([{}, {}], pa.struct([])),
    "maps": lambda: pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int8(), keys_sorted=True)),
    "dictionaries": lambda: pa.DictionaryArray.from_arrays(pa.array([0, None, 1], pa.int8()), ["x", "y"], ordered=True),
    "lists of dictionaries": lambda: pa.array([["a"], None], pa.list_(_dictionary(pa.string()))),
    "unions": lambda: pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]),
    "runs": lambda: pa.RunEndEncodedArray.from_arrays([2, 5], ["a", "b"]).slice(1, 2),
    "extension": lambda: pa.array([b"a" * 16, None], pa.uuid()),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_arrive_with_tables_scalars_and_types_of_them(name: str) -> None:
    array = ARRAYS[name]()
    field = pa.field("a", array.type, metadata={"unit": "m"})
    schema = pa.schema([field, pa.field("ä", array.type)], metadata={"key": "value"})
    table = pa.table([array, array], schema=schema)
    values = [array, pa.chunked_array([array, array]), table, table.slice(1), field, array.type, schema]
    batch = pa.record_batch([array], schema=pa.schema([field]))
    for value in [*values, batch, *(array[number] for number in range(len(array)))]:
        assert is_same(value, carry(value))


@pytest.mark.parametrize(
    "value",
    [
        pa.table({}),
        pa.table({"a": [1, 2]}).select([]),
        pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=["a", "a"]),
        pa.table({"a": pa.chunked_array([], pa.int8())}),
        pa.chunked_array([], pa.timestamp("s")),
        pa.chunked_array([pa.array(["a", "b"]).dictionary_encode(), pa.array(["c"]).dictionary_encode()]),
        pa.record_batch([], schema=pa.schema([])),
        pa.record_batch([pa.array([], pa.int8())], names=[""]),
        pa.scalar(None, pa.list_(pa.int8())),
        pa.schema([pa.field("a", pa.int8(), nullable=False)]),
        pa.field("", pa.struct([pa.field("inner", pa.int8(), nullable=False, metadata={"k": "v"})])),
        pa.dictionary(pa.int8(), pa.string(), ordered=True),
    ],
    ids=lambda value: f"{type(value).__name__} {str(value)[:30]!r}",
)
def test_corner_cases_arrive(value: Any) -> None:
    arrived = carry(value)
    assert is_same(value, arrived)
    assert not isinstance(value, pa.Table) or arrived.num_rows == value.num_rows


columns = st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=9, max_size=9)
pieces = st.lists(st.integers(0, 9), max_size=3).map(lambda cuts: [0, *sorted(cuts), 9])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.tuples(columns, pieces, st.sampled_from(["int8", "float", "string"]))))
def test_tables_arrive_however_they_are_cut_into_pieces(parts: dict[str, Any]) -> None:
    made = {}
    for name, (items, cuts, kind) in parts.items():
        array = pa.array(items).cast(kind)
        made[name] = pa.chunked_array([array.slice(start, end - start) for start, end in itertools.pairwise(cuts)])
    table = pa.table(made)
    assert is_same(table, carry(table))


def test_received_tables_look_into_the_memory_that_came() -> None:
    table = pa.table({"a": list(range(1000))})
    tree, [buffer] = encode(table, to=THERE)
    assert len(buffer) < table.nbytes + 1000
    received = bytearray(buffer)
    arrived = decode(tree, [memoryview(received)])
    address = pa.py_buffer(received).address
    assert address <= arrived["a"].chunk(0).buffers()[1].address < address + len(received)
    with pytest.raises(BufferError):
        received.append(0)  # it is held as long as the table is


def test_extension_types_that_the_receiver_does_not_know_are_refused() -> None:
    inner = pa.array([b"a" * 16], pa.uuid())
    tree, buffers = encode(pa.table({"a": pa.ListArray.from_arrays([0, 1], inner)}), to=THERE)
    assert tree["value"]["extensions"] == ["arrow.uuid"]
    tree["value"]["extensions"] = ["arrow.uuid", "made.up"]
    with pytest.raises(Unreceivable) as caught:
        decode(tree, [bytearray(data) for data in buffers])
    assert caught.value.reason == f"its receiver's pyarrow {pa.__version__} does not know its extension type 'made.up'"
    tree["value"]["extensions"], notes = [], []
    decode(tree, [bytearray(data) for data in buffers], notes)
    assert notes == ["arrow storage of arrow.uuid → arrow.uuid"]


def test_pickles_in_extension_types_are_never_read() -> None:
    metadata = {"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": b"\x80\x04."}
    schema = pa.schema([pa.field("a", pa.int8(), metadata=metadata)])
    for value in (schema, pa.table([pa.array([1], pa.int8())], schema=schema)):
        with pytest.raises(MalformedValue, match="An extension type of Arrow is a pickle"):
            carry(value)


def test_dictionaries_of_dictionaries_are_refused() -> None:
    inner = pa.array(["x"]).dictionary_encode()
    array = pa.DictionaryArray.from_arrays(pa.array([0]), inner)
    for value in (array, array.type, pa.table({"a": array}), pa.list_(array.type)):
        with pytest.raises(Untransferable) as caught:
            encode(value, to=THERE)
        assert caught.value.reason == "it has a dictionary of dictionaries"
        assert caught.value.cure == "Cast it to another type first, or send its parts."


def test_a_table_beyond_the_limit_is_refused_before_it_is_copied() -> None:
    before = pa.total_allocated_bytes()
    table = pa.table({"a": pa.nulls(10**6, pa.int64())})
    pool = pa.default_memory_pool()
    with pytest.raises(Untransferable, match="it has more than 1 MiB"):
        encode(table, to=Receiver(libraries=["pyarrow"], max_bytes=1 << 20))
    assert pool.bytes_allocated() - before < 10_000_000


@pytest.mark.parametrize("receiver", [Receiver("environment 'bare'", []), Receiver("environment 'bare'")])
def test_a_receiver_without_pyarrow_gets_none(receiver: Receiver) -> None:
    with pytest.raises(Untransferable) as caught:
        encode(pa.table({}), to=receiver)
    assert str(caught.value) == "A value of type 'pyarrow.lib.Table' cannot travel: environment 'bare' has no pyarrow."


def test_where_pyarrow_is_missing_the_value_is_refused() -> None:
    _, answer = ask(Path(sys.executable), [encode(pa.scalar(1), to=THERE)])
    assert answer["error"] == "Unreceivable"
    assert answer["text"] == "A value of type 'pyarrow.Table' cannot travel: its receiver has no pyarrow."


def stream_of(value: Any) -> tuple[Any, bytes]:
    tree, buffers = encode(value, to=THERE)
    return tree, bytes(buffers[0])


SCHEMA, SCHEMA_STREAM = stream_of(pa.schema([("a", pa.int8()), ("b", pa.int8())]))
ARRAY, ARRAY_STREAM = stream_of(pa.array(["a", "bcd"]))


@pytest.mark.parametrize(
    ("tree", "data"),
    [
        ({"$type": "arrow_table", "value": {}}, b""),
        ({"$type": "arrow_table", "value": {**ARRAY["value"], "pyarrow": 26}}, ARRAY_STREAM),
        ({"$type": "arrow_table", "value": {**ARRAY["value"], "extensions": "a"}}, ARRAY_STREAM),
        ({"$type": "arrow_table", "value": ARRAY["value"]}, b""),
        ({"$type": "arrow_table", "value": ARRAY["value"]}, b"junk" * 9),
        ({"$type": "arrow_table", "value": ARRAY["value"]}, ARRAY_STREAM[: len(ARRAY_STREAM) // 2]),
        ({"$type": "arrow_scalar", "value": ARRAY["value"]}, ARRAY_STREAM),
        ({"$type": "arrow_array", "value": SCHEMA["value"]}, SCHEMA_STREAM),
        ({"$type": "arrow_field", "value": SCHEMA["value"]}, SCHEMA_STREAM),
        ({"$type": "arrow_type", "value": SCHEMA["value"]}, SCHEMA_STREAM),
    ],
)
def test_malformed_trees_are_refused(tree: Any, data: bytes) -> None:
    with pytest.raises(MalformedValue) as caught:
        decode(tree, [bytearray(data)])
    assert not isinstance(caught.value, Unreceivable)


def test_offsets_out_of_bounds_are_refused() -> None:
    offsets = b"\0\0\0\0\1\0\0\0\4\0\0\0"
    assert ARRAY_STREAM.count(offsets) == 1
    with pytest.raises(MalformedValue, match="pyarrow cannot read it"):
        decode(ARRAY, [bytearray(ARRAY_STREAM.replace(offsets, b"\0\0\0\0\1\0\0\0\xff\0\0\0"))])


_, BIG_STREAM = stream_of(pa.table({name: ARRAYS[name]().slice(0, 2) for name in ("texts", "lists", "maps", "dates")}))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BIG_STREAM) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_spoilt_streams_are_refused_or_mean_another_table(changes: Any) -> None:
    data = bytearray(BIG_STREAM)
    for at, byte in changes:
        data[at] = byte
    tree = {"$type": "arrow_table", "value": {"stream": 0, "extensions": [], "pyarrow": pa.__version__}}
    try:
        table = decode(tree, [data])
    except MalformedValue:
        return
    assert str(table)
    table.validate(full=True)


def test_examples_of_the_reference_are_true() -> None:
    rows = re.findall(r"\| `(\w+)` \| `(pyarrow\..+?)` \|", TABLE.read_text(encoding="utf-8"))
    assert len(rows) == 8
    for name, source in rows:
        value = eval(source, {"pyarrow": pa})
        tree, _ = encode(value, to=THERE)
        assert tree == {"$type": name, "value": {"stream": 0, "extensions": [], "pyarrow": pa.__version__}}
        assert is_same(value, carry(value))


@pytest.fixture(scope="module")
def old(pytestconfig: pytest.Config) -> Iterator[Peer]:
    """A Python 3.9 with pyarrow 9; it is built once for this test and those of tests/exchange."""
    place = next(place for place in PLACES if place.name == "3.9")
    if place.interpreter is None:
        pytest.skip("no Python 3.9 is found here")
    peer = Peer(place.name, build([place], pytestconfig.cache.mkdir("environments"))[place.name])
    yield peer
    peer.close()


NEWER = {"text views": "Unrecognized type", "list views": "Unrecognized type", "runs": "Unrecognized type"}


def test_values_pass_through_another_python_with_another_pyarrow(old: Peer) -> None:
    for name, make in ARRAYS.items():
        array = make()
        tree, buffers = encode(array, to=THERE)
        answer = old.ask(tree=tree, buffers=buffers, to=["pyarrow"], describe=False)
        if name in NEWER:
            reason = f"its receiver's pyarrow 9.0.0 cannot read what {pa.__version__} wrote: {NEWER[name]}"
            assert answer["refusal"]["reason"].startswith(reason)
        elif name == "extension":
            reason = "its receiver's pyarrow 9.0.0 does not know its extension type 'arrow.uuid'"
            assert answer["refusal"]["reason"] == reason
        else:
            assert "tree" in answer, (name, answer)
            assert is_same(array, decode(answer["tree"], [bytearray(data) for data in answer["buffers"]]))

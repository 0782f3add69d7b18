"""The wire format alone: bytes in, frames out, however they are cut, and FrameError for everything else."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from struct import pack as pack_struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beep_jupyter.worker.wire import AFTER_HELLO, BEFORE_HELLO, FrameError, FrameReader, Limits, pack

GOLDEN = (
    b"\x48\x00\x00\x00\x03\x00\x00\x00"
    b'{"type":"request","id":7,"command":"put","fields":{"values":{"a":"\xc3\xa9"}}}'
    b"\x02\x00\x00\x00\x00\x00\x00\x00" + b"\x00" * 8 + b"\x04\x00\x00\x00\x00\x00\x00\x00"
    b"\x01\x02\x03\x04\x05\x06"
)
GOLDEN_HEADER = {"type": "request", "id": 7, "command": "put", "fields": {"values": {"a": "é"}}}
GOLDEN_BUFFERS = [b"\x01\x02", b"", b"\x03\x04\x05\x06"]

SIZES = st.lists(st.integers(0, 40) | st.integers(60_000, 200_000), max_size=4)  # within the staging area and beyond
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=20)  # lone surrogates too
TREES = st.recursive(SCALARS | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=10)
HEADERS = st.dictionaries(TEXTS, TREES, max_size=4)
SHAPES = st.lists(st.tuples(HEADERS, SIZES), min_size=1, max_size=4)


def content(size: int) -> bytes:
    return bytes([size % 251]) * size


def bytes_of(header: dict[str, Any], buffers: Iterable[Any] = ()) -> bytes:
    return b"".join(pack(header, list(buffers)))


def raw_frame(body: bytes, sizes: Iterable[int] = ()) -> bytes:
    sizes = list(sizes)
    return pack_struct(f"<II{len(body)}s{len(sizes)}Q", len(body), len(sizes), body, *sizes)


def frames_in(
    data: bytes, cuts: Iterable[int], limits: Limits = AFTER_HELLO, *, ends_within: bool = False
) -> list[tuple[dict[str, Any], list[bytes]]]:
    """What a reader makes of data that arrives in pieces of these sizes; the last size holds on."""
    reader, sizes, position, size = FrameReader(limits), iter(cuts), 0, 1 << 20
    found = list(taken(reader))
    while position < len(data):
        space = reader.space()
        assert len(space) > 0
        size = next(sizes, size)
        piece = data[position : position + min(size, len(space))]
        space[: len(piece)] = piece
        reader.fed(len(piece))
        position += len(piece)
        found += taken(reader)
    assert reader.is_between_frames or ends_within
    return found


def taken(reader: FrameReader) -> Iterator[tuple[dict[str, Any], list[bytes]]]:
    while (frame := reader.take()) is not None:
        yield frame[0], [bytes(buffer) for buffer in frame[1]]


def test_a_frame_is_these_bytes() -> None:
    assert bytes_of(GOLDEN_HEADER, GOLDEN_BUFFERS) == GOLDEN
    assert frames_in(GOLDEN, [len(GOLDEN)]) == [(GOLDEN_HEADER, GOLDEN_BUFFERS)]


@settings(max_examples=60, deadline=None)
@given(shapes=SHAPES, cuts=st.lists(st.integers(1, 30) | st.integers(1, 100_000), max_size=40))
def test_frames_arrive_whole_however_they_are_cut(
    shapes: list[tuple[dict[str, Any], list[int]]], cuts: list[int]
) -> None:
    frames = [(header, [content(size) for size in sizes]) for header, sizes in shapes]
    data = b"".join(bytes_of(*frame) for frame in frames)
    assert frames_in(data, [*cuts, 1 << 20]) == frames


def test_frames_arrive_byte_by_byte() -> None:
    assert frames_in(GOLDEN * 3, [1]) == [(GOLDEN_HEADER, GOLDEN_BUFFERS)] * 3


def test_a_header_larger_than_the_staging_area_arrives() -> None:
    header = {"code": "x" * 300_000}
    small = ({"id": 1}, [b"a"])
    data = bytes_of(*small) + bytes_of(header) + bytes_of(*small)
    for size in (1000, 65_536, len(data)):
        assert frames_in(data, [size]) == [small, (header, []), small]


def test_a_frame_without_buffers_is_one_part_and_large_buffers_are_not_copied() -> None:
    assert len(pack({"id": 1})) == 1
    buffer = bytearray(1 << 20)
    _, part = pack({"id": 1}, [buffer])
    buffer[0] = 7
    assert part[0] == 7


def test_buffers_of_any_item_size_travel_as_bytes() -> None:
    numbers = memoryview(bytearray(16)).cast("d")
    numbers[0] = 1.0
    ((_, buffers),) = frames_in(bytes_of({}, [numbers]), [5])
    assert buffers == [numbers.tobytes()]


def test_what_arrives_may_be_written_to() -> None:
    reader, data = FrameReader(AFTER_HELLO), bytes_of({}, [b"abc"])
    reader.space()[: len(data)] = data
    reader.fed(len(data))
    _, (buffer,) = reader.take()
    buffer[0] = 0
    assert bytes(buffer) == b"\0bc"


@settings(max_examples=60, deadline=None)
@given(header=HEADERS, sizes=SIZES, rest=st.binary(min_size=1, max_size=50))
def test_who_takes_what_is_wanted_leaves_the_rest(header: dict[str, Any], sizes: list[int], rest: bytes) -> None:
    frame = bytes_of(header, map(content, sizes))
    data, reader, position = frame + rest, FrameReader(AFTER_HELLO), 0
    while (found := reader.take()) is None:
        count = min(reader.wanted(), len(reader.space()))
        reader.space()[:count] = data[position : position + count]
        reader.fed(count)
        position += count
    assert position == len(frame)
    assert found[0] == header


def test_an_end_between_frames_is_told_from_one_that_cuts_a_frame_off() -> None:
    for end in range(len(GOLDEN) + 1):
        reader = FrameReader(AFTER_HELLO)
        for byte in GOLDEN[:end]:
            reader.space()[:1] = bytes([byte])
            reader.fed(1)
            whole = reader.take()
        assert reader.is_between_frames == (end in (0, len(GOLDEN)))
        assert end != len(GOLDEN) or whole is not None


BROKEN = {
    "no JSON": (raw_frame(b"{"), "a header is not JSON: "),
    "empty": (raw_frame(b""), "a header is not JSON: "),
    "two objects": (raw_frame(b"{}{}"), "a header is not JSON: "),
    "no UTF-8": (raw_frame(b'{"a":"\xff"}'), "a header is not JSON: "),
    "a surrogate in UTF-8": (raw_frame(b'{"a":"\xed\xa0\x80"}'), "a header is not JSON: "),
    "too deep": (raw_frame(b"[" * 200_000), "a header is not JSON: "),
    "objects too deep": (raw_frame(b'{"a":' * 200_000), "a header is not JSON: "),
    "no object": (raw_frame(b"[1]"), "a header is not an object"),
    "a number": (raw_frame(b"1"), "a header is not an object"),
    "null": (raw_frame(b"null"), "a header is not an object"),
    "a huge header": (
        pack_struct("<II", 0xFFFFFFFF, 0),
        "a frame of 4294967295 header bytes and 0 buffers is too large",
    ),
    "too many buffers": (
        pack_struct("<II", 2, 0xFFFFFFFF),
        "a frame of 2 header bytes and 4294967295 buffers is too large",
    ),
    "a huge buffer": (raw_frame(b"{}", [1, 1 << 63]), "a buffer of 9223372036854775808 bytes is too large"),
    "HTTP": (
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "a frame of 542393671 header bytes and 1414012975 buffers is too large",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_what_is_no_frame_is_said_so(name: str, size: int) -> None:
    data, message = BROKEN[name]
    with pytest.raises(FrameError) as caught:
        frames_in(data, [size] if len(data) < 1000 or size > 1 else [1000])
    assert str(caught.value).startswith(message)


@settings(deadline=None)
@given(data=st.binary(max_size=200), cuts=st.lists(st.integers(1, 50), max_size=5), limits=st.sampled_from([0, 1]))
def test_arbitrary_bytes_raise_frame_errors_and_nothing_else(data: bytes, cuts: list[int], limits: int) -> None:
    modest = Limits(1 << 16, 16, 1 << 20)
    with suppress(FrameError):
        frames_in(data, cuts, (BEFORE_HELLO, modest)[limits], ends_within=True)


@settings(deadline=None)
@given(body=st.binary(max_size=60) | TREES.map(lambda tree: json.dumps(tree).encode()))
def test_an_arbitrary_header_is_an_object_or_a_frame_error(body: bytes) -> None:
    try:
        ((header, _),) = frames_in(raw_frame(body), [1 << 20])
    except FrameError:
        return
    assert header == json.loads(body)


def test_before_the_hello_little_is_accepted() -> None:
    largest = {"token": "x" * (4096 - len('{"token":""}'))}
    assert frames_in(bytes_of(largest), [1], BEFORE_HELLO) == [(largest, [])]
    for data in (bytes_of({"token": largest["token"] + "x"}), bytes_of({}, [b""])):
        reader = FrameReader(BEFORE_HELLO)
        reader.space()[:8] = data[:8]
        reader.fed(8)
        with pytest.raises(FrameError, match="is too large"):  # after its first eight bytes
            reader.take()


def test_limits_are_raised_for_the_frames_that_follow() -> None:
    reader = FrameReader(BEFORE_HELLO)
    data = bytes_of({"type": "hello"}) + bytes_of({}, [b"abc"])
    reader.space()[: len(data)] = data
    reader.fed(len(data))
    assert reader.take() == ({"type": "hello"}, ())
    reader.limits = AFTER_HELLO
    assert list(taken(reader)) == [({}, [b"abc"])]


def test_what_is_refused_takes_no_memory() -> None:
    huge = [
        data for name, (data, _) in BROKEN.items() if name in ("a huge header", "too many buffers", "a huge buffer")
    ]
    tracemalloc.start()
    try:
        for data in huge:
            with pytest.raises(FrameError):
                frames_in(data, [1 << 20])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 300_000


def test_memory_of_a_stream_does_not_grow_with_its_length() -> None:
    data = bytes_of({"code": "x" * 1000}, [b"y" * 1000])
    reader = FrameReader(AFTER_HELLO)
    tracemalloc.start()
    try:
        for _ in range(2000):
            reader.space()[: len(data)] = data
            reader.fed(len(data))
            assert reader.take() is not None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 300_000


@pytest.mark.parametrize("announced", [raw_frame(b"{}", [2 << 30]), pack_struct("<II", 1 << 28, 0)])
def test_what_is_only_announced_takes_neither_memory_nor_time(announced: bytes) -> None:
    reader, before, begun = FrameReader(AFTER_HELLO), resident_bytes(), time.monotonic()
    for data in (announced, b"x" * 100):
        reader.space()[: len(data)] = data
        reader.fed(len(data))
        assert reader.take() is None
    assert resident_bytes() - before < 1 << 20
    assert time.monotonic() - begun < 0.5


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_buffer_for_which_there_is_no_memory_ends_the_connection_only() -> None:
    """In a process of its own, whose memory is limited."""
    program = """
import resource, struct
from beep_jupyter.worker.wire import AFTER_HELLO, FrameError, FrameReader

resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31))
reader, data = FrameReader(AFTER_HELLO), struct.pack("<II2sQ", 2, 1, b"{}", 1 << 39)
reader.space()[: len(data)] = data
reader.fed(len(data))
try:
    reader.take()
except FrameError as error:
    print(error)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "there is no memory for a buffer of 549755813888 bytes\n"


def test_a_large_header_does_not_stay_in_memory() -> None:
    reader = FrameReader(AFTER_HELLO)
    frame = b"".join(pack({"text": "x" * (10 << 20)}))
    while frame:
        space = reader.space()
        taken = min(len(space), len(frame))
        space[:taken] = frame[:taken]
        reader.fed(taken)
        frame = frame[taken:]
        received = reader.take()
    assert received is not None
    assert len(received[0]["text"]) == 10 << 20
    assert len(reader.space()) < 1 << 20

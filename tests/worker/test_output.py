"""The sink alone: real pipes go in, outputs come out in a list."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from beep_jupyter.worker.output import FLUSH_BYTES, KEEP_BYTES, Sink

Write = Callable[[str], int]

DRAINED = """
import os, sys, time
from beep_jupyter.worker.output import Sink
from beep_jupyter.worker.interrupts import Interrupts

received = []
(out, c_out), (err, c_err) = os.pipe(), os.pipe()
sink = Sink({out: "stdout", err: "stderr"}, Interrupts(None))
write = sink.writer("stdout")
sink.begin(received.append)
sink.start()

def texts(name):
    return "".join(output["text"] for output in received if output["name"] == name)

def waited_for(name, text):
    end = time.monotonic() + 20
    while texts(name) != text and time.monotonic() < end:
        time.sleep(0.005)
    assert texts(name) == text, (name, len(texts(name)), len(text))

write("waits for nobody")
waited_for("stdout", "waits for nobody")
assert len(received) == 1

for begin in range(0, 300_000, 1000):  # several times what a pipe holds: nobody else reads it
    os.write(c_err, b"x" * 1000)
waited_for("stderr", "x" * 300_000)

for _ in range(1000):
    write("y")
waited_for("stdout", "waits for nobody" + "y" * 1000)
assert sum(output["name"] == "stdout" for output in received) < 20, "text was not coalesced"
"""


class NeverInterrupted:
    def hold(self) -> None: ...
    def release(self) -> None: ...


class Captured:
    """A sink, what it sends, and the writing ends that C code and child processes have."""

    def __init__(self) -> None:
        (self._out, self.c_stdout), (self._err, self.c_stderr) = os.pipe(), os.pipe()
        self.outputs: list[dict[str, Any]] = []
        self.sink = Sink({self._out: "stdout", self._err: "stderr"}, NeverInterrupted())
        self.stdout: Write = self.sink.writer("stdout")
        self.stderr: Write = self.sink.writer("stderr")

    def begin(self) -> None:
        self.sink.begin(self.outputs.append)

    @property
    def streams(self) -> list[tuple[str, str]]:
        """(name, text) of what was sent, neighbours of one stream joined: where they are cut is nobody's business."""
        joined: list[tuple[str, str]] = []
        for output in self.outputs:
            name, text = output["name"], output["text"]
            if joined and joined[-1][0] == name:
                joined[-1] = name, joined[-1][1] + text
            else:
                joined.append((name, text))
        return joined

    def close(self) -> None:
        for descriptor in (self._out, self._err, self.c_stdout, self.c_stderr):
            os.close(descriptor)
        for descriptor in (self.sink._wake_reading, self.sink._wake_writing):
            os.close(descriptor)


@pytest.fixture
def captured() -> Iterator[Captured]:
    made = Captured()
    yield made
    made.close()


@pytest.fixture
def serving(captured: Captured) -> Captured:
    captured.begin()
    return captured


def test_what_is_printed_piece_by_piece_is_one_output(serving: Captured) -> None:
    for piece in ("Hello", " ", "world", "\n"):
        serving.stdout(piece)
    assert serving.outputs == []
    serving.sink.flush()
    assert serving.outputs == [{"output_type": "stream", "name": "stdout", "text": "Hello world\n"}]


def test_streams_keep_their_order(serving: Captured) -> None:
    serving.stdout("1")
    serving.stderr("2")
    serving.stderr("3")
    serving.stdout("4")
    serving.sink.flush()
    assert serving.streams == [("stdout", "1"), ("stderr", "23"), ("stdout", "4")]


def test_text_and_what_c_code_writes_keep_their_order(serving: Captured) -> None:
    serving.stdout("one ")
    os.write(serving.c_stdout, b"two ")
    serving.stdout("three ")
    os.write(serving.c_stderr, b"four ")
    os.write(serving.c_stderr, b"five ")
    serving.stderr("six ")
    os.write(serving.c_stdout, b"seven")
    serving.sink.flush()
    assert serving.streams == [("stdout", "one two three "), ("stderr", "four five six "), ("stdout", "seven")]


def test_an_output_comes_behind_all_that_was_printed_before_it(serving: Captured) -> None:
    serving.stdout("before")
    os.write(serving.c_stdout, b" it")
    serving.sink.emit({"name": "display", "text": "a figure"})
    serving.stdout("behind")
    serving.sink.flush()
    assert serving.streams == [("stdout", "before it"), ("display", "a figure"), ("stdout", "behind")]


def test_a_character_that_comes_in_two_writes_stays_whole(serving: Captured) -> None:
    for byte in "é€😀".encode():
        os.write(serving.c_stdout, bytes([byte]))
        serving.sink.flush()
    assert [output["text"] for output in serving.outputs] == ["é", "€", "😀"]


def test_bytes_that_are_no_text_are_replaced(serving: Captured) -> None:
    os.write(serving.c_stdout, b"a\xffb")
    serving.sink.flush()
    assert serving.streams == [("stdout", "a\ufffdb")]


def test_half_a_character_of_one_stream_does_not_meet_the_other(serving: Captured) -> None:
    os.write(serving.c_stdout, "é".encode()[:1])
    os.write(serving.c_stderr, "è".encode())
    serving.sink.flush()
    os.write(serving.c_stdout, "é".encode()[1:])
    serving.sink.flush()
    assert serving.streams == [("stderr", "è"), ("stdout", "é")]


def test_many_small_writes_go_out_in_few_large_pieces(serving: Captured) -> None:
    line = "x" * 99 + "\n"
    for _ in range(5000):
        serving.stdout(line)
    serving.sink.flush()
    sizes = [len(output["text"]) for output in serving.outputs]
    assert sum(sizes) == 500_000
    assert max(sizes) <= FLUSH_BYTES
    assert len(sizes) == 8


def test_a_large_write_is_not_cut(serving: Captured) -> None:
    serving.stdout("before ")
    serving.stdout("x" * 1_000_000)
    serving.sink.flush()
    assert "x" * 1_000_000 in [output["text"] for output in serving.outputs]
    assert serving.streams == [("stdout", "before " + "x" * 1_000_000)]


@pytest.mark.parametrize("wrong", [b"bytes", 1, None])
def test_only_text_can_be_written(serving: Captured, wrong: object) -> None:
    message = f"write\\(\\) argument must be str, not {type(wrong).__name__}"
    with pytest.raises(TypeError, match=message):
        serving.stdout(wrong)  # type: ignore[arg-type]


def test_a_write_answers_how_much_was_written(serving: Captured) -> None:
    class Text(str):
        __slots__ = ()

    assert serving.stdout("é€") == 2
    assert serving.stdout(Text("abc")) == 3


def test_the_end_of_a_request_sends_what_is_left_of_it(serving: Captured) -> None:
    serving.stdout("text")
    os.write(serving.c_stdout, b" and bytes")
    serving.sink.end()
    assert serving.streams == [("stdout", "text and bytes")]


def test_what_is_printed_between_requests_comes_first_in_the_next(captured: Captured) -> None:
    captured.begin()
    captured.sink.end()
    captured.stdout("between ")
    os.write(captured.c_stdout, b"them ")
    captured.sink.flush()
    assert captured.outputs == []
    captured.begin()
    captured.stdout("and now")
    captured.sink.end()
    assert captured.streams == [("stdout", "between them and now")]


def test_of_what_nobody_asked_for_the_latest_is_kept(captured: Captured) -> None:
    for number in range(30_000):
        captured.stdout(f"{number:099d}\n")
        if number % 100 == 0:
            captured.sink.flush()
    captured.begin()
    captured.sink.end()
    ((_, text),) = captured.streams
    assert text.splitlines()[-1] == f"{29_999:099d}"
    assert KEEP_BYTES - 2 * FLUSH_BYTES < len(text) <= KEEP_BYTES + FLUSH_BYTES
    assert len({len(line) for line in text.splitlines()}) == 1


def test_of_one_large_text_that_nobody_asked_for_the_latest_part_is_kept(captured: Captured) -> None:
    captured.stdout("x" * KEEP_BYTES + "the end")
    captured.sink.flush()
    captured.begin()
    assert captured.streams == [("stdout", "x" * (KEEP_BYTES - 7) + "the end")]


def test_kept_output_is_sent_once(captured: Captured) -> None:
    captured.stdout("once")
    for _ in range(2):
        captured.begin()
        captured.sink.end()
    assert captured.streams == [("stdout", "once")]


def test_what_is_printed_while_a_request_begins_comes_behind_what_was_kept(captured: Captured) -> None:
    captured.stdout("first ")
    captured.sink.flush()
    beginning = threading.Thread(target=captured.begin)
    with captured.sink._lock:  # as the thread that drains, which is at work at this moment
        beginning.start()
        beginning.join(0.2)
        captured.stdout("second ")
        captured.sink.flush()
    beginning.join()
    captured.sink.flush()
    assert captured.streams == [("stdout", "first second ")]


def test_what_no_terminal_could_show_is_escaped(serving: Captured) -> None:
    serving.stdout("a name like caf\udce9, and café")
    serving.sink.flush()
    assert serving.streams == [("stdout", "a name like caf\\udce9, and café")]


def test_threads_that_print_at_once_lose_and_cut_nothing(serving: Captured) -> None:
    def say(name: str, write: Write) -> None:
        for number in range(3000):
            write(f"{name} {number}\n")
            if number % 500 == 0:
                os.write(serving.c_stdout, f"c{name} {number}\n".encode())

    pairs = [("a", serving.stdout), ("b", serving.stdout), ("c", serving.stderr)]
    threads = [threading.Thread(target=say, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    serving.sink.end()
    lines = "".join(output["text"] for output in serving.outputs).splitlines()
    for name, _ in pairs:
        assert [line for line in lines if line.startswith(f"{name} ")] == [f"{name} {number}" for number in range(3000)]
        assert sum(line.startswith(f"c{name} ") for line in lines) == 6
    assert len(lines) == 3 * 3006


def test_text_and_pipes_are_drained_while_nobody_looks() -> None:
    """In a process of its own: the thread that drains never ends."""
    folder = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", DRAINED], check=True, cwd=folder)

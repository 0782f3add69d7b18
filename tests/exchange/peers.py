"""Peers: processes in the environments under test, which make, describe, encode and decode values (`peer.py`)."""

from __future__ import annotations

import json
import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import beep_jupyter.worker

PROGRAM = Path(__file__).with_name("peer.py")
WORKER = Path(beep_jupyter.worker.__file__).parent
DESCRIPTION = Path(__file__).with_name("description")

Task = dict[str, Any]
Answer = dict[str, Any]


class PeerDiedError(Exception):
    """It ended by itself: a crash of a library, most likely."""


class Peer:
    """One process in one environment.

    Attributes:
        versions: of `python`, and of each library that is installed there.
    """

    def __init__(self, name: str, python: Path) -> None:
        self.name = name
        self._python = python
        self._tasks: list[Task] = []
        self.versions: dict[str, tuple[int, ...]] = {}
        self._start()

    @property
    def libraries(self) -> list[str]:
        """What is installed there."""
        return sorted(set(self.versions) - {"python"})

    def ask(self, **task: Any) -> Answer:
        """The answer to one task (`peer.py`); buffers stand in it as a list."""
        self.begin([task])
        return self.end()[0]

    def begin(self, tasks: list[Task]) -> None:
        """Asks for the answers that `end` returns."""
        self._tasks = tasks
        self._write(tasks)

    def end(self) -> list[Answer]:
        """The answers to the tasks that were begun; if it died, that of the one which killed it says so."""
        try:
            return self._read_answers()
        except PeerDiedError:
            self._start()
            return [self._ask_alone(task) for task in self._tasks]

    def close(self) -> None:
        """Ends it."""
        self._input.close()
        self._output.close()
        self._process.wait(10)

    def _ask_alone(self, task: Task) -> Answer:
        try:
            self._write([task])
            return self._read_answers()[0]
        except PeerDiedError as death:
            self._start()
            return {"failure": {"step": "any", "class": "PeerDiedError", "text": str(death)}, "buffers": []}

    def _start(self) -> None:
        command = [self._python, "-I", "-X", "faulthandler", PROGRAM, WORKER, DESCRIPTION]
        variables = os.environ | {"RUST_BACKTRACE": "0"}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables)
        assert self._process.stdin
        assert self._process.stdout
        self._input, self._output = self._process.stdin, self._process.stdout
        hello, _ = self._read()
        self.versions = {name: tuple(parts) for name, parts in hello.items()}

    def _write(self, tasks: list[Task]) -> None:
        buffers = [data for task in tasks for data in task.get("buffers", ())]
        header = json.dumps([task | {"buffers": len(task.get("buffers", ()))} for task in tasks]).encode()
        try:
            self._input.write(struct.pack("<II", len(header), len(buffers)) + header)
            self._input.write(struct.pack(f"<{len(buffers)}Q", *map(len, buffers)))
            for data in buffers:
                self._input.write(data)
            self._input.flush()
        except BrokenPipeError:
            pass  # it died; reading says more

    def _read_answers(self) -> list[Answer]:
        answers, buffers = self._read()
        for answer in answers:
            count = answer.get("buffers", 0)
            answer["buffers"], buffers = buffers[:count], buffers[count:]
        return list(answers)

    def _read(self) -> tuple[Any, list[bytes]]:
        header_bytes, count = struct.unpack("<II", self._read_exactly(8))
        header = json.loads(self._read_exactly(header_bytes))
        lengths = struct.unpack(f"<{count}Q", self._read_exactly(8 * count))
        return header, [self._read_exactly(length) for length in lengths]

    def _read_exactly(self, count: int) -> bytes:
        data = self._output.read(count)
        if len(data) != count:
            raise PeerDiedError(f"{self.name} ended with {self._process.wait(10)}")
        return data

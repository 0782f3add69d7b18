"""Peers: processes in the environments under test, which make, describe, encode and decode values (`peer.py`)."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import beep_jupyter.worker

PROGRAM = Path(__file__).with_name("peer.py")
WORKER = Path(beep_jupyter.worker.__file__).parent
DESCRIPTION = Path(__file__).with_name("description")

Answer = dict[str, Any]


class Peer:
    """One process in one environment.

    Attributes:
        versions: of `python`, and of each library that is installed there.
    """

    def __init__(self, name: str, python: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [python, "-I", PROGRAM, WORKER, DESCRIPTION], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        hello, _ = self._read()
        self.versions: dict[str, tuple[int, ...]] = {name: tuple(parts) for name, parts in hello.items()}

    @property
    def libraries(self) -> list[str]:
        return sorted(set(self.versions) - {"python"})

    def begin(self, tasks: Iterable[dict[str, Any]]) -> None:
        """Asks for answers to tasks, which `end` returns; buffers stand in a task as a list."""
        tasks = list(tasks)
        buffers = [data for task in tasks for data in task.get("buffers", ())]
        header = json.dumps([task | {"buffers": len(task.get("buffers", ()))} for task in tasks]).encode()
        stream = self._process.stdin
        assert stream
        stream.write(struct.pack("<II", len(header), len(buffers)) + header)
        stream.write(struct.pack(f"<{len(buffers)}Q", *map(len, buffers)))
        for data in buffers:
            stream.write(data)
        stream.flush()

    def end(self) -> list[Answer]:
        """The answers to the tasks that were begun."""
        answers, buffers = self._read()
        for answer in answers:
            count = answer.get("buffers", 0)
            answer["buffers"], buffers = buffers[:count], buffers[count:]
        return list(answers)

    def ask(self, **task: Any) -> Answer:
        """The answer to one task."""
        self.begin([task])
        return self.end()[0]

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    def _read(self) -> tuple[Any, list[bytes]]:
        header_bytes, count = struct.unpack("<II", self._read_exactly(8))
        header = json.loads(self._read_exactly(header_bytes))
        lengths = struct.unpack(f"<{count}Q", self._read_exactly(8 * count))
        return header, [self._read_exactly(length) for length in lengths]

    def _read_exactly(self, count: int) -> bytes:
        assert self._process.stdout
        data = self._process.stdout.read(count)
        assert len(data) == count, f"{self.name} ended: {self._process.wait(10)}"
        return data

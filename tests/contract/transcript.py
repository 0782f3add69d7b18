"""Golden transcripts of the pipe: the bytes of a scripted conversation both ways, what differs from run to run masked.

A line of a transcript is one frame: `>` from the client or `<` to it, the eight bytes of its prefix in hexadecimal (the
first four masked where the header's length is not the same each time), the header as it went over the wire, and the
size and the first bytes of each buffer.
"""

from __future__ import annotations

import json
import re
import socket
from typing import Any

from . import raw_pipe

_SAME_LENGTH = [(r"[0-9a-f]{64}", "0" * 64), (r"\b[0-9a-f]{32}\b", "0" * 32)]  # tokens and handles
_MASKS = [
    (r'"(incarnation|python|address|environment)":"[^"]*"', r'"\1":"…"'),
    (r'"(pid|worker_pid|connection|memory_bytes|owner)":\d+', r'"\1":…'),
    (r'"(duration_s|uptime_s)":[0-9.e-]+', r'"\1":…'),
]
_SHOWN_BYTES = 16


class _Tee:
    """Reads on behalf of the raw client, and keeps the bytes."""

    def __init__(self, stream: Any) -> None:
        self.kept = b""
        self._stream = stream

    def read(self, size: int) -> bytes:
        data: bytes = self._stream.read(size)
        self.kept += data
        return data

    def close(self) -> None:
        self._stream.close()


class Recorder:
    """Holds a conversation and writes it down.

    Attributes:
        lines: the transcript so far.
    """

    def __init__(self, address: str, token: str, kind: str) -> None:
        self.lines: list[str] = []
        self._next_request = 1
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address.removeprefix("unix:"))
        self._stream = _Tee(self._socket.makefile("rb"))
        self._send({"type": "hello", "protocol": 1, "token": token, "kind": kind}, [])
        self._hear()

    def say(self, header: dict[str, Any], buffers: list[bytes]) -> dict[str, Any]:
        """Sends one request, and returns its reply."""
        self._send({"type": "request", "id": self._next_request} | header, buffers)
        self._next_request += 1
        heard = self._hear()
        while heard["type"] == "event":
            heard = self._hear()
        return heard

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _send(self, header: dict[str, Any], buffers: list[bytes]) -> None:
        sent = raw_pipe.frame(header, buffers)
        self.lines.append(_line(">", sent, buffers))
        self._socket.sendall(sent)

    def _hear(self) -> dict[str, Any]:
        self._stream.kept = b""
        heard, received = raw_pipe.read_frame(self._stream)
        self.lines.append(_line("<", self._stream.kept, received))
        found: dict[str, Any] = heard
        return found


def converse(address: str, token: str, kind: str, script: list[dict[str, Any]]) -> str:
    """The transcript of these requests, each `{"command", "fields"}` and perhaps `buffers` in hexadecimal.

    `HANDLE` in a script stands for the handle that came last.
    """
    recorder, handle = Recorder(address, token, kind), ""
    for step in script:
        buffers = [bytes.fromhex(data) for data in step.get("buffers", [])]
        header = json.loads(
            json.dumps({name: step[name] for name in step if name != "buffers"}).replace("HANDLE", handle)
        )
        reply = recorder.say(header, buffers)
        handle = reply.get("fields", {}).get("handleId", handle)
    recorder.close()
    return "\n".join(recorder.lines) + "\n"


def _line(direction: str, frame: bytes, buffers: list[bytes]) -> str:
    size = int.from_bytes(frame[:4], "little")
    text = frame[8 : 8 + size].decode()
    for pattern, mask in _SAME_LENGTH:
        text = re.sub(pattern, mask, text)
    masked = text
    for pattern, mask in _MASKS:
        masked = re.sub(pattern, mask, masked)
    prefix = frame[:4].hex(" ") if masked == text else "·· ·· ·· ··"
    shown = "".join(f" | {len(buffer)} bytes: {buffer[:_SHOWN_BYTES].hex(' ')}" for buffer in buffers)
    return f"{direction} {prefix}  {frame[4:8].hex(' ')}  {masked}{shown}"

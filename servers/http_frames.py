"""Bodies that are frames of the pipe: a JSON object with buffers beside it. Runs in the HTTP server.

A client that can do more than JSON sends and asks for `application/vnd.beep.frame`: one frame as a request's body, one
or a stream of them as a response's.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any

from beep_jupyter.worker.wire import AFTER_HELLO, pack

from control import Refused

_PREFIX = Struct("<II")


def unpack_frame(body: bytes) -> tuple[bytes, list[bytes]]:
    """The header's text and the buffers of the one frame that a body is; the buffers are not copied twice.

    Raises:
        Refused: it is no frame, or more than one.
    """
    view = memoryview(body)
    if len(view) < _PREFIX.size:
        raise Refused("malformed", "the body is no frame")
    header_bytes, count = _PREFIX.unpack_from(view)
    sizes_at = _PREFIX.size + header_bytes
    start = sizes_at + 8 * count
    if count > AFTER_HELLO.buffers or start > len(view):
        raise Refused("malformed", "the body is no whole frame")
    sizes = Struct(f"<{count}Q").unpack_from(view, sizes_at)
    if start + sum(sizes) != len(view):
        raise Refused("malformed", "the body is not exactly one frame")
    buffers = []
    for size in sizes:
        buffers.append(bytes(view[start : start + size]))
        start += size
    return bytes(view[_PREFIX.size : sizes_at]), buffers


def pack_frame(header: dict[str, Any], buffers: Sequence[Any] = ()) -> bytes:
    """A frame's bytes."""
    return b"".join(pack(header, buffers))

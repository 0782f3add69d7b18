"""The wire format of the pipe and of the worker's private channel. Does no I/O: bytes in, frames out.

    frame   = u32 header size, u32 number of buffers, header, u64 size of each buffer, buffers
    header  = UTF-8 JSON, an object; all integers little-endian

A conversation is one hello, one ready, then per request any number of events and exactly one reply:

    hello    {"type": "hello", "protocol": 1, "token": T, "kind": "session", "session": "default"}
    ready    {"type": "ready", "pid": P, "incarnation": I, "python": "3.8.18", "connection": N}
    request  {"type": "request", "id": R, "command": "eval", "fields": {…}}
    event    {"type": "event", "id": R, "event": "output", "fields": {…}}
    reply    {"type": "reply", "id": R, "fields": {…}}      or, where it failed, "error": {"code": …, "message": …}

Shared by worker (3.8 and newer), servers and clients; standard library only.
"""

from __future__ import annotations

import json
from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

PROTOCOL = 1

_PREFIX = Struct("<II")  # 8 bytes
_unpack_prefix = _PREFIX.unpack_from
_STAGING_BYTES = 1 << 16
_LARGE_BYTES = 1 << 20
_NO_BUFFERS = ()
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_scan: Any = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # not in typeshed


class FrameError(Exception):
    """What came in is no frame, or one beyond the limits; the connection cannot go on."""


class Limits:
    """How large a frame may be.

    Args:
        header_bytes: size of the JSON header.
        buffers: how many buffers.
        buffer_bytes: size of one buffer.
    """

    __slots__ = ("buffer_bytes", "buffers", "header_bytes")

    def __init__(self, header_bytes: int, buffers: int, buffer_bytes: int) -> None:
        self.header_bytes = header_bytes
        self.buffers = buffers
        self.buffer_bytes = buffer_bytes


BEFORE_HELLO = Limits(4096, 0, 0)
AFTER_HELLO = Limits(1 << 28, 1 << 16, 1 << 40)


def pack(header: dict[str, Any], buffers: Sequence[Any] = ()) -> list[bytes | memoryview]:
    """The bytes-like parts of one frame, in order; large buffers are not copied.

    Args:
        header: a dict that is JSON already.
        buffers: bytes-like objects, contiguous.
    """
    if not buffers:
        return [pack_head(header)]
    views = [memoryview(buffer).cast("B") for buffer in buffers]
    return [pack_head(header, [view.nbytes for view in views])] + views


def pack_head(header: dict[str, Any], sizes: Sequence[int] = ()) -> bytes:
    """A frame without its buffers, for who sends those piece by piece.

    Args:
        sizes: of the buffers that will follow, in bytes.

    Raises:
        FrameError: the header is larger than anybody takes.
    """
    try:
        body = _encode(header).encode()
    except UnicodeEncodeError:  # a lone surrogate in a text: JSON's own escape carries it
        body = json.dumps(header).encode()
    if len(body) > AFTER_HELLO.header_bytes:
        raise FrameError("%d bytes of JSON are more than a frame may have" % len(body))
    prefix = _PREFIX.pack(len(body), len(sizes))
    if not sizes:
        return prefix + body
    return prefix + body + Struct("<%dQ" % len(sizes)).pack(*sizes)


class FrameReader:
    """Turns what is received into frames, without copying large buffers twice.

    The caller receives into `space()`, says how much with `fed(n)`, and takes whole frames with `take()` until it
    answers None.
    """

    __slots__ = ("_buffers", "_filling", "_header", "_sizes", "_staged", "_start", "_view", "limits")

    _header: Any  # what of a frame is taken already: a dict, and a tuple of sizes; None before
    _sizes: Any

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._view = memoryview(bytearray(_STAGING_BYTES))  # the staging area
        self._start = self._staged = 0  # what is staged and not yet taken: view[start:staged]
        self._forget()

    def _forget(self) -> None:
        self._header = self._sizes = None
        self._buffers: list[Any] = []
        self._filling: memoryview | None = None  # the part of a large buffer that is still to be received

    @property
    def is_between_frames(self) -> bool:
        """Whether nothing of a further frame has come in: an end of file here cuts nothing off."""
        return self._header is None and self._start == self._staged

    def space(self) -> memoryview:
        """Where the next bytes are to be received; never empty."""
        if self._filling is not None:
            return self._filling
        if self._start == self._staged:
            self._start = self._staged = 0
            return self._view
        if self._staged == len(self._view):
            self._make_room()
        return self._view[self._staged :]

    def wanted(self) -> int:
        """How many bytes surely belong to the frame that is coming; who takes no more leaves the rest in the socket."""
        if self._filling is not None:
            return len(self._filling)
        staged = self._staged - self._start
        if staged < 8:
            return 8 - staged
        header_bytes, buffers = _PREFIX.unpack_from(self._view, self._start)
        missing: int = 8 + header_bytes + 8 * buffers - staged
        return max(1, missing)

    def fed(self, count: int) -> None:
        """Says that `count` bytes were received into `space()`."""
        if self._filling is None:
            self._staged += count
            return
        self._filling = self._filling[count:] if count < len(self._filling) else None

    def take(self) -> tuple[dict[str, Any], Sequence[Any]] | None:
        """The next whole frame as (header, buffers), or None while it is not all there.

        The buffers are bytes-like, may be written to and are nobody else's.

        Raises:
            FrameError: what came in is no frame, or one beyond the limits.
        """
        if self._filling is not None or (self._header is None and not self._take_header()):
            return None
        if not self._sizes:  # what most frames are: nothing but a header
            header, self._header = self._header, None
            return header, _NO_BUFFERS
        while len(self._buffers) < len(self._sizes):
            self._begin_buffer(self._sizes[len(self._buffers)])
            if self._filling is not None:
                return None
        frame = self._header, self._buffers
        self._forget()
        return frame

    def _take_header(self) -> bool:
        start, view = self._start, self._view
        staged = self._staged - start
        if staged < 8:
            return False
        header_bytes, buffers = _unpack_prefix(view, start)
        if header_bytes > self.limits.header_bytes or buffers > self.limits.buffers:
            raise FrameError("a frame of %d header bytes and %d buffers is too large" % (header_bytes, buffers))
        end = 8 + header_bytes + 8 * buffers
        if end > staged:
            return False
        sizes_at = start + 8 + header_bytes
        self._sizes = Struct("<%dQ" % buffers).unpack_from(view, sizes_at) if buffers else ()
        if buffers and max(self._sizes) > self.limits.buffer_bytes:
            raise FrameError("a buffer of %d bytes is too large" % max(self._sizes))
        self._header = _parse(view[start + 8 : sizes_at])
        self._start = start + end
        if len(view) > _STAGING_BYTES and self._start == self._staged:  # a rare large header must not stay in memory
            self._view = memoryview(bytearray(_STAGING_BYTES))
            self._start = self._staged = 0
        return True

    def _begin_buffer(self, size: int) -> None:
        """Takes what of a buffer is staged already and asks for the rest, straight into the buffer."""
        try:
            buffer = _memory(size)
        except (MemoryError, OSError, OverflowError):
            raise FrameError("there is no memory for a buffer of %d bytes" % size) from None
        here = min(size, self._staged - self._start)
        buffer[:here] = self._view[self._start : self._start + here]
        self._start += here
        self._buffers.append(buffer)
        if here < size:
            self._filling = memoryview(buffer)[here:]

    def _make_room(self) -> None:
        """Moves what is staged to the front. The area grows for a large header only, and as that comes in: what is just
        announced costs nothing."""
        rest = bytes(self._view[self._start : self._staged])
        if len(rest) > len(self._view) // 2:
            self._view = memoryview(bytearray(2 * len(self._view)))
        self._view[: len(rest)] = rest
        self._start, self._staged = 0, len(rest)


def _memory(size: int) -> Any:
    """Zeroed memory for a buffer that is announced. Large memory is the kernel's: `bytearray` would write its zeros at
    once, and stop all threads for that (4 s for 2 GiB)."""
    if size <= _LARGE_BYTES:
        return bytearray(size)
    import mmap

    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    return memoryview(mmap.mmap(-1, size, **private))


def _encode(header: dict[str, Any]) -> str:
    """Compact JSON. The encoder of C is made once here; `JSONEncoder.encode` makes one for each text (2 us)."""
    return "".join(_encode_parts(header, 0))


_make_encoder: Any = json.encoder.c_make_encoder  # type: ignore[attr-defined]  # not in typeshed
if _make_encoder is None:  # PyPy, which compiles the Python one
    _encode = _encoder.encode  # type: ignore[assignment]  # whose argument is called otherwise
else:
    _encode_parts = _make_encoder(
        None, _encoder.default, json.encoder.encode_basestring, None, ":", ",", False, False, False
    )


def _parse(body: memoryview) -> dict[str, Any]:
    """The object of a header. The scanner alone takes a third of `json.loads`'s time, and suffices for what `pack`
    writes; others may write blanks around."""
    try:
        text = str(body, "utf-8")
        try:
            header, end = _scan(text, 0)
        except StopIteration:
            end = -1
        if end != len(text):
            header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("a header is not JSON: %s" % error) from None
    if type(header) is not dict:
        raise FrameError("a header is not an object")
    return header

"""Requests to an http backend, and what its responses hold. Runs in clients.

httpx's transport is used as it is, without its client: there are no cookies, redirects or proxies here, and they cost
more than the call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from ..worker.wire import AFTER_HELLO, PROTOCOL, FrameError, FrameReader, pack
from .http_routes import SESSION_PLANE, Ask

FRAME = "application/vnd.beep.frame"
JSON = "application/json"
ANY_REPLY = f"{FRAME}, {JSON}".encode()
WITH_PROGRESS = f"{FRAME}, text/event-stream".encode()  # of a management command
INCARNATION = "beep-incarnation"
CONNECT_S = 5.0

Frame = tuple[dict[str, Any], Sequence[bytearray]]

_POSTED = frozenset(SESSION_PLANE.values())


class _Parts(httpx.SyncByteStream):
    """A body that is sent part by part: what is large is not copied before."""

    def __init__(self, parts: Sequence[bytes | memoryview]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[Any]:
        return iter(self._parts)


class HttpConnection:
    """What is kept between requests to one backend: a pool of connections, and the headers.

    Args:
        address: `http://HOST:PORT`.
    """

    def __init__(self, address: str, token: str) -> None:
        self._address = httpx.URL(address)
        self._urls: dict[str, httpx.URL] = {}  # of the routes that commands are posted to; parsing one takes 60 us
        # A plain HTTP transport; `verify` keeps it from loading certificates, which takes 20 ms.
        self._transport = httpx.HTTPTransport(verify=False, trust_env=False)
        self._headers = [
            (b"host", self._address.netloc),
            (b"authorization", f"Bearer {token}".encode()),
            (b"beep-protocol", str(PROTOCOL).encode()),
        ]

    def request(
        self,
        ask: Ask,
        buffers: Sequence[Any] = (),
        *,
        headers: Sequence[tuple[bytes, bytes]] = (),
        accept: bytes = ANY_REPLY,
        read_s: float | None = None,
    ) -> httpx.Response:
        """Sends a request and waits for the head of the response, whose body is the caller's to read and close.

        Args:
            read_s: the longest wait for anything to come; None waits for ever.

        Raises:
            httpx.HTTPError.
        """
        method, path, fields = ask
        all_headers = [*self._headers, (b"accept", accept), *headers]
        parts: Sequence[bytes | memoryview] = ()
        if fields is not None:
            parts = pack(fields, buffers) if buffers else [json.dumps(fields, separators=(",", ":")).encode()]
            all_headers.append((b"content-type", FRAME.encode() if buffers else JSON.encode()))
        if method != "GET":
            all_headers.append((b"content-length", b"%d" % sum(map(len, parts))))
        request = httpx.Request(method, self._url(path), headers=all_headers, stream=_Parts(parts))
        request.extensions["timeout"] = {"connect": CONNECT_S, "read": read_s, "write": read_s, "pool": None}
        return self._transport.handle_request(request)

    def _url(self, path: str) -> httpx.URL:
        url = self._urls.get(path)
        if url is None:
            url = self._address.join(path)
            if path in _POSTED:
                self._urls[path] = url
        return url

    def close(self) -> None:
        self._transport.close()


def content_of(response: httpx.Response) -> Frame:
    """The JSON of a response, and the buffers that came beside it.

    Raises:
        httpx.HTTPError: the connection ended within it.
        FrameError: it is neither JSON nor a frame.
    """
    if response.headers.get("content-type", "") == FRAME:
        frames = list(frames_of(response))
        if len(frames) != 1:
            raise FrameError("the response is not one frame")
        return frames[0]
    body = b"".join(response.iter_raw())  # nothing is compressed
    try:
        found = json.loads(body)
    except ValueError as error:
        raise FrameError(f"the response is not JSON: {error}") from None
    return found if isinstance(found, dict) else {"items": found}, ()


def frames_of(response: httpx.Response) -> Iterator[Frame]:
    """The frames of a response as they come.

    Raises:
        httpx.HTTPError: the connection ended within it.
        FrameError: something else came.
    """
    reader = FrameReader(AFTER_HELLO)
    for chunk in response.iter_raw():
        rest = memoryview(chunk)
        while rest:
            space = reader.space()
            count = min(len(space), len(rest))
            space[:count] = rest[:count]
            reader.fed(count)
            rest = rest[count:]
            while (frame := reader.take()) is not None:
                yield frame

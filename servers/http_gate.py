"""Who and what may come in: one plain-ASGI gate before everything. Runs in the HTTP server.

It looks at Host and Origin, then at the token, then at type and size, before anything is parsed; and it takes the body
in, so that what is behind it finds it whole. Whoever has no token learns one thing only, whatever they asked for.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beep_jupyter.worker.wire import PROTOCOL

from control import Refused
from http_docs import Links
from http_frames import unpack_frame
from http_headers import ARROW, BUFFERS, BYTES, FRAME, HEADERS, JSON, media_type
from http_problems import problem

_BODILESS = ("DELETE", "GET", "HEAD", "OPTIONS")  # some clients name a type with these too
MAX_JSON_BYTES = 1 << 28  # a frame's header may be as large
MAX_BODY_BYTES = 1 << 30


# The names of the loopback interface, which no foreign name can be made to mean in a browser (DNS rebinding). With any
# port: behind a tunnel it is the tunnel's.
HOST = re.compile(rb"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)


class Gate:
    """Lets requests through to the application, or answers them itself.

    Args:
        log: takes one line for whoever is refused.
    """

    def __init__(self, app: ASGIApp, token: str, log: Callable[[str], None], links: Links) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()
        self._links = links
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = self._admit(scope)
            body = await _whole_body(headers, receive, _limit_bytes(scope, headers))
            scope[HEADERS] = headers
            scope = _unpacked(scope, headers, body)
        except Refused as refused:
            self._log(f"refused a request: {refused.code}")
            await _refuse(scope, receive, send, refused)
            return
        except ConnectionResetError:
            return  # the client left within its request
        await self._app(scope, _replay(scope.pop("beep.body", body), receive), send)

    def _admit(self, scope: Scope) -> dict[bytes, bytes]:
        """The headers of a request that may come in, by name.

        Raises:
            Refused: forbidden, unauthenticated, unsupported_type or protocol.
        """
        pairs = scope.get("headers", ())
        headers = dict(pairs)
        hosts = [value for name, value in pairs if name == b"host"]
        if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
            raise Refused("forbidden", "the request's Host is not this backend's address")
        if headers.get(b"origin", b"") not in (b"", b"http://" + hosts[0]):
            raise Refused("forbidden", "requests from other origins are not answered")
        if not hmac.compare_digest(headers.get(b"authorization", b""), self._expected) and not self._has_link(scope):
            raise Refused("unauthenticated", "wrong or missing token")
        if scope["type"] != "http":
            raise Refused("not_found", "there is no such route")
        spoken = headers.get(b"beep-protocol", b"%d" % PROTOCOL)
        if spoken != b"%d" % PROTOCOL:
            asked = spoken.decode("latin-1")[:20]
            raise Refused("protocol", f"the backend speaks protocol {PROTOCOL}, the client {asked}")
        _check_type(scope, headers)
        return headers

    def _has_link(self, scope: Scope) -> bool:
        """Whether somebody opens the API page by a link that was made for it; that works once."""
        if scope["type"] != "http" or scope["path"] != "/docs" or scope["method"] != "GET":
            return False
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        return self._links.take(asked.get("link", ""))


def _check_type(scope: Scope, headers: dict[bytes, bytes]) -> None:
    """Raises Refused unless the body, if there is one, is of a type that is read here: no form, no plain text."""
    is_empty = headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers
    if is_empty and (b"content-type" not in headers or scope["method"] in _BODILESS):
        return
    kind = media_type(headers)
    is_variable = scope["path"].startswith("/api/variables/") and scope["method"] == "PUT"
    if kind not in (JSON, FRAME) and not (kind in (BYTES, ARROW) and is_variable):
        raise Refused("unsupported_type", f"the body must be {JSON}")


def _limit_bytes(scope: Scope, headers: dict[bytes, bytes]) -> int:
    return MAX_JSON_BYTES if media_type(headers) in (JSON, "") else MAX_BODY_BYTES


async def _whole_body(headers: dict[bytes, bytes], receive: Receive, limit_bytes: int) -> bytes:
    """The body, counted as it comes.

    Raises:
        Refused: too_large.
        ConnectionResetError: the client left.
    """
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limit_bytes:
        raise Refused("too_large", f"the body is larger than {limit_bytes} bytes")
    chunks, size, has_more = [], 0, True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        chunk = message.get("body", b"")
        chunks.append(chunk)
        size += len(chunk)
        if size > limit_bytes:
            raise Refused("too_large", f"the body is larger than {limit_bytes} bytes")
        has_more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _unpacked(scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Scope:
    """The scope of a request whose body is a frame: its header takes the place of the body, buffers lie beside it.

    Raises:
        Refused: malformed.
    """
    if media_type(headers) != FRAME:
        return scope
    header, buffers = unpack_frame(body)
    others = [pair for pair in scope["headers"] if pair[0] not in (b"content-type", b"content-length")]
    own = [(b"content-type", JSON.encode()), (b"content-length", b"%d" % len(header))]
    return dict(scope) | {"headers": others + own, "beep.body": header, BUFFERS: buffers}


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body once, and then what the connection says."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


async def _refuse(scope: Scope, receive: Receive, send: Send, refused: Refused) -> None:
    """Answers with a problem document and ends the connection, of which the rest was not read."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [("connection", "close")]
    if refused.code == "unauthenticated":
        headers.append(("www-authenticate", "Bearer"))
    await problem(refused, headers)(scope, receive, send)

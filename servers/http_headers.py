"""Headers of a request that the gate let in, and the types that bodies may have. Runs in the HTTP server.

The gate puts them where it found them for its own questions: reading them anew through starlette takes longer.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Scope

JSON = "application/json"
FRAME = "application/vnd.beep.frame"
BYTES = "application/octet-stream"
ARROW = "application/vnd.apache.arrow.stream"
EVENTS = "text/event-stream"

HEADERS = "beep.headers"  # of the scope
BUFFERS = "beep.buffers"


def header_of(scope: Scope, name: bytes) -> str:
    """A header; empty where there is none."""
    value: bytes = scope[HEADERS].get(name, b"")
    return value.decode("latin-1")


def media_type(headers: Mapping[bytes, bytes]) -> str:
    """The type of a body without its parameters, in lower case."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")

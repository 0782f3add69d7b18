"""Which transport speaks to which kind of backend. Runs in clients.

Each transport is imported when it is first used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from ..errors import UsageError
from .transport import Transport

KINDS = {
    "pipe": (".pipe", "PipeTransport"),
    "http": (".http_transport", "HttpTransport"),
    "grpc": (".grpc_transport", "GrpcTransport"),
}
_SPELLINGS = dict.fromkeys(KINDS) | {"rpc": "grpc"}


def kind_of(name: str) -> str:
    """The kind that a user's word means: `rpc` is `grpc`, in any case.

    Raises:
        UsageError: there is no such kind.
    """
    lower = name.lower()
    if lower not in _SPELLINGS:
        raise UsageError(f"There is no kind of backend called '{name}'.", f"There are: {', '.join(KINDS)}.")
    return _SPELLINGS[lower] or lower


def check_platform(platform: str = sys.platform) -> None:
    """Refuses to start a backend where none runs yet; clients work there.

    Raises:
        UsageError: this is Windows.
    """
    if platform == "win32":
        raise UsageError(
            "Backends do not run on Windows yet.",
            "Start one of kind http or grpc on another machine, and connect to it by its address and token.",
        )


def kind_at(address: str) -> str:
    """The kind of the backend at an address: `unix:/path`, `http://HOST:PORT` or `HOST:PORT`."""
    if address.startswith("unix:"):
        return "pipe"
    return "http" if address.startswith("http://") else "grpc"


def is_address(text: str) -> bool:
    """Whether a text is an address, and not a name or a path."""
    _, _, port = text.rpartition(":")
    return text.startswith(("unix:", "http://")) or (port.isdecimal() and "/" not in text)


def open_transport(kind: str, address: str, token: str, backend: str, session: str = "default") -> Transport:
    """A transport to a session; connects when it is first used.

    Args:
        backend: its name, for errors.
    """
    module, name = KINDS[kind]
    make: Callable[[str, str, str, str], Transport] = getattr(import_module(module, __package__), name)
    return make(address, token, backend, session)

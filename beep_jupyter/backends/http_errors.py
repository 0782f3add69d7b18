"""What httpx raises, as ours. Runs in clients."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from ..errors import BeepError, ConnectionLostError, ProtocolError

_CURE = "`beep status` shows those that run."


def _lost(backend: str, error: httpx.HTTPError) -> BeepError:
    return ConnectionLostError(
        f"The connection to backend '{backend}' was lost.", "`beep status` shows whether it still runs."
    )


def _unreachable(backend: str, error: httpx.HTTPError) -> BeepError:
    return ConnectionLostError(f"Backend '{backend}' cannot be reached.", _CURE)


def _foreign(backend: str, error: httpx.HTTPError) -> BeepError:
    return ProtocolError(f"Backend '{backend}' does not speak HTTP as expected: {error!s:.200}.")


# The most specific class wins; a test walks httpx's tree.
ERRORS: dict[type[httpx.HTTPError], Callable[[str, httpx.HTTPError], BeepError]] = {
    httpx.ConnectError: _unreachable,
    httpx.ConnectTimeout: _unreachable,
    httpx.PoolTimeout: _unreachable,
    httpx.ProxyError: _unreachable,
    httpx.UnsupportedProtocol: _foreign,
    httpx.DecodingError: _foreign,
    httpx.LocalProtocolError: _foreign,
    httpx.TooManyRedirects: _foreign,
    httpx.HTTPStatusError: _foreign,
    httpx.RemoteProtocolError: _lost,
    httpx.NetworkError: _lost,
    httpx.TimeoutException: _lost,
}


def is_end(error: httpx.HTTPError) -> bool:
    """Whether an error may mean that the backend has ended."""
    return _make(error) in (_lost, _unreachable)


def foreign_error(error: httpx.HTTPError, backend: str) -> BeepError:
    """Our error for one of httpx's."""
    return _make(error)(backend, error)


def _make(error: httpx.HTTPError) -> Callable[[str, httpx.HTTPError], BeepError]:
    return next((ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS), _lost)

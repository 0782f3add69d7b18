"""What may wait, on threads of its own, awaited from the loop. Runs in the HTTP server.

A pool would be a queue: calls that wait for a worker to start would keep `health` and `stop` waiting behind them. How
many threads there can be is limited by how many connections there can be.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_Asked = ParamSpec("_Asked")
_Found = TypeVar("_Found")


async def on_thread(function: Callable[_Asked, _Found], /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Found:
    """What a function returns or raises that may wait; where the awaiting is cancelled, it goes on for itself."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Found] = loop.create_future()

    def work() -> None:
        try:
            found = function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  whatever it is, it is for who awaits
            _tell(loop, _fail, done, error)
        else:
            _tell(loop, _succeed, done, found)

    threading.Thread(target=work, daemon=True).start()
    return await done


def _tell(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *args: object) -> None:
    try:
        loop.call_soon_threadsafe(callback, *args)
    except RuntimeError:
        pass  # the loop has ended, and whoever awaited with it


def _succeed(done: asyncio.Future[_Found], found: _Found) -> None:
    if not done.done():
        done.set_result(found)


def _fail(done: asyncio.Future[_Found], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)

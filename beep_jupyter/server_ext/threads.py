"""Calls that wait, on threads of their own. Runs in the Jupyter server.

A pool would be full of executions that take hours when somebody wants to interrupt one; a thread costs 0.1 ms. Daemon
threads, since none may hold up the end of the server.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function returns or raises that is carried out beside the loop."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():  # whoever waited has left
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failure = None, None
        try:
            result = function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  it is raised again where the result is awaited
            failure = error
        with suppress(RuntimeError):  # the loop is closed: the server ends
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="beep", daemon=True).start()
    return await future

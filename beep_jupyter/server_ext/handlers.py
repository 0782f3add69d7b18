"""The routes of `/beep/v1/`, each of a few lines: who may, ask the service, answer. Jupyter server's loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from ..errors import BeepError
from ..models import Output
from .base import ROOT, BeepHandler, permitted
from .feed import Event, Listener
from .problems import problem_of
from .streams import EventHandler
from .task import Task


class Runtimes(BeepHandler):
    template = f"{ROOT}/runtimes"

    @permitted("read", "beep:runtimes")
    async def get(self) -> None:
        self.reply(await self.service.runtimes())

    @permitted("write", "beep:runtimes")
    async def post(self) -> None:
        self.reply_task(await self.service.install_runtime(await self.body()))


class Runtime(BeepHandler):
    template = f"{ROOT}/runtimes/{{id}}"

    @permitted("read", "beep:runtimes")
    async def get(self, id: str) -> None:
        self.reply(await self.service.runtime(id))

    @permitted("write", "beep:runtimes")
    async def delete(self, id: str) -> None:
        await self.service.remove_runtime(id)
        self.reply_done()


class Environments(BeepHandler):
    template = f"{ROOT}/environments"

    @permitted("read", "beep:environments")
    async def get(self) -> None:
        self.reply(await self.service.environments())

    @permitted("write", "beep:environments")
    async def post(self) -> None:
        self.reply_task(await self.service.create_environment(await self.body()))


class Environment(BeepHandler):
    template = f"{ROOT}/environments/{{name}}"

    @permitted("read", "beep:environments")
    async def get(self, name: str) -> None:
        self.reply(await self.service.environment(name))

    @permitted("write", "beep:environments")
    async def patch(self, name: str) -> None:
        self.reply_task(await self.service.change_environment(name, await self.body()))

    @permitted("write", "beep:environments")
    async def delete(self, name: str) -> None:
        await self.service.delete_environment(name, force=self.flag("force"))
        self.reply_done()


class Packages(BeepHandler):
    template = f"{ROOT}/environments/{{name}}/packages"

    @permitted("read", "beep:environments")
    async def get(self, name: str) -> None:
        self.reply(await self.service.packages(name))

    @permitted("write", "beep:environments")
    async def post(self, name: str) -> None:
        await self._change("install", name)

    @permitted("write", "beep:environments")
    async def delete(self, name: str) -> None:
        await self._change("uninstall", name)

    async def _change(self, method: str, name: str) -> None:
        said = await self.body()
        if self.flag("dry_run"):
            return self.reply(await self.service.preview(method, name, said))
        return self.reply_task(await self.service.change_packages(method, name, said))


class Backends(BeepHandler):
    template = f"{ROOT}/backends"

    @permitted("read", "beep:backends")
    async def get(self) -> None:
        self.reply(await self.service.backends())

    @permitted("write", "beep:backends")
    async def post(self) -> None:
        started = await self.service.start_backend(await self.body())
        self.reply_created(started, "backends", started.name)


class Backend(BeepHandler):
    template = f"{ROOT}/backends/{{name}}"

    @permitted("read", "beep:backends")
    async def get(self, name: str) -> None:
        self.reply(await self.service.backend(name))

    @permitted("write", "beep:backends")
    async def delete(self, name: str) -> None:
        await self.service.stop_backend(name)
        self.reply_done()


class Interrupt(BeepHandler):
    template = f"{ROOT}/backends/{{name}}/interrupt"

    @permitted("write", "beep:backends")
    async def post(self, name: str) -> None:
        self.reply(await self.service.interrupt(name))


class Restart(BeepHandler):
    template = f"{ROOT}/backends/{{name}}/restart"

    @permitted("write", "beep:backends")
    async def post(self, name: str) -> None:
        self.reply(await self.service.restart(name))


class Logs(BeepHandler):
    template = f"{ROOT}/backends/{{name}}/logs"

    @permitted("read", "beep:backends")
    async def get(self, name: str) -> None:
        self.reply(await self.service.logs(name))


class Execute(EventHandler):
    template = f"{ROOT}/backends/{{name}}/execute"

    @permitted("execute", "beep:backends")
    async def post(self, name: str) -> None:
        said = await self.body()
        if self.takes_events:
            return await self._stream(name, said)
        return self.reply(await self.service.execute(name, said))

    async def _stream(self, name: str, said: dict[str, Any]) -> None:
        """The code goes on where the client leaves, as a notebook's would."""
        await self.service.backend(name)  # what is not there is 404, and no stream
        with suppress(StreamClosedError):
            async with self.streaming():
                try:
                    done = await self.service.execute(name, said, self._sender())
                    await self.send("reply", {key: part for key, part in done.items() if key != "outputs"})
                except BeepError as error:
                    await self.send("error", problem_of(error)[1])

    def _sender(self) -> Any:
        """Sends outputs from a thread, which waits until each has left: a slow client slows the code, and costs no
        memory."""
        loop = asyncio.get_running_loop()

        def send(output: Output) -> None:
            if not self.has_left:
                with suppress(StreamClosedError):
                    asyncio.run_coroutine_threadsafe(self.send("output", output), loop).result()

        return send


class Tasks(BeepHandler):
    template = f"{ROOT}/tasks"

    @permitted("read", "beep:tasks")
    async def get(self) -> None:
        self.reply([task.as_object() for task in self.service.tasks.list()])


class OneTask(BeepHandler):
    template = f"{ROOT}/tasks/{{id}}"

    @permitted("read", "beep:tasks")
    async def get(self, id: str) -> None:
        self.reply(self.service.tasks.get(id).as_object())

    @permitted("write", "beep:tasks")
    async def delete(self, id: str) -> None:
        task = self.service.tasks.get(id)
        task.cancel()
        self.reply_task(task)


class TaskEvents(EventHandler):
    template = f"{ROOT}/tasks/{{id}}/events"

    @permitted("read", "beep:tasks")
    async def get(self, id: str) -> None:
        task = self.service.tasks.get(id)
        with task.feed.listening() as listener:
            await self.stream(_from_now(task, listener), listener.close)


class Events(EventHandler):
    template = f"{ROOT}/events"

    @permitted("read", "beep:events")
    async def get(self) -> None:
        with self.service.watch.listening() as listener:
            await self.stream(listener, listener.close)


class Unknown(BeepHandler):
    """Everything else below the root."""

    @permitted("read", "beep")
    async def get(self, *_: str) -> None:
        raise HTTPError(404)

    post = put = patch = delete = head = get


async def _from_now(task: Task, listener: Listener) -> AsyncIterator[Event]:
    """How the task is, and what becomes of it, also while the first is on its way."""
    has_ended = task.has_ended
    yield "task", task.as_object()
    if not has_ended:
        async for event in listener:
            yield event


HANDLERS: tuple[type[BeepHandler], ...] = (
    Runtimes,
    Runtime,
    Environments,
    Environment,
    Packages,
    Backends,
    Backend,
    Interrupt,
    Restart,
    Logs,
    Execute,
    Tasks,
    OneTask,
    TaskEvents,
    Events,
)

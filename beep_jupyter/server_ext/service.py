"""What the handlers call: `Beep` on threads, long work as tasks, news of both. Runs in the Jupyter server's loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import listings
from .execution import execute
from .feed import Feed
from .refusals import called_runtime, changed_environment, refuse_environment, refuse_packages
from .task import Task
from .tasks import Tasks
from .threads import in_thread
from .watch import Watch

if TYPE_CHECKING:
    from ..backends.backend import Backend
    from ..manager import Beep
    from ..models import Health, Output, Runtime

STOP_S = 6.0  # what is given for an orderly end; the rest ends with the process
Answer = TypeVar("Answer")
Body = dict[str, Any]


class Service:
    """One home, as REST steers it.

    Args:
        cull_idle_timeout_s: backends started here that are not used for so long end; 0 never.

    Attributes:
        home: the folder of that home.
    """

    def __init__(self, beep: Beep, cull_idle_timeout_s: float) -> None:
        self._feed = Feed()
        self.home = str(beep.home)
        self.tasks = Tasks(self.home, self._feed)
        self.watch = Watch(lambda: listings.backend_objects(beep), self._feed)
        self._beep = beep
        self._cull_idle_timeout_s = cull_idle_timeout_s

    async def runtimes(self) -> list[Runtime]:
        """All runtimes."""
        return await in_thread(self._beep.runtimes.list)

    async def runtime(self, id: str) -> Runtime:
        """The runtime of that id, or that is meant by a version.

        Raises:
            RuntimeNotFoundError, UnsupportedRuntimeError.
        """
        return await in_thread(called_runtime, self._beep, id)

    async def install_runtime(self, said: Body) -> Task:
        """Makes sure of a runtime, as a task.

        Raises:
            UsageError, RuntimeNotFoundError: before a task is made.
        """
        version, name, path = (said.get(key) for key in ("version", "name", "path"))
        await in_thread(self._beep.runtimes.check, version, name=name, path=path)
        target = said.get("name") or said.get("version") or "default"
        return self.tasks.start("runtimes.init", target, said)

    async def remove_runtime(self, id: str) -> None:
        """Removes a managed runtime.

        Raises:
            RuntimeNotFoundError, RuntimeBusyError, UsageError.
        """
        await in_thread(self._beep.runtimes.remove, id)

    async def environments(self) -> list[Body]:
        """All environments."""
        return await in_thread(listings.environment_objects, self._beep)

    async def environment(self, name: str) -> Body:
        """One environment.

        Raises:
            EnvironmentNotFoundError.
        """
        return await in_thread(listings.environment_object, self._beep, name)

    async def create_environment(self, said: Body) -> Task:
        """Builds an environment, as a task.

        Raises:
            UsageError, EnvironmentExistsError, RuntimeNotFoundError: before a task is made.
        """
        await in_thread(refuse_environment, self._beep, said)
        return self.tasks.start("environments.create", said["name"], said)

    async def change_environment(self, name: str, said: Body) -> Task:
        """Locks an environment, or rebuilds it with other arguments, as a task.

        Raises:
            UsageError, EnvironmentNotFoundError, RuntimeNotFoundError: before a task is made.
        """
        if said == {"is_locked": True}:
            await in_thread(self._beep.environments.get, name)
            return self.tasks.start("environments.lock", name, {"name": name})
        wanted = await in_thread(changed_environment, self._beep, name, said)
        return await self.create_environment(wanted)

    async def delete_environment(self, name: str, *, force: bool) -> None:
        """Deletes an environment.

        Args:
            force: stop the backends that run in it first.

        Raises:
            EnvironmentNotFoundError, EnvironmentBusyError.
        """
        await in_thread(self._beep.environments.delete, name, force=force)
        self.watch.look_soon()

    async def packages(self, name: str) -> list[Body]:
        """What is installed in an environment.

        Raises:
            EnvironmentNotFoundError.
        """
        found = await in_thread(self._beep.environments.get, name)
        pairs = (text.partition("==") for text in found.packages)
        return [{"name": name, "version": version} for name, _, version in pairs]

    async def preview(self, method: str, name: str, said: Body) -> Body:
        """What an install or uninstall would do.

        Raises:
            UsageError, EnvironmentNotFoundError, ProblemError.
        """
        await in_thread(refuse_packages, self._beep, method, name, said["packages"])
        return await self.tasks.carry_out(f"environments.{method}", {"name": name, "dry_run": True, **said})

    async def change_packages(self, method: str, name: str, said: Body) -> Task:
        """Installs or uninstalls, as a task.

        Raises:
            UsageError, EnvironmentNotFoundError: before a task is made.
        """
        await in_thread(refuse_packages, self._beep, method, name, said["packages"])
        return self.tasks.start(f"environments.{method}", name, {"name": name, **said})

    async def backends(self) -> list[Health]:
        """All backends that run."""
        return await in_thread(listings.backend_objects, self._beep)

    async def backend(self, name: str) -> Health:
        """One backend.

        Raises:
            BackendNotFoundError.
        """
        return await in_thread(listings.backend_object, self._beep, name)

    async def start_backend(self, said: Body) -> Health:
        """Starts a backend that this server owns.

        Raises:
            BackendExistsError, EnvironmentNotFoundError, UnsupportedRuntimeError, UsageError, StartError.
        """
        culled = {"idle_timeout_s": self._cull_idle_timeout_s} if self._cull_idle_timeout_s else {}
        given = {key: value for key, value in said.items() if value is not None}
        started = await in_thread(self._beep.start, **{**culled, **given, "cull": True})
        self.watch.look_soon()
        return await self.backend(started.name)

    async def stop_backend(self, name: str) -> None:
        """Stops a backend and all that it started.

        Raises:
            BackendNotFoundError.
        """
        await self._ask(name, lambda backend: backend.stop())
        self.watch.look_soon()

    async def interrupt(self, name: str) -> Body:
        """Interrupts what a backend runs now.

        Raises:
            BackendNotFoundError.
        """
        return {"interrupted": await self._ask(name, lambda backend: backend.interrupt())}

    async def restart(self, name: str) -> Health:
        """Gives a backend a fresh worker.

        Raises:
            BackendNotFoundError, StartError.
        """
        await self._ask(name, lambda backend: backend.restart())
        self.watch.look_soon()
        return await self.backend(name)

    async def logs(self, name: str) -> list[str]:
        """The lines of a backend's log.

        Raises:
            BackendNotFoundError.
        """
        return await self._ask(name, lambda backend: [line.rstrip("\n") for line in backend.logs()])

    async def execute(self, name: str, said: Body, on_output: Callable[[Output], None] | None = None) -> Body:
        """Runs code in a backend; see `execution.execute`.

        Args:
            on_output: called on a thread with each output as it comes.
        """
        return await self._ask(name, lambda backend: execute(backend, said, on_output))

    async def stop(self) -> None:
        """Ends tasks, streams and the backends that this server owns."""
        self.watch.stop()
        self._feed.close()
        own = [health.address for health in await in_thread(self._beep.backends) if health.owner == os.getpid()]
        ending = [in_thread(self._stop_at, address) for address in own]
        await asyncio.wait([asyncio.ensure_future(work) for work in (self.tasks.stop(), *ending)], timeout=STOP_S)

    def _stop_at(self, address: str) -> None:
        self._beep.connect(address).stop()

    async def _ask(self, name: str, question: Callable[[Backend], Answer]) -> Answer:
        """What a backend answers, by the name that listings give it."""

        def ask() -> Answer:
            with listings.reach(self._beep, name) as backend:
                return question(backend)

        return await in_thread(ask)

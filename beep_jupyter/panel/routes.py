"""The requests of a panel's page, answered with the manager. Runs in the kernel, each on a thread of its own.

The same paths as in REST, those that the panel uses; so that the page's code is one for both ways.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .. import listings
from ..errors import UsageError
from .messages import Request
from .tasks import Tasks

if TYPE_CHECKING:
    from ..manager import Beep

Answer = Callable[["Routes", Request, str], Any]


class Routes:
    """One manager, as the page's requests steer it.

    Args:
        look_soon: is told that what runs has changed just now.
    """

    def __init__(self, beep: Beep, tasks: Tasks, look_soon: Callable[[], None]) -> None:
        self._beep = beep
        self._look_soon = look_soon
        self._tasks = tasks

    def answer(self, request: Request) -> Any:
        """What REST would answer, as json can write it.

        Raises:
            BeepError: it cannot be done.
        """
        path = request["path"]
        pattern = "/".join("*" if index == 1 else part for index, part in enumerate(path))
        answer = _ROUTES.get((request["method"], pattern))
        if answer is None:
            raise UsageError(f"The panel cannot {request['method']} {'/'.join(path)}.", "Show it again: `%beep panel`.")
        return answer(self, request, path[1] if len(path) > 1 else "")

    def runtimes(self, request: Request, _: str) -> Any:
        return [listings.as_object(runtime) for runtime in self._beep.runtimes.list()]

    def download(self, request: Request, _: str) -> Any:
        version = request["body"]["version"]
        self._beep.runtimes.check(version)
        return self._tasks.start("runtimes.init", version, {"version": version})

    def remove(self, request: Request, id: str) -> Any:
        self._beep.runtimes.remove(id)

    def environments(self, request: Request, _: str) -> Any:
        return listings.environment_objects(self._beep)

    def create(self, request: Request, _: str) -> Any:
        body = request["body"]
        self._beep.environments.check(**body)
        fields = {key: value for key, value in body.items() if key != "name"}
        return self._tasks.start("environments.create", body["name"], {"providerName": body["name"], **fields})

    def delete(self, request: Request, name: str) -> Any:
        self._beep.environments.delete(name, force="force" in request["flags"])
        self._look_soon()

    def install(self, request: Request, name: str) -> Any:
        packages = request["body"].get("packages", [])
        if "dry_run" in request["flags"]:
            return asdict(self._beep.environments.install(name, packages, dry_run=True))
        self._beep.environments.get(name)
        return self._tasks.start("environments.install", name, {"name": name, "packages": packages})

    def backends(self, request: Request, _: str) -> Any:
        return [listings.as_object(health) for health in listings.backend_objects(self._beep)]

    def start(self, request: Request, _: str) -> Any:
        body = request["body"]
        started = self._beep.start(body.get("kind", "pipe"), body.get("environment"), name=body.get("name"))
        self._look_soon()
        return listings.as_object(listings.backend_object(self._beep, started.name))

    def interrupt(self, request: Request, name: str) -> Any:
        with listings.reach(self._beep, name) as backend:
            return {"interrupted": backend.interrupt()}

    def restart(self, request: Request, name: str) -> Any:
        listings.restart(self._beep, name)
        self._look_soon()
        return listings.as_object(listings.backend_object(self._beep, name))

    def stop(self, request: Request, name: str) -> Any:
        with listings.reach(self._beep, name) as backend:
            backend.stop()
        self._look_soon()

    def logs(self, request: Request, name: str) -> Any:
        with listings.reach(self._beep, name) as backend:
            return [line.rstrip("\n") for line in backend.logs()]

    def tasks(self, request: Request, _: str) -> Any:
        return self._tasks.list()

    def cancel(self, request: Request, id: str) -> Any:
        return self._tasks.cancel(id)


_ROUTES: dict[tuple[str, str], Answer] = {
    ("GET", "runtimes"): Routes.runtimes,
    ("POST", "runtimes"): Routes.download,
    ("DELETE", "runtimes/*"): Routes.remove,
    ("GET", "environments"): Routes.environments,
    ("POST", "environments"): Routes.create,
    ("DELETE", "environments/*"): Routes.delete,
    ("POST", "environments/*/packages"): Routes.install,
    ("GET", "backends"): Routes.backends,
    ("POST", "backends"): Routes.start,
    ("DELETE", "backends/*"): Routes.stop,
    ("POST", "backends/*/interrupt"): Routes.interrupt,
    ("POST", "backends/*/restart"): Routes.restart,
    ("GET", "backends/*/logs"): Routes.logs,
    ("GET", "tasks"): Routes.tasks,
    ("DELETE", "tasks/*"): Routes.cancel,
}

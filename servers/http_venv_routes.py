"""The routes of environments, from the original's `VenvService`. Runs in the HTTP server.

What takes long reports its progress where the client asks for events, and is cancelled when the client leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response

import http_models as models
from http_headers import EVENTS
from http_openapi import documented, success_reply
from http_replies import Event, as_json, stream, takes_events
from http_threads import on_thread
from life import Life
from venv_jobs import VenvJob

_ENVIRONMENT = {
    "name": "string",
    "path": "string",
    "python": "string",
    "version": "string",
    "state": {"enum": ["ready", "building", "modified", "broken"]},
    "packages": {"type": "array", "items": {"type": "string"}},
}
_OBJECT = {"type": "object", "required": list(_ENVIRONMENT)}
_CREATED = {"path": "string", "success": {"const": True}}
_CHANGED = {"success": {"const": True}, "added": "array", "removed": "array", "isDryRun": "boolean"}
_STATUSES = (404, 409, 502, 503)


def venv_routes(life: Life) -> APIRouter:
    """The routes over a backend's management commands."""
    api = APIRouter(prefix="/venv", tags=["environments"])
    managing = Managing(life)

    @api.post("/create", **_documented(_CREATED))
    async def create(body: models.CreateEnvironment, request: Request) -> Response:
        """Builds an environment, named `slug(providerName)-slug(modelId)`; one of the same spec is success."""
        return await managing.answer(request, "create", body.fields())

    @api.post("/delete", **_documented(success_reply()))
    async def delete(body: models.DeleteEnvironment, request: Request) -> Response:
        """Deletes an environment; refused while a backend runs in it."""
        return await managing.answer(request, "delete", body.fields())

    @api.get("/list", **documented({"application/json": {"type": "array", "items": _OBJECT}}, statuses=_STATUSES))
    async def list_environments() -> Response:
        """All environments."""
        return as_json((await managing.result("list", {}))["environments"])

    @api.get("/status/{name}", **documented(_ENVIRONMENT, statuses=_STATUSES))
    async def status(name: str) -> Response:
        """One environment."""
        return as_json((await managing.result("status", {"name": name}))["environment"])

    @api.post("/install", **_documented(_CHANGED))
    async def install(body: models.ChangePackages, request: Request) -> Response:
        """Adds packages to an environment."""
        return await managing.answer(request, "install", body.fields())

    @api.post("/uninstall", **_documented(_CHANGED))
    async def uninstall(body: models.ChangePackages, request: Request) -> Response:
        """Removes packages from an environment."""
        return await managing.answer(request, "uninstall", body.fields())

    @api.post("/admin", **_documented({"environment": _OBJECT}))
    async def admin(request: Request) -> Response:
        """Makes sure of the environment `admin`, in which code can import beep_jupyter."""
        return await managing.answer(request, "admin", {})

    @api.post("/lock", **_documented({"path": "string"}))
    async def lock(body: models.NamedEnvironment, request: Request) -> Response:
        """Locks what is installed, with hashes."""
        return await managing.answer(request, "lock", body.fields())

    @api.post("/clone", **_documented({"environment": _OBJECT}))
    async def clone(body: models.CloneEnvironment, request: Request) -> Response:
        """Builds a second environment with exactly the first one's packages."""
        return await managing.answer(request, "clone", body.fields())

    return api


def _documented(reply: dict[str, Any]) -> dict[str, Any]:
    said = documented(reply, statuses=_STATUSES)
    said["responses"][200]["content"][EVENTS] = {"schema": {"type": "string"}}
    return said


class Managing:
    """From a request of HTTP to a job's result as a response."""

    def __init__(self, life: Life) -> None:
        self._life = life

    async def answer(self, request: Request, command: str, fields: dict[str, Any]) -> Response:
        """Carries a command out, as a stream of its progress where that is asked for."""
        if takes_events(request):
            return stream(request, self._events(await self._start(command, fields)))
        return as_json(await self.result(command, fields, request))

    async def result(self, command: str, fields: dict[str, Any], request: Request | None = None) -> dict[str, Any]:
        """What a command gives; cancelled when the client leaves.

        Raises:
            Refused: its error.
        """
        job = await self._start(command, fields)
        done = asyncio.ensure_future(on_thread(job.result))
        leaving = asyncio.ensure_future(_left(request)) if request is not None else None
        try:
            waited = [done] if leaving is None else [done, leaving]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                job.cancel()
            found: dict[str, Any] = await done
            return found
        except BaseException:
            job.cancel()
            raise
        finally:
            if leaving is not None:
                leaving.cancel()

    async def _start(self, command: str, fields: dict[str, Any]) -> VenvJob:
        job: VenvJob = await on_thread(self._life.jobs.start, command, fields)
        return job

    async def _events(self, job: VenvJob) -> AsyncIterator[Event]:
        steps = job.progress()
        try:
            while (step := await on_thread(next, steps, None)) is not None:
                yield "progress", step, ()
            yield "reply", await on_thread(job.result), ()
        finally:
            job.cancel()  # it has ended, or its client has left


async def _left(request: Request) -> None:
    """Returns when the client has hung up; its body was taken in before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass

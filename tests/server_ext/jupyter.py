"""A Jupyter server of one's own, and a client that holds every reply against `openapi.yaml`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from beep_jupyter.backends import processes
from beep_jupyter.server_ext import contract

CHECKOUT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef"
READY_S = 30.0
END_S = 15.0


class JupyterServer:
    """A server process with the extension, enabled as an installation does it.

    Args:
        folder: holds its home, its configuration and what it writes at run time.
        options: of its command line.
        checks_xsrf: off for most tests: it would refuse an open POST route too, and hide that it is open.
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        base_url: str = "/",
        checks_xsrf: bool = False,
        variables: dict[str, str] | None = None,
    ) -> None:
        self._clients: list[Client] = []
        self.home = folder / "home"
        self.runtime_folder = folder / "run"
        self.log = folder / "server.log"
        self.base_url = base_url
        (folder / "root").mkdir(parents=True, exist_ok=True)
        self.variables = self._variables(folder) | (variables or {})
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
        given = [f"--ServerApp.disable_check_xsrf={not checks_xsrf}", f"--IdentityProvider.token={TOKEN}", *options]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, *given, f"--ServerApp.base_url={base_url}", f"--ServerApp.root_dir={folder / 'root'}"],
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder / "root",
                start_new_session=True,
            )
        self.url = f"http://127.0.0.1:{self._port()}"

    @staticmethod
    def _variables(folder: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "JPY_"))}
        return kept | {
            "BEEP_HOME": str(folder / "home"),
            "JUPYTER_RUNTIME_DIR": str(folder / "run"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_CONFIG_PATH": str(CHECKOUT / "jupyter-config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(CHECKOUT),
        }

    def _port(self) -> int:
        info = self.runtime_folder / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                port = int(json.loads(info.read_text())["port"])
                socket.create_connection(("127.0.0.1", port)).close()  # it listens a moment after it said where
                return port
            except (FileNotFoundError, ValueError, ConnectionRefusedError):
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def client(self, token: str | None = TOKEN) -> Client:
        """A client that is logged in, or not; it is closed when the server ends."""
        made = Client(self.url, self.base_url, token)
        self._clients.append(made)
        return made

    def below(self) -> set[int]:
        """The processes that it started, and theirs."""
        return set(processes.descendants(self.process.pid))

    def end(self, number: int = signal.SIGTERM) -> None:
        """Ends it, and waits for that."""
        for client in self._clients:
            client.http.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end:\n{self.log.read_text()[-3000:]}") from None


class Client:
    """Asks the routes of `openapi.yaml`, and checks each reply against it."""

    def __init__(self, url: str, base_url: str, token: str | None) -> None:
        headers = {"Authorization": f"token {token}"} if token else {}
        self.base_url = base_url.rstrip("/")
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60.0, trust_env=False)

    def ask(
        self,
        method: str,
        template: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        **path: str,
    ) -> httpx.Response:
        """A reply that is as the file says.

        Args:
            template: a path of the file, without `/beep/v1/`.
            path: what stands for its parts.
        """
        known = f"/beep/v1/{template}"
        reply = self.http.request(
            method, self.base_url + known.format(**path), json=body, content=content, params=query, headers=headers
        )
        check_reply(known, method, reply)
        return reply

    def get(self, template: str, **options: Any) -> Any:
        """The JSON of a reply to GET that went well."""
        reply = self.ask("GET", template, **options)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def begun(self, method: str, template: str, body: Any = None, **options: Any) -> str:
        """The id of the task that a request begins."""
        reply = self.ask(method, template, body, **options)
        assert reply.status_code == 202, reply.text
        id: str = reply.json()["id"]
        assert reply.headers["Location"] == f"{self.base_url}/beep/v1/tasks/{id}"
        return id

    def ended(self, id: str, within_s: float = 60.0) -> dict[str, Any]:
        """A task when it has ended."""
        return self.when(id, lambda task: task["ended_at"] is not None, within_s)

    def when(self, id: str, holds: Any, within_s: float = 60.0) -> dict[str, Any]:
        """A task when something holds of it."""
        deadline = time.monotonic() + within_s
        while True:
            task: dict[str, Any] = self.get("tasks/{id}", id=id)
            if holds(task):
                return task
            assert time.monotonic() < deadline, task
            time.sleep(0.05)

    def made(self, method: str, template: str, body: Any = None, **options: Any) -> dict[str, Any]:
        """The result of a task that is done."""
        task = self.ended(self.begun(method, template, body, **options))
        assert task["state"] == "done", task
        result: dict[str, Any] = task["result"]
        return result

    @contextmanager
    def events(self, template: str, method: str = "GET", body: Any = None, **path: str) -> Iterator[Iterator[Any]]:
        """The events of a stream as (name, data)."""
        url = self.base_url + f"/beep/v1/{template}".format(**path)
        with self.http.stream(method, url, json=body, headers={"Accept": "text/event-stream"}) as reply:
            assert reply.status_code == 200, reply.read()
            assert reply.headers["content-type"] == "text/event-stream"
            yield _events(reply.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """(method, template, operation) of the file."""
    return [
        (method.upper(), path.removeprefix("/beep/v1/"), operation)
        for path, methods in contract.document()["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def filled(template: str) -> str:
    """A path that a template may stand for, of things that are not there."""
    ids = template.replace("tasks/{id}", "tasks/00000000-0000-4000-8000-000000000000")
    return re.sub(r"\{\w+\}", "nothing", ids)


def check_reply(path: str, method: str, reply: httpx.Response) -> None:
    """Asserts that a status, its headers and its body are documented."""
    document = contract.document()
    documented = document["paths"][path][method.lower()]["responses"]
    assert str(reply.status_code) in documented, f"{method} {path} answers {reply.status_code}: {reply.text}"
    said = documented[str(reply.status_code)]
    if "$ref" in said:
        said = document["components"]["responses"][said["$ref"].rpartition("/")[2]]
    assert all(name in reply.headers for name in said.get("headers", {}))
    if "content" not in said:
        assert reply.content == b""
        return
    kind = reply.headers["content-type"].partition(";")[0]
    assert kind in said["content"], kind
    schema = said["content"][kind]["schema"] | {"components": document["components"]}
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(reply.json())

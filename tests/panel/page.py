"""A page of the panel as the kernel sees it: a real kernel, and comm messages as a front end sends them."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from tests.magics.test_kernel import Kernel

LOOK = """
import threading, comm, json
print(json.dumps({
    "comms": len(comm.get_comm_manager().comms),
    "threads": sorted(t.name for t in threading.enumerate() if t.name.startswith("beep-panel")),
}))
"""


class Page:
    """The panel of a kernel that has loaded the extension; what it is told is kept."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.heard: list[str] = []
        self.replies: dict[str, dict[str, Any]] = {}
        self.comm = ""
        self.state: dict[str, Any] = {}
        self.shown = self._show()

    def _show(self) -> dict[str, Any]:
        request = self.kernel.send("%beep panel")
        shown: dict[str, Any] = {}
        while True:
            message = self.kernel.client.get_iopub_msg(timeout=30)
            kind, content = message["msg_type"], message["content"]
            if kind == "comm_open" and "_esm" in content["data"]["state"]:
                self.comm, self.state = content["comm_id"], content["data"]["state"]
            elif kind == "display_data":
                shown = content["data"]
            elif kind == "status" and content["execution_state"] == "idle" and _is_of(message, request):
                return shown

    def say(self, content: dict[str, Any]) -> None:
        """Sends one message, as the page's JavaScript does."""
        data = {"comm_id": self.comm, "data": {"method": "custom", "content": content}}
        client = self.kernel.client
        client.shell_channel.send(client.session.msg("comm_msg", data))

    def ask(self, method: str, *path: str, flags: tuple[str, ...] = (), body: dict[str, Any] | None = None) -> str:
        """Sends a request; returns its id."""
        id = uuid.uuid4().hex
        self.say(
            {"type": "request", "id": id, "method": method, "path": [*path], "flags": [*flags], "body": body or {}}
        )
        return id

    def call(self, method: str, *path: str, **details: Any) -> Any:
        """The content of the reply, which must be well."""
        reply = self.reply(self.ask(method, *path, **details))
        assert reply["ok"], reply
        return reply["content"]

    def refusal(self, method: str, *path: str, **details: Any) -> str:
        """The sentence of the reply, which must be a refusal."""
        reply = self.reply(self.ask(method, *path, **details))
        assert not reply["ok"]
        return str(reply["content"]["message"])

    def reply(self, id: str) -> dict[str, Any]:
        """The reply to a request."""
        while id not in self.replies:
            self.listen()
        return self.replies.pop(id)

    def wait_for(self, name: str, /, **facts: Any) -> dict[str, Any]:
        """The data of the next event of that name that says so; those before it are dropped."""
        while True:
            while not self.events:
                self.listen()
            found, data = self.events.pop(0)
            if found == name and facts.items() <= data.items():
                return data

    def listen(self, timeout_s: float = 30) -> None:
        """Takes in the kernel's next message."""
        message = self.kernel.client.get_iopub_msg(timeout=timeout_s)
        data = message["content"].get("data", {})
        if message["msg_type"] != "comm_msg" or data.get("method") != "custom":
            return
        content = data["content"]
        if content["type"] == "reply":
            self.replies[content["id"]] = content
        elif content["type"] == "heard":
            self.heard.append(content["id"])
        else:
            self.events.append((content["event"], content["data"]))

    def left(self) -> dict[str, Any]:
        """The comms and threads that the kernel has just now."""
        text = "".join(output["text"] for output in self.kernel.run(LOOK) if output["kind"] == "stream")
        found: dict[str, Any] = json.loads(text)
        return found

    def left_soon(self, wanted: dict[str, Any]) -> bool:
        """Whether that is so within a few seconds."""
        deadline = time.monotonic() + 10
        while (found := self.left()) != wanted:
            if time.monotonic() > deadline:
                raise AssertionError(found)
            time.sleep(0.2)
        return True


def _is_of(message: dict[str, Any], request: str) -> bool:
    return bool(message["parent_header"].get("msg_id") == request)

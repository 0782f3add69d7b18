"""Lets clients in: peer check, hello, and then to the plane they asked for. Runs in the pipe server.

Before its hello is accepted a connection may send 4 KiB and has 2 s. Whoever is refused learns one thing only.
"""

from __future__ import annotations

import hmac
import os
import socket
import struct
import threading

from beep_jupyter.worker.wire import AFTER_HELLO, BEFORE_HELLO, PROTOCOL, FrameError, FrameReader, pack

from control import Refused
from life import Life
from supervisor import DEFAULT_SESSION, SessionMissingError, WorkerStartError
from worker import CrowdedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HELLO_S = 2.0
MANAGEMENT = "venv_"  # begins the commands that a process of their own carries out
MAX_WAITING = 64  # connections that have not said hello yet


class Doorman:
    """Answers everybody who connects, each on a thread of its own."""

    def __init__(self, life: Life) -> None:
        self._control = life.control
        self._life = life
        self._log = life.log
        self._supervisor = life.supervisor
        self._token = life.token.encode()
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)

    def open(self, listener: socket.socket) -> None:
        """Takes in those who wait at the listener; called by the poller."""
        try:
            client, _ = listener.accept()
        except OSError:
            return
        if not self._waiting.acquire(blocking=False):
            client.close()
            return
        threading.Thread(target=self._receive, args=(client,), daemon=True).start()

    def _receive(self, client: socket.socket) -> None:
        client.settimeout(HELLO_S)
        reader = FrameReader(BEFORE_HELLO)
        try:
            peer = _peer_pid(client)
            hello = self._check(_next_frame(client, reader, exactly=True))
        except EOFError:  # nothing was said: somebody looked whether anybody is here
            client.close()
            return
        except (FrameError, OSError, Refused) as problem:
            self._log(f"refused a connection: {problem}")
            _say(client, {"type": "refused", "code": getattr(problem, "code", "protocol"), "message": str(problem)})
            client.close()
            return
        finally:
            self._waiting.release()
        client.settimeout(None)
        if hello.get("kind") == "control":
            reader.limits = AFTER_HELLO
            with client:
                self._serve_control(client, reader, peer)
        else:
            self._pass_on(client, hello)

    def _check(self, hello: dict[str, Any]) -> dict[str, Any]:
        token = hello.get("token")
        if hello.get("type") != "hello" or not isinstance(token, str):
            raise Refused("unauthenticated", "wrong or missing token")
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token):
            raise Refused("unauthenticated", "wrong or missing token")
        if hello.get("protocol") != PROTOCOL:
            asked = hello.get("protocol")
            raise Refused("protocol", f"the backend speaks protocol {PROTOCOL}, the client {asked}")
        if hello.get("kind") not in ("session", "aside", "control"):
            raise Refused("protocol", "the hello's kind must be 'session', 'aside' or 'control'")
        if not isinstance(hello.get("session", DEFAULT_SESSION), str):
            raise Refused("bad_request", "field 'session' must be a text")
        return hello

    def _pass_on(self, client: socket.socket, hello: dict[str, Any]) -> None:
        refusal: dict[str, Any]
        try:
            session, is_aside = hello.get("session", DEFAULT_SESSION), hello["kind"] == "aside"
            self._supervisor.connect(session, client, is_aside=is_aside)
            return
        except SessionMissingError as missing:
            refusal = {"code": "no_session", "message": f"there is no session '{missing}'"}
        except WorkerStartError as failed:
            refusal = {"code": "start", "message": str(failed)}
            refusal["stderr_tail"] = failed.obituary.get("stderr_tail", "")
        except CrowdedError:
            refusal = {"code": "crowded", "message": "too many clients wait for what it runs now"}
        _say(client, refusal | {"type": "refused"})
        client.close()

    def _serve_control(self, client: socket.socket, reader: FrameReader, peer: int) -> None:
        try:
            _say(client, {"type": "ready", "pid": os.getpid(), "protocol": PROTOCOL})
            while True:
                self._answer(client, _next_frame(client, reader), peer)
        except EOFError:
            return
        except (FrameError, OSError) as problem:
            self._log(f"closed a control connection: {problem}")

    def _answer(self, client: socket.socket, header: dict[str, Any], peer: int) -> None:
        fields = header.get("fields")
        if header.get("type") != "request" or not isinstance(fields, dict):
            raise FrameError("what came is no request")
        reply: dict[str, Any] = {"type": "reply", "id": header.get("id")}
        if header.get("command") == "logs":
            for line in self._control.follow_logs(fields):
                _send(client, reply | {"type": "event", "event": "log", "fields": {"line": line}})
            _send(client, reply | {"fields": {}})
            return
        command = header.get("command")
        try:
            if isinstance(command, str) and command.startswith(MANAGEMENT):
                reply["fields"] = self._manage(client, reply, command.removeprefix(MANAGEMENT), fields)
            else:
                reply["fields"] = self._control.answer(command, fields, peer)
        except Refused as refused:
            reply["error"] = {"code": refused.code, "message": str(refused)} | refused.facts
        _send(client, reply)

    def _manage(
        self, client: socket.socket, reply: dict[str, Any], command: str, fields: dict[str, Any]
    ) -> dict[str, Any]:
        """Carries out a management command, whose progress goes to the client; its hanging up cancels it."""
        own = {name: value for name, value in fields.items() if name != "session"}
        job, poller, descriptor = self._life.jobs.start(command, own), self._life.poller, client.fileno()
        poller.watch(descriptor, lambda: poller.forget(descriptor, job.cancel), hang_up_only=True)
        try:
            for progress in job.progress():
                _send(client, reply | {"type": "event", "event": "progress", "fields": progress})
            return job.result()
        finally:
            job.cancel()  # it has ended, or what it said could not be sent
            poller.forget(descriptor)


def _next_frame(client: socket.socket, reader: FrameReader, *, exactly: bool = False) -> dict[str, Any]:
    """The next frame's header.

    Args:
        exactly: takes nothing behind the frame; what a client sent behind its hello is the worker's.

    Raises:
        EOFError: the client has left between frames.
        FrameError: it sent no frame, or left within one.
    """
    while (frame := reader.take()) is None:
        count = client.recv_into(reader.space(), reader.wanted() if exactly else 0)
        if not count:
            if reader.is_between_frames:
                raise EOFError
            raise FrameError("the client left within a frame")
        reader.fed(count)
    return frame[0]


def _send(client: socket.socket, header: dict[str, Any]) -> None:
    client.sendall(b"".join(pack(header)))


def _say(client: socket.socket, header: dict[str, Any]) -> None:
    """Sends to somebody who may have left already."""
    try:
        _send(client, header)
    except OSError:
        pass


def _peer_pid(client: socket.socket) -> int:
    """The pid at the other end, whose user must be ours or root.

    Raises:
        Refused: it is another user. Where the system does not tell (macOS), the folder's mode is the guard.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    pid, uid, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if uid not in (os.getuid(), 0):
        raise Refused("unauthenticated", "wrong or missing token")
    return int(pid)

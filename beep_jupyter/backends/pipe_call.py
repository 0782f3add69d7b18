"""One request of the session plane over a pipe, on the thread that calls. Runs in clients.

A worker that runs another client's code lets a new connection wait, and what is sent over one that it knows. A request
is given up in both places: before it is sent by hanging up, later by asking the control plane as well, which keeps it
from being begun.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import ConnectionLostError, StartError
from .interrupting import InterruptedCall
from .pipe_connection import PipeConnection
from .prompting import prompt
from .transport import OnEvent, OnInput, Reply

KILL_AFTER_TIMEOUT_S = 5.0
TAIL_CHARACTERS = 4000


class Call:
    """One request.

    Args:
        control: carries out a command of the control plane, which waits for nobody.
        requests: the numbers of frames that ask for something.

    Attributes:
        interruptible: while inside, whoever may interrupt the calls of this thread interrupts this one.
        is_withdrawn: whether it was given up before it was begun.
        stderr_tail: the latest of what its code wrote there.
        worker: what the one that it was sent to has said of itself.
    """

    __slots__ = (
        "_connection",
        "_control",
        "_deadline",
        "_is_asked",
        "_is_late",
        "_on_input",
        "_on_output",
        "_opening",
        "_request",
        "_requests",
        "interruptible",
        "is_withdrawn",
        "stderr_tail",
        "worker",
    )

    def __init__(
        self,
        control: Callable[[str, dict[str, Any]], dict[str, Any]],
        requests: Iterator[int],
        on_output: OnEvent | None,
        timeout_s: float | None,
        on_input: OnInput | None,
    ) -> None:
        self.interruptible = InterruptedCall(self._interrupt)
        self.is_withdrawn = False
        self.stderr_tail = ""
        self._connection: PipeConnection | None = None
        self._control = control
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._is_asked = False
        self._is_late = False
        self._on_input = on_input
        self._on_output = on_output
        self._opening: PipeConnection | None = None
        self._request = next(requests)
        self._requests = requests
        self.worker: dict[str, Any] = {}

    def wait_for(self, opening: PipeConnection) -> None:
        """Waits until the worker lets a new connection in.

        Raises:
            HungUpError: the worker ended, or the request was given up.
            BeepError: what the refusal says.
        """
        self._opening = opening
        if self._is_asked:  # by a thread that found nothing to hang up
            self._withdraw(opening)
        opening.greet(self._waiting(opening))
        self._opening = None

    def begins_on(self, connection: PipeConnection) -> bool:
        """Whether it is to be sent there, and was not given up before."""
        self._connection, self.worker = connection, connection.ready
        if self._is_asked:  # by a thread that found nothing to ask for
            self.is_withdrawn = True
        return not self.is_withdrawn

    def carry_out(self, command: str, fields: dict[str, Any], buffers: Sequence[Any], beside: dict[str, Any]) -> Reply:
        """Sends the request and waits for the reply; hands on outputs meanwhile.

        Args:
            beside: what else the frame's header holds.

        Raises:
            BrokenError: the connection ended.
        """
        connection = self._connection
        assert connection is not None
        header: dict[str, Any] = {"type": "request", "id": self._request, "command": command, "fields": fields}
        connection.send(header | beside if beside else header, buffers)
        wait = self._waiting(connection)
        while True:
            header, parts = connection.receive(wait)
            if header["type"] == "event":
                self._take(connection, header)
            else:
                return Reply(header.get("fields", {}), parts, header.get("error"), self._is_late)

    def withdrawn(self) -> Reply:
        """What stands for the reply of a request that was given up before it began."""
        error = {
            "code": "raised",
            "status": "interrupted",
            "ename": "KeyboardInterrupt",
            "evalue": "it waited for other code of its session and was not begun",
            "traceback": ["KeyboardInterrupt: it waited for other code of its session and was not begun"],
        }
        return Reply(error=error, is_late=self._is_late)

    def deliver(self, output: dict[str, Any]) -> None:
        """Hands an output on."""
        if output.get("name") == "stderr":
            self.stderr_tail = (self.stderr_tail + output["text"])[-TAIL_CHARACTERS:]
        if self._on_output is not None:
            self._on_output(output)

    def _take(self, connection: PipeConnection, event: dict[str, Any]) -> None:
        if event["event"] == "input_request":
            self._answer(connection, event["fields"])
        else:
            self.deliver(event["fields"])

    def _answer(self, connection: PipeConnection, asked: dict[str, Any]) -> None:
        def send(text: str | None) -> None:
            request = {"type": "request", "id": next(self._requests), "command": "input"}
            connection.send(request | {"fields": {"request": self._request, "text": text}})

        prompt(asked["prompt"], asked["password"], self._on_input, self.interruptible, self._interrupt, send)

    def _waiting(self, connection: PipeConnection) -> Callable[[], None] | None:
        """What waits for something to receive, where there is a time limit."""
        return None if self._deadline is None else lambda: self._wait(connection)

    def _wait(self, connection: PipeConnection) -> None:
        """Interrupts at the deadline, kills when that did not help."""
        while self._deadline is not None and not connection.wait(self._deadline):
            if self._is_late:
                self._ask({"kill": "timeout"})
                self._deadline = None
                return
            self._is_late = True
            self._deadline = time.monotonic() + KILL_AFTER_TIMEOUT_S
            self._interrupt()

    def _interrupt(self) -> None:
        """Asks for the interrupt of this request, and no other; the second time the server kills the worker."""
        self._ask({})

    def _ask(self, fields: dict[str, Any]) -> None:
        """Asks for the interrupt of this request, or for more; gives it up where asking does not help.

        It may be called by another thread than the one that calls. So each of the two says first where it is, then
        looks where the other is.
        """
        was_asked, self._is_asked = self._is_asked, True
        connection = self._connection
        if connection is None:
            self._withdraw(self._opening)
            return
        key = {"connection": connection.ready["connection"], "request": self._request}
        try:
            answer = self._control("interrupt", key | fields)
        except (ConnectionLostError, StartError):
            connection.hang_up()  # it is ending, or nobody can be asked any more to end this call
            return
        if answer["waits"] or (was_asked and not answer["interrupted"] and not answer["killed"]):
            self._withdraw(connection)  # another's request runs; this one will not begin, since its interrupt is there

    def _withdraw(self, connection: PipeConnection | None) -> None:
        self.is_withdrawn = True
        if connection is not None:
            connection.hang_up()

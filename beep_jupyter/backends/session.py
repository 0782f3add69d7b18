"""What can be asked of a session: the methods that mean the same over every transport. Runs in clients."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ExecutionError, ExecutionTimeoutError, TransferError, UsageError
from ..models import Execution, Output, Receipt
from ..worker import values
from .handle import Handle, released_to
from .transport import OnEvent, Reply, Transport
from .wire_errors import error_of

_PLAIN = frozenset((type(None), bool, int, float, str))


class Session:
    """A namespace in a backend, with one worker behind it.

    It may be used from several threads; calls queue. `interrupt`, `health`, `restart` and `stop` never wait for one.
    """

    def __init__(self, transport: Transport, backend_name: str) -> None:
        self._backend_name = backend_name
        self._transport = transport

    def evaluate(self, code: str, locals: Mapping[str, Any] | None = None, timeout_s: float | None = None) -> Any:
        """Runs statements and returns the value of the last expression.

        What the code prints goes to this process's own stdout and stderr.

        Args:
            code: plain Python.
            locals: bound in the session's namespace for the call and put back after it.
            timeout_s: interrupts the code after so long; None waits for ever.

        Returns:
            The value; a Handle where it cannot travel; None where there is no last expression.

        Raises:
            ExecutionError: the code raised.
            ExecutionTimeoutError: it was interrupted at its time limit.
            WorkerDiedError: the worker ended while it ran, or since the last call.
            TransferError: one of `locals` cannot travel.
        """
        trees, buffers = self._encode(locals or {}) if locals else ({}, [])
        fields = {"code": code, "locals": trees}
        return self._value(self._call("eval", fields, buffers, timeout_s=timeout_s, on_output=_print))

    def execute(
        self,
        code: str,
        inputs: Mapping[str, Any] | None = None,
        outputs: Iterable[str] = (),
        timeout_s: float | None = None,
        on_output: OnEvent | None = None,
        stdin: Any = None,
        check: bool = True,
        *,
        want_result: bool = True,
    ) -> Execution:
        """Runs code as a notebook cell: output streams, the last expression is displayed.

        Args:
            code: plain Python.
            inputs: variables to set before it runs.
            outputs: names of variables to bring back after success.
            timeout_s: interrupts the code after so long; None waits for ever.
            on_output: called with each output as it comes, on this thread.
            stdin: not offered yet; code that reads standard input gets EOFError.
            check: whether code that raises raises here too.
            want_result: whether the last expression's value is brought back, beside its display.

        Raises:
            ExecutionError: the code raised, with the Execution attached; not with `check=False`.
            ExecutionTimeoutError: it was interrupted at its time limit.
            WorkerDiedError: the worker ended while it ran, or since the last call.
            TransferError: one of `inputs` cannot travel; nothing was run.
        """
        trees, buffers = self._encode(inputs or {}) if inputs else ({}, [])
        fields = {"code": code, "inputs": trees, "outputs": list(outputs), "result": want_result}
        seen: list[Output] = []

        def gather(output: Output) -> None:
            seen.append(output)
            if on_output is not None:
                on_output(output)

        reply = self._transport.call("execute", fields, buffers, on_output=gather, timeout_s=timeout_s)
        execution = self._execution(reply, seen)
        if reply.is_late and execution.status == "interrupted":
            raise ExecutionTimeoutError(timeout_s or 0.0, execution)
        if check and execution.error is not None:
            raise ExecutionError(
                execution.error["ename"], execution.error["evalue"], execution.error["traceback"], execution
            )
        return execution

    def put(self, **variables: Any) -> list[Receipt]:
        """Sets variables in the namespace.

        Returns:
            A receipt for each, in order.

        Raises:
            TransferError: one of them cannot travel; none was set.
        """
        encoded = {name: self._encode_one(name, value) for name, value in variables.items()}
        receipts = []
        for name, (tree, buffers) in encoded.items():
            begun = time.perf_counter()
            self._call("put", {"values": {name: tree}}, buffers)
            size = sum(memoryview(buffer).nbytes for buffer in buffers)
            receipts.append(Receipt(name, "buffers" if buffers else "json", size, time.perf_counter() - begun))
        return receipts

    def get(self, name: str) -> Any:
        """The value of a variable, or a Handle where it cannot travel.

        Raises:
            UsageError: there is no such variable.
        """
        return self._value(self._call("get", {"name": name}))

    def variables(self) -> dict[str, dict[str, Any]]:
        """`{name: {type, repr, shape, size_bytes}}`, without modules and names that begin with `_`."""
        found: dict[str, dict[str, Any]] = self._call("variables", {}).fields["variables"]
        return found

    def delete(self, name: str) -> None:
        """Removes a variable.

        Raises:
            UsageError: there is no such variable.
        """
        self._call("delete", {"name": name})

    def interrupt(self) -> bool:
        """Interrupts what runs now; a second time during the same call kills the worker.

        Returns:
            Whether something was interrupted or killed.
        """
        answer = self._transport.control("interrupt", {})
        return bool(answer["interrupted"] or answer["killed"])

    def restart(self) -> None:
        """Replaces the worker by a fresh one; the variables are lost.

        Raises:
            StartError: the fresh one did not become ready.
        """
        self._transport.control("restart", {})

    def close(self) -> None:
        """Drops the client; the session lives on."""
        self._transport.close()

    def _call(
        self,
        command: str,
        fields: dict[str, Any],
        buffers: list[Any] | None = None,
        *,
        timeout_s: float | None = None,
        on_output: OnEvent | None = None,
    ) -> Reply:
        reply = self._transport.call(command, fields, buffers or (), on_output=on_output, timeout_s=timeout_s)
        if reply.error is not None:
            if reply.is_late and reply.error.get("status") == "interrupted":
                raise ExecutionTimeoutError(timeout_s or 0.0)
            raise error_of(reply.error, self._backend_name)
        return reply

    def _execution(self, reply: Reply, seen: list[Output]) -> Execution:
        if reply.error is not None and reply.error.get("status") == "interrupted":  # before it began
            error = {part: reply.error[part] for part in ("ename", "evalue", "traceback")}
            return Execution("interrupted", seen, None, {}, error, 0.0)
        if reply.error is not None:
            raise error_of(reply.error, self._backend_name)
        fields, buffers = reply.fields, reply.buffers
        trees = {"result": fields["result"], "values": fields["values"]}
        decoded = self._decode(trees, buffers)
        return Execution(
            fields["status"], seen, decoded["result"], decoded["values"], fields["error"], fields["duration_s"]
        )

    def _value(self, reply: Reply) -> Any:
        if reply.fields.get("isHandle"):
            with released_to(self._transport.released):
                return Handle(reply.fields)
        return self._decode(reply.fields["value"], reply.buffers)

    def _decode(self, tree: Any, buffers: Any) -> Any:
        if type(tree) in _PLAIN:  # what most replies hold
            return tree
        try:
            with released_to(self._transport.released):
                return values.decode(tree, buffers)
        except values.Unreceivable as error:
            raise TransferError(str(error), error.cure) from error
        except values.MalformedValue as error:
            raise TransferError(f"A value from backend '{self._backend_name}' is malformed: {error}") from error

    def _encode(self, variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        trees: dict[str, Any] = {}
        buffers: list[Any] = []
        for name, value in variables.items():
            trees[name], own = self._encode_one(name, value, len(buffers))
            buffers += own
        return trees, buffers

    def _encode_one(self, name: str, value: Any, first_buffer: int = 0) -> tuple[Any, list[Any]]:
        if not name.isidentifier():
            raise UsageError(f"{name!r} cannot name a variable.", "Use letters, digits and '_'.")
        try:
            return values.encode(value, first_buffer=first_buffer)
        except values.Untransferable as error:
            raise TransferError(
                f"'{name}' cannot be sent to backend '{self._backend_name}': {error}", error.cure
            ) from None


def _print(output: Output) -> None:
    """Prints a stream's text where this process prints its own."""
    if output["output_type"] == "stream":
        (sys.stderr if output["name"] == "stderr" else sys.stdout).write(output["text"])

"""What can be asked of a session: the methods that mean the same over every transport. Runs in clients."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import ExecutionError, ExecutionTimeoutError, WorkerDiedError
from ..models import Completion, Execution, Inspection, Output, Receipt
from .calling import Caller, Parcel, print_stream
from .exchange import DEFAULTS, Terms
from .objects import ObjectMethods
from .transport import OnEvent, OnInput, Reply, Transport
from .wire_errors import error_of

_RESULT = ""  # no variable has that name


class Session(ObjectMethods):
    """A namespace in a backend, with one worker behind it.

    It may be used from several threads; calls queue. `interrupt`, `health`, `restart` and `stop` never wait for one.
    """

    def __init__(self, transport: Transport, backend_name: str, environment: str = "", terms: Terms = DEFAULTS) -> None:
        self._caller = Caller(transport, backend_name, environment, terms)
        self._looking = Caller(transport.aside(), backend_name, environment, terms)
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
        fields: dict[str, Any] = {"code": code}
        parcel = None
        if locals:
            parcel = Parcel(self._caller)
            fields["locals"] = parcel.add_variables(locals)
        caller = self._caller
        return caller.value(caller.call("eval", fields, parcel, timeout_s=timeout_s, on_output=print_stream))

    def execute(
        self,
        code: str,
        inputs: Mapping[str, Any] | None = None,
        outputs: Iterable[str] = (),
        timeout_s: float | None = None,
        on_output: OnEvent | None = None,
        stdin: OnInput | None = None,
        check: bool = True,
        *,
        want_result: bool = True,
        pickle: bool = False,
        cell: int | None = None,
        quiet: bool = False,
        partial: bool = False,
    ) -> Execution:
        """Runs code as a notebook cell: output streams, the last expression is displayed.

        Args:
            code: plain Python.
            inputs: variables to set before it runs.
            outputs: names of variables to bring back after success.
            timeout_s: interrupts the code after so long; None waits for ever.
            on_output: called with each output as it comes, on this thread.
            stdin: called on this thread with (prompt, whether it is a password) when the code asks for input; returns
                the text, or raises EOFError where there is none. KeyboardInterrupt out of it interrupts the code. Its
                time counts, but is not cut short by `timeout_s`. None: code that reads standard input gets EOFError.
            check: whether code that raises raises here too.
            want_result: whether the last expression's value is brought back, beside its display.
            pickle: whether values without a codec may travel as pickles, this time: they may run code where they
                arrive.
            cell: the number of the notebook's cell that the code is. `_`, `In` and `Out` know it by that, and
                tracebacks look like a notebook's. None: it is no cell, and leaves nothing of this behind.
            quiet: whether the last expression is not to be displayed, nor to become `_`.
            partial: whether those of `outputs` that the code turns out not to define are left out, instead of being
                its error.

        Raises:
            ExecutionError: the code raised, with the Execution attached; not with `check=False`.
            ExecutionTimeoutError: it was interrupted at its time limit.
            WorkerDiedError: the worker ended while it ran, or since the last call.
            TransferError: one of `inputs` cannot travel; nothing was run.
        """
        parcel = Parcel(self._caller, takes_pickle=pickle)
        trees = parcel.add_variables(inputs or {})
        fields: dict[str, Any] = {"code": code, "inputs": trees, "outputs": list(outputs), "result": want_result}
        given = {"stdin": stdin is not None, "cell": cell, "quiet": quiet, "partial": partial}
        fields.update((name, value) for name, value in given.items() if value)
        seen: list[Output] = []

        def gather(output: Output) -> None:
            seen.append(output)
            if on_output is not None:
                on_output(output)

        reply = self._caller.ask("execute", fields, parcel, on_output=gather, timeout_s=timeout_s, on_input=stdin)
        execution = self._execution(reply, seen, parcel)
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
        parcels = {name: Parcel(self._caller) for name in variables}
        trees = {name: parcel.add_variables({name: variables[name]}) for name, parcel in parcels.items()}
        receipts = []
        for name, parcel in parcels.items():
            begun = time.perf_counter()
            reply = self._caller.call("put", {"values": trees[name]}, parcel)
            taken_s = time.perf_counter() - begun
            receipts += [replace(own, duration_s=own.duration_s + taken_s) for own in parcel.receipts(reply)]
        return receipts

    def get(self, name: str) -> Any:
        """The value of a variable, or a Handle where it cannot travel.

        Raises:
            UsageError: there is no such variable.
        """
        return self._caller.value(self._caller.call("get", {"name": name}))

    def variables(self) -> dict[str, dict[str, Any]]:
        """`{name: {type, repr, shape, size_bytes}}`, without modules and names that begin with `_`."""
        found: dict[str, dict[str, Any]] = self._caller.call("variables", {}).fields["variables"]
        return found

    def delete(self, name: str) -> None:
        """Removes a variable.

        Raises:
            UsageError: there is no such variable.
        """
        self._caller.call("delete", {"name": name})

    def complete(self, code: str, cursor: int | None = None) -> Completion:
        """What could stand at a place of a text: names, attributes, modules, keys. No property is run for it.

        It waits for no code that runs in the session, but is slow where that keeps Python's lock.

        Args:
            cursor: counted in characters; None is the end.
        """
        fields = self._look("complete", _at(code, cursor))
        return Completion(fields["matches"], fields["cursorStart"], fields["cursorEnd"])

    def inspect(self, code: str, cursor: int | None = None) -> Inspection:
        """What is known of the object that is named at a place of a text: signature, docstring, type.

        It waits for no code that runs in the session, but is slow where that keeps Python's lock.

        Args:
            cursor: counted in characters; None is the end.
        """
        fields = self._look("inspect", _at(code, cursor))
        return Inspection(fields["found"], fields["data"])

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
        self._caller.exchange.forget()

    def close(self) -> None:
        """Drops the client; the session lives on."""
        self._looking.transport.close()
        self._transport.close()

    def _look(self, command: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Asks what waits for nothing; a worker that is another one than before is no loss to who looks."""
        try:
            return self._looking.call(command, fields).fields
        except WorkerDiedError:
            return self._looking.call(command, fields).fields

    def _execution(self, reply: Reply, seen: list[Output], parcel: Parcel) -> Execution:
        if reply.error is not None and reply.error.get("status") == "interrupted":  # before it began
            error = {part: reply.error[part] for part in ("ename", "evalue", "traceback")}
            return Execution("interrupted", seen, None, {}, error, 0.0)
        if reply.error is not None:
            raise error_of(reply.error, self._caller.backend)
        fields = reply.fields
        trees = {_RESULT: fields["result"], **fields["values"]}
        brought, receipts = self._caller.unpack(trees, reply, takes_pickle=parcel.takes_pickle)
        result = brought.pop(_RESULT)
        receipts = parcel.receipts(reply) + receipts[1:]
        return Execution(fields["status"], seen, result, brought, fields["error"], fields["duration_s"], receipts)


def _at(code: str, cursor: int | None) -> dict[str, Any]:
    return {"code": code, "cursor": len(code) if cursor is None else cursor}

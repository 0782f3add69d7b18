"""Code that REST runs in a backend: its outputs and its value, as JSON. Runs in the Jupyter server, on threads.

Values have the JSON form of the HTTP backends; one with more memory than JSON should hold stays there as a handle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backends.backend import Backend
from ..backends.connection_file import read
from ..backends.exchange import Terms
from ..backends.handle import Handle, form_of
from ..errors import ExecutionTimeoutError, UsageError
from ..models import Execution, Output
from ..worker.values import coding
from ..worker.values.receiver import INLINE_LIMIT_BYTES, Receiver

_TERMS = Terms(INLINE_LIMIT_BYTES, 0)
_JSON = Receiver("JSON", inline_limit_bytes=INLINE_LIMIT_BYTES, max_bytes=INLINE_LIMIT_BYTES)


def execute(running: Backend, said: dict[str, Any], on_output: Callable[[Output], None] | None) -> dict[str, Any]:
    """Runs code.

    Args:
        said: the body of the request.
        on_output: called with each output as it comes, on this thread.

    Returns:
        `{status, outputs, result, error, duration_s}`, and `values` where some were asked for.

    Raises:
        WorkerDiedError, TransferError, UsageError.
    """
    inputs = {key: _decoded(key, tree) for key, tree in said.get("inputs", {}).items()}
    wanted = said.get("outputs", [])
    with Backend(read(running.connection_file), terms=_TERMS) as backend:
        session = backend.session(said["session"]) if said.get("session", "default") != "default" else backend
        try:
            done = session.execute(
                said["code"], inputs, wanted, timeout_s=said.get("timeout_s"), on_output=on_output, check=False
            )
        except ExecutionTimeoutError as error:
            if error.execution is None:
                raise
            done = error.execution
        return _as_object(done, with_values=bool(wanted))


def _as_object(done: Execution, *, with_values: bool) -> dict[str, Any]:
    brought = {"values": {key: _encoded(value) for key, value in done.values.items()}} if with_values else {}
    return {
        "status": done.status,
        "outputs": done.outputs,
        "result": _encoded(done.result),
        "error": done.error,
        "duration_s": done.duration_s,
    } | brought


def _encoded(value: Any) -> Any:
    if isinstance(value, Handle):
        return {"isHandle": True, **form_of(value)}
    return coding.encode(value, to=_JSON)[0]


def _decoded(name: str, tree: Any) -> Any:
    try:
        return coding.decode(tree)
    except coding.MalformedValue as error:
        raise UsageError(f"The input '{name}' is no value: {error}", "docs/reference/values.md lists them.") from None

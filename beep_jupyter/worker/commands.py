"""What a client may ask of a session; one method a command. Runs in the worker, on its main thread.

A method takes a Request and returns (fields of the reply, buffers). What it raises becomes the reply's error: a Refusal
as it stands, an exception of the user's code as its traceback.
"""

from __future__ import annotations

import sys
import time

from . import late, registry, values
from .display import bundle
from .handles import Handles, preview, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from .shell import Shell

    Answer = tuple[dict[str, Any], list[Any]]  # the reply's fields, and the buffers that they refer to


class Refusal(Exception):
    """A request that cannot be carried out, with a code for programs and a sentence and cure for people."""

    def __init__(self, code: str, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.cure = cure


class Request:
    """One request with the means to answer it.

    Attributes:
        fields: as the protocol has them, values still encoded.
        buffers: what the encoded values refer to.
        emit: sends an output, in order with what is printed.
    """

    __slots__ = ("buffers", "emit", "fields")

    def __init__(self, fields: dict[str, Any], buffers: Sequence[Any], emit: Callable[[dict[str, Any]], None]) -> None:
        self.fields = fields
        self.buffers = buffers
        self.emit = emit

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if type(value) is not str:
            raise Refusal("bad_request", "field '%s' must be a text" % name)
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """Decoded values by name; an absent or null field is an empty one."""
        trees = self.fields.get(name) or {}
        if type(trees) is not dict:
            raise Refusal("bad_request", "field '%s' must be an object" % name)
        return {key: self.decode(tree) for key, tree in trees.items()}

    def names(self, name: str) -> list[str]:
        found = self.fields.get(name) or []
        if type(found) is not list or any(type(item) is not str for item in found):
            raise Refusal("bad_request", "field '%s' must be a list of names" % name)
        return found

    def decode(self, tree: Any) -> Any:
        try:
            return values.decode(tree, self.buffers)
        except values.Unreceivable as error:
            raise Refusal("transfer", str(error), error.cure) from None
        except values.MalformedValue as error:
            raise Refusal("transfer", str(error)) from None


class Commands:
    """The commands of one session.

    Args:
        shell: runs code.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._namespace = shell.namespace
        self._handles = Handles()
        self._methods: dict[str, Callable[[Request], Answer]] = {
            name[3:]: getattr(self, name) for name in dir(self) if name.startswith("do_")
        }
        self._count = 0
        registry.register([registry.Codec("handle", (), _no_encoder, self._handles.decode)])

    def find(self, command: Any) -> Callable[[Request], Answer]:
        """The method of a command.

        Raises:
            Refusal: there is no such command.
        """
        try:
            return self._methods[command]
        except (KeyError, TypeError):
            raise Refusal("unknown_command", "a session has no command %r" % (command,)) from None

    def release(self, handles: Iterable[str]) -> None:
        """Lets go of objects whose handles the client has dropped; rides on its next request."""
        self._handles.release(handles)

    def do_eval(self, request: Request) -> Answer:
        """{code, locals} → {value} or a handle."""
        code = request.text("code")
        if not request.fields.get("locals"):
            return self._outward(self._shell.run(code))
        bound = request.mapping("locals")
        missing = object()
        before = {name: self._namespace.get(name, missing) for name in bound}
        self._namespace.update(bound)
        try:
            return self._outward(self._shell.run(code))
        finally:
            for name, value in before.items():
                if value is missing:
                    self._namespace.pop(name, None)
                else:
                    self._namespace[name] = value

    def do_execute(self, request: Request) -> Answer:
        """{code, inputs, outputs, result} → {status, result, values, error, duration_s}, outputs as events."""
        code, wanted = request.text("code"), request.names("outputs")
        self._namespace.update(request.mapping("inputs"))
        self._count += 1
        begun = time.perf_counter()
        buffers: list[Any] = []
        fields: dict[str, Any] = {"status": "ok", "result": None, "values": {}, "error": None}
        try:
            value = self._shell.run(code)
            if value is not None:
                self._show(value, request.emit)
                if request.fields.get("result", True):
                    fields["result"] = self._value(value, buffers)
            self._bring(wanted, fields["values"], buffers)
        except BaseException as error:  # noqa: BLE001  the execute loop's edge: whatever user code raises is its result
            fields["status"] = "interrupted" if isinstance(error, KeyboardInterrupt) else "error"
            fields["error"] = self.describe(error)
            request.emit(dict(fields["error"], output_type="error"))
        fields["duration_s"] = time.perf_counter() - begun
        return fields, buffers

    def do_put(self, request: Request) -> Answer:
        """{values: {name: value}} → {}"""
        self._namespace.update(request.mapping("values"))
        return {}, []

    def do_get(self, request: Request) -> Answer:
        """{name} → {value} or a handle."""
        name = request.text("name")
        if name not in self._namespace:
            raise Refusal("no_variable", "there is no variable '%s'" % name)
        return self._outward(self._namespace[name])

    def do_variables(self, request: Request) -> Answer:
        """{} → {variables: {name: {type, repr, shape, size_bytes}}}, without modules and names that begin with `_`."""
        module = type(sys)
        return {
            "variables": {
                name: _summary(value)
                for name, value in self._namespace.items()
                if not name.startswith("_") and type(value) is not module
            }
        }, []

    def do_delete(self, request: Request) -> Answer:
        """{name} → {}"""
        name = request.text("name")
        if name not in self._namespace:
            raise Refusal("no_variable", "there is no variable '%s'" % name)
        del self._namespace[name]
        return {}, []

    def do_handles(self, request: Request) -> Answer:
        """{} → {handles: [handle form]}"""
        return {"handles": self._handles.list()}, []

    def do_dispose(self, request: Request) -> Answer:
        """{handleId} → {}"""
        self._handles.dispose(request.fields.get("handleId"))
        return {}, []

    def failed(self, command: str, error: BaseException) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The reply to a request whose code raised: (fields, error), one of them None.

        `execute` tells of it in its fields, the others in the reply's error.
        """
        found = self.describe(error)
        status = "interrupted" if isinstance(error, KeyboardInterrupt) else "error"
        if command == "execute":
            return {"status": status, "result": None, "values": {}, "error": found, "duration_s": 0.0}, None
        return None, dict(found, code="raised", status=status, message=found["ename"] + ": " + found["evalue"])

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Jupyter's error of an exception; what `%debug` and `pdb.pm()` look at is set as by any Python."""
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
        described: dict[str, Any] = late.load("failures").describe(error)
        return described

    def _show(self, value: Any, emit: Callable[[dict[str, Any]], None]) -> None:
        data, metadata = bundle(value)
        emit({"output_type": "execute_result", "execution_count": self._count, "data": data, "metadata": metadata})

    def _bring(self, wanted: list[str], found: dict[str, Any], buffers: list[Any]) -> None:
        """Encodes the variables asked for; the missing are named after the others were taken."""
        missing = [name for name in wanted if name not in self._namespace]
        for name in wanted:
            if name in self._namespace:
                found[name] = self._value(self._namespace[name], buffers)
        if missing:
            names = ", ".join("'%s'" % name for name in missing)
            raise NameError("the cell ran, but did not define %s, which `-o` asks for" % names)

    def _value(self, value: Any, buffers: list[Any]) -> Any:
        """A value's tree, its buffers appended; what cannot travel becomes one handle for the whole."""
        try:
            tree, own = values.encode(value, first_buffer=len(buffers))
        except values.Untransferable as error:
            return {"$type": "handle", "value": self._handles.add(value, str(error))}
        buffers.extend(own)
        return tree

    def _outward(self, value: Any) -> Answer:
        """The reply of commands that answer one value."""
        try:
            tree, buffers = values.encode(value)
        except values.Untransferable as error:
            return self._handles.add(value, str(error)), []
        return {"value": tree}, buffers


def _no_encoder(value: Any, encoder: values.Encoder) -> Any:
    """Handles come in as values; out they go in the replies' handle form."""
    raise AssertionError("no type is registered for this codec")


def _summary(value: Any) -> dict[str, Any]:
    shape = getattr(value, "shape", None)
    return {
        "type": type_name(value),
        "repr": preview(value),
        "shape": list(shape) if isinstance(shape, tuple) and all(isinstance(side, int) for side in shape) else None,
        "size_bytes": sys.getsizeof(value),
    }

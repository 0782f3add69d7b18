"""What a client may ask of a session: code and variables here, the rest in modules that are loaded when first asked.

One method a command. It takes a Request and returns (fields of the reply, buffers). What it raises becomes the reply's
error: a Refusal as it stands, an exception of the user's code as its traceback. Runs in the worker, on its main thread.
"""

from __future__ import annotations

import sys
import time

from .. import late
from ..values import registry
from ..values.handles import memory_of, preview, shape_of, type_name
from .outward import Outward
from .request import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..notebook.cells import Cells
    from ..shell import Shell
    from ..standard_input import StandardInput
    from ..values.coding import Encoder
    from .outward import Answer
    from .request import Request

    Method = Callable[[Request], Answer]

# command -> (module, class in it). Most sessions ask for none of these, and each module costs its import.
LATE = {
    "capabilities": ("capabilities", "CapabilityCommands"),
    "call": ("objects", "ObjectCommands"),
    "complete": ("completion", "CompletionCommands"),
    "create": ("objects", "ObjectCommands"),
    "dispose": ("objects", "ObjectCommands"),
    "getattr": ("objects", "ObjectCommands"),
    "handles": ("objects", "ObjectCommands"),
    "import": ("modules", "ModuleCommands"),
    "inspect": ("inspection", "InspectionCommands"),
    "module_available": ("modules", "ModuleCommands"),
    "preview": ("objects", "ObjectCommands"),
    "release": ("objects", "ObjectCommands"),
    "setattr": ("objects", "ObjectCommands"),
    "tofloatarray": ("floats", "FloatCommands"),
    "tofloatarray2d": ("floats", "FloatCommands"),
    "wrap": ("objects", "ObjectCommands"),
}


class Commands:
    """The commands of one session.

    Args:
        shell: runs code.
        cells: what goes on around the code of `execute`.
        stdin: what code reads from when its client answers.
    """

    def __init__(self, shell: Shell, cells: Cells, stdin: StandardInput) -> None:
        self._cells = cells
        self._shell = shell
        self._stdin = stdin
        self._namespace = shell.namespace
        self._outward = Outward()
        self._methods = _methods_of(self)
        registry.register([registry.Codec("handle", (), _no_encoder, self._outward.handles.decode)])

    def find(self, command: Any) -> Method:
        """The method of a command.

        Raises:
            Refusal: there is no such command.
        """
        try:
            return self._methods[command]
        except (KeyError, TypeError):
            pass
        if type(command) is not str or command not in LATE:
            raise Refusal("unknown_command", "a session has no command %.80r" % (command,))
        module, kind = LATE[command]
        made = getattr(late.load("commands." + module), kind)(self._namespace, self._outward)
        self._methods.update(_methods_of(made))
        return self._methods[command]

    def release(self, handles: Any) -> None:
        """Lets go of objects whose handles the client has dropped; rides on its next request."""
        if type(handles) is not list or any(type(handle) is not str for handle in handles):
            raise Refusal("bad_request", "'release' must be a list of handles' ids")
        self._outward.handles.release(handles)

    @property
    def lends(self) -> bool:
        """Whether memory of this process is lent, or kept for lending: `trim` is to be called now and then."""
        return self._outward.pool is not None

    def trim(self) -> None:
        """Lets go of memory that was kept for lending and is not needed."""
        if self._outward.pool is not None:
            self._outward.pool.trim()

    def do_eval(self, request: Request) -> Answer:
        """{code, locals} → {value} or a handle."""
        code = request.text("code")
        if not request.fields.get("locals"):
            return self._outward.answer(self._shell.run(code), request)
        bound = request.mapping("locals")
        missing = object()
        before = {name: self._namespace.get(name, missing) for name in bound}
        self._namespace.update(bound)
        try:
            return self._outward.answer(self._shell.run(code), request)
        finally:
            for name, value in before.items():
                if value is missing:
                    self._namespace.pop(name, None)
                else:
                    self._namespace[name] = value

    def do_execute(self, request: Request) -> Answer:
        """{code, inputs, outputs, result, stdin, cell, quiet, partial} → {status, result, values, error, duration_s},
        outputs as events."""
        code, wanted, number = request.text("code"), request.names("outputs"), request.count("cell")
        self._namespace.update(request.mapping("inputs"))
        begun = time.perf_counter()
        buffers: list[Any] = []
        fields: dict[str, Any] = {"status": "ok", "result": None, "values": {}, "error": None}
        try:
            self._cells.begin(code, number)
            if request.fields.get("stdin") is True:
                self._stdin.open(request.ask)
            fields["result"] = self._result_of(code, buffers, request)
            self._bring(wanted, fields["values"], buffers, request)
        except BaseException as error:  # noqa: BLE001  the execute loop's edge: whatever user code raises is its result
            fields["status"] = "interrupted" if isinstance(error, KeyboardInterrupt) else "error"
            self._cells.failure = error
            fields["error"] = self._described(error)
            request.emit(dict(fields["error"], output_type="error"))
        finally:
            self._cells.end()
            self._stdin.close_to_code()
        fields["duration_s"] = time.perf_counter() - begun
        return _with_notes(fields, request), buffers

    def _result_of(self, code: str, buffers: list[Any], request: Request) -> Any:
        """Runs the code of a cell and shows its last expression; the tree of its value, None where it is not wanted."""
        value = self._cells.run(code)
        if value is None:
            return None
        shown = None if request.fields.get("quiet") is True else self._cells.show(value)
        return self._outward.tree(value, buffers, request, shown) if request.fields.get("result", True) else None

    def do_put(self, request: Request) -> Answer:
        """{values: {name: value}} → {success, notes}; with the form `arrow` each value is an Arrow stream's bytes."""
        values = request.mapping("values")
        if request.has_arrow_form:
            read = late.load("commands.arrow_stream").table_of
            values = {name: read(value) for name, value in values.items()}
        self._namespace.update(values)
        return _with_notes({"success": True}, request), []

    def do_get(self, request: Request) -> Answer:
        """{name} → {value} or a handle; with `form` `arrow` the bytes of a table's Arrow stream."""
        value = self._namespace[self._known(request)]
        if request.has_arrow_form:
            return {"value": {"$type": "bytes", "value": 0}}, [late.load("commands.arrow_stream").stream_of(value)]
        return self._outward.answer(value, request)

    def do_variables(self, request: Request) -> Answer:
        """{} → {variables: {name: {type, repr, shape, size_bytes}}}, without modules and names that begin with `_`."""
        module, history = type(sys), self._cells.history
        return {
            "variables": {
                name: _summary(value)
                for name, value in self._namespace.items()
                if not name.startswith("_") and type(value) is not module and not history.is_ours(name)
            }
        }, []

    def do_delete(self, request: Request) -> Answer:
        """{name} → {success}"""
        del self._namespace[self._known(request)]
        return {"success": True}, []

    def failed(self, command: str, error: BaseException) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The reply to a request whose code raised: (fields, error), one of them None.

        `execute` tells of it in its fields, the others in the reply's error.
        """
        found = self._described(error)
        status = "interrupted" if isinstance(error, KeyboardInterrupt) else "error"
        if command == "execute":
            return {"status": status, "result": None, "values": {}, "error": found, "duration_s": 0.0}, None
        return None, dict(found, code="raised", status=status, message=found["ename"] + ": " + found["evalue"])

    def _described(self, error: BaseException) -> dict[str, Any]:
        """Jupyter's error of an exception; what `%debug` and `pdb.pm()` look at is set as by any Python."""
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
        return self._cells.describe(error)

    def _known(self, request: Request) -> str:
        name = request.text("name")
        if name not in self._namespace:
            raise Refusal("no_variable", "there is no variable '%s'" % name)
        return name

    def _bring(self, wanted: list[str], found: dict[str, Any], buffers: list[Any], request: Request) -> None:
        """Encodes the variables asked for; the missing are named after the others were taken."""
        missing = [name for name in wanted if name not in self._namespace]
        for name in wanted:
            if name in self._namespace:
                found[name] = self._outward.tree(self._namespace[name], buffers, request)
        if missing and request.fields.get("partial") is not True:
            names = ", ".join("'%s'" % name for name in missing)
            raise NameError("the cell ran, but did not define %s, which `-o` asks for" % names)


def _methods_of(commands: Any) -> dict[str, Method]:
    return {name[3:]: getattr(commands, name) for name in dir(commands) if name.startswith("do_")}


def _no_encoder(value: Any, encoder: Encoder) -> Any:
    """Handles come in as values; out they go in the replies' handle form."""
    raise AssertionError("no type is registered for this codec")


def _with_notes(fields: dict[str, Any], request: Request) -> dict[str, Any]:
    """With what became of values sent whose types this side lacks."""
    if request.notes:
        fields["notes"] = request.notes
    return fields


def _summary(value: Any) -> dict[str, Any]:
    try:
        size = sys.getsizeof(value)
    except Exception:  # noqa: BLE001  the user's own code, which must not hide the other variables
        size = None
    found = {"type": type_name(value), "repr": preview(value), "shape": shape_of(value), "size_bytes": memory_of(value)}
    if found["size_bytes"] is None:
        found["size_bytes"] = size
    return found

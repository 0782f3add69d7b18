"""Objects that stay in the session, used through their handles. Runs in the worker; imported when first asked for.

Nothing here asks an object whether it is true, empty or equal to another: 0, "" and objects whose `__bool__`, `__len__`
or `__eq__` raise are objects like others.
"""

from __future__ import annotations

from ..display.bundles import bundle
from .modules import imported, module_name
from .request import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .outward import Answer, Outward
    from .request import Request


class ObjectCommands:
    """What a client can do with objects that it holds handles of."""

    def __init__(self, namespace: dict[str, Any], outward: Outward) -> None:
        self._handles = outward.handles
        self._outward = outward

    def do_create(self, request: Request) -> Answer:
        """{moduleName | moduleHandleId, className, args, kwargs} → a handle of the new object."""
        name = request.text("className")
        if not all(part.isidentifier() for part in name.split(".")):
            raise Refusal("bad_request", "field 'className' must be the name of a class, not %.80r" % name)
        found = self._home_of_class(request)
        args, kwargs = request.arguments()
        for part in name.split("."):
            found = getattr(found, part)
        return self._handles.add(found(*args, **kwargs)), []

    def do_call(self, request: Request) -> Answer:
        """{handleId, methodName, args, kwargs} → {value} or a handle; the method "" is the object itself."""
        target, name = self._target(request), request.text("methodName")
        args, kwargs = request.arguments()
        method = getattr(target, name) if name else target
        return self._outward.answer(method(*args, **kwargs), request)

    def do_getattr(self, request: Request) -> Answer:
        """{handleId, attributeName} → {value} or a handle."""
        target, name = self._target(request), request.text("attributeName")
        return self._outward.answer(getattr(target, name), request)

    def do_setattr(self, request: Request) -> Answer:
        """{handleId, attributeName, value} → {success}"""
        target, name = self._target(request), request.text("attributeName")
        setattr(target, name, request.value("value"))
        return {"success": True}, []

    def do_preview(self, request: Request) -> Answer:
        """{handleId} → {data {MIME type: text}}, as a notebook would show the object."""
        data, _ = bundle(self._target(request))
        return {"data": {mime: part for mime, part in data.items() if type(part) is str}}, []

    def do_wrap(self, request: Request) -> Answer:
        """{value} → a handle; of a handle, the same one."""
        value = request.value("value")
        tree = request.fields["value"]
        if type(tree) is dict and tree.get("$type") == "handle":
            return self._handles.form(tree["value"]), []
        return self._handles.add(value), []

    def do_dispose(self, request: Request) -> Answer:
        """{handleId} → {success}"""
        self._handles.dispose(request.text("handleId"))
        return {"success": True}, []

    def do_release(self, request: Request) -> Answer:
        """{handleIds} → {success}; those that are gone already are no error."""
        self._handles.release(request.names("handleIds"))
        return {"success": True}, []

    def do_handles(self, request: Request) -> Answer:
        """{} → {handles: [handle form]}"""
        return {"handles": self._handles.list()}, []

    def _target(self, request: Request) -> Any:
        return self._handles.get(request.text("handleId"))

    def _home_of_class(self, request: Request) -> Any:
        """The module, or whatever object, in which `create` looks for its class."""
        is_named, is_held = [request.fields.get(name) is not None for name in ("moduleName", "moduleHandleId")]
        if is_named == is_held:
            raise Refusal("bad_request", "one of the fields 'moduleName' and 'moduleHandleId' must be given")
        return imported(module_name(request)) if is_named else self._handles.get(request.text("moduleHandleId"))

"""What can be done with objects that stay in a session: the methods that use handles. Runs in clients.

NumPy is imported when an array is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import HandleNotFoundError
from .calling import Caller, Parcel, print_stream
from .handle import Handle, forget

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ObjectMethods:
    """The part of a session that imports, creates, calls and converts.

    What the called code prints goes to this process's own stdout and stderr. All of these raise ExecutionError where
    that code raises, TransferError where an argument cannot travel, and HandleNotFoundError for a handle that was
    disposed of, whose worker has ended or that belongs to another session.
    """

    _caller: Caller

    def import_module(self, name: str) -> Handle:
        """Imports a module and returns a handle of it; no variable is set.

        Args:
            name: as an import statement has it, dots included.

        Raises:
            UsageError: that cannot name a module.
            ExecutionError: the import failed.
        """
        return self._caller.handle(self._ask("import", {"moduleName": name}))

    def is_module_available(self, name: str) -> bool:
        """Whether an import would find the module. Imports neither it nor the packages that it is in.

        Raises:
            UsageError: that cannot name a module.
        """
        return bool(self._ask("module_available", {"moduleName": name}).fields["available"])

    def create(self, module: str | Handle, class_name: str, /, *args: Any, **kwargs: Any) -> Handle:
        """Makes an object and returns a handle of it, whatever it is.

        Args:
            module: where the class is: a module's name, or a handle of a module or another object.
            class_name: of the class, or of anything else that can be called; dots lead to a class in a class.
        """
        parcel = Parcel(self._caller)
        where = {"moduleName": module} if isinstance(module, str) else {"moduleHandleId": self._caller.id_of(module)}
        fields = where | {"className": class_name} | parcel.add_arguments(args, kwargs)
        return self._caller.handle(self._ask("create", fields, parcel))

    def call(self, handle: Handle, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """Calls a method of an object; the method "" is the object itself.

        Returns:
            The value, or a Handle where it cannot travel.
        """
        return self._caller.use("call", handle, {"methodName": method}, *args, **kwargs)

    def getattr(self, handle: Handle, name: str) -> Any:
        """The value of an object's attribute, or a Handle where it cannot travel."""
        return self._caller.use("getattr", handle, {"attributeName": name})

    def setattr(self, handle: Handle, name: str, value: Any) -> None:
        """Sets an attribute of an object."""
        parcel = Parcel(self._caller)
        fields = {"handleId": self._caller.id_of(handle), "attributeName": name}
        self._ask("setattr", fields | {"value": parcel.add("The value", value)}, parcel)

    def wrap(self, value: Any) -> Handle:
        """A handle of a value that is sent; of a handle, that handle."""
        if isinstance(value, Handle):
            self._caller.id_of(value)
            return value
        parcel = Parcel(self._caller)
        return self._caller.handle(self._ask("wrap", {"value": parcel.add("The value", value)}, parcel))

    def dispose(self, handle: Handle) -> None:
        """Lets go of the object at once. A handle that is just dropped lets go with the next request."""
        identity = self._caller.id_of(handle)
        try:
            self._ask("dispose", {"handleId": identity})
        except HandleNotFoundError:
            forget(handle)
            raise
        forget(handle)

    def handles(self) -> list[dict[str, Any]]:
        """What the session keeps for all its clients: `handleId`, `typeName` and `preview` of each object."""
        found: list[dict[str, Any]] = self._ask("handles", {}).fields["handles"]
        return found

    def to_float_array(self, handle: Handle) -> NDArray[np.float64]:
        """An object's numbers as an array of one dimension; nothing has to be installed in the environment.

        Args:
            handle: of an array of any library, a series, a buffer, a list, a tuple.

        Raises:
            TransferError: they are no numbers, or not of one dimension.
        """
        return self._floats("tofloatarray", handle)

    def to_float_array_2d(self, handle: Handle) -> NDArray[np.float64]:
        """An object's numbers as an array of two dimensions.

        Args:
            handle: of an array of any library, a data frame, a list of rows.

        Raises:
            TransferError: they are no numbers, not of two dimensions, or its rows differ in length.
        """
        return self._floats("tofloatarray2d", handle)

    def _floats(self, command: str, handle: Handle) -> NDArray[np.float64]:
        import numpy as np

        reply = self._ask(command, {"handleId": self._caller.id_of(handle)})
        numbers = np.frombuffer(reply.buffers[reply.fields["data"]], "<f8").reshape(reply.fields["shape"])
        return numbers.astype(np.float64, copy=False)

    def _ask(self, command: str, fields: dict[str, Any], parcel: Parcel | None = None) -> Any:
        return self._caller.call(command, fields, parcel, on_output=print_stream)

"""Between the messages of `protos/beep.proto` and the commands' fields with their buffers. Runs in clients and servers.

A message's fields are a command's under the names that the proto gives them in JSON; values are trees there and JSON
texts here. How a message is read and written is worked out once, from its descriptor: looking at descriptors for each
call would take longer than the rest of it.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto
from google.protobuf.message import Message

from ._proto import beep_pb2

NOT_FIELDS = ("session", "timeout_s")  # of the call, not of the command
MESSAGE_BYTES = 1 << 30  # the most that one message may hold; protobuf's own limit is twice that
CHUNK_BYTES = 1 << 20  # of a stream of memory

Fields = dict[str, Any]
_Buffers = list[Any]


class MalformedFieldError(Exception):
    """A field that cannot be sent, or came as what it cannot be; the text names it."""


def request_form(name: str) -> Form:
    """How the request message of a name is read and written."""
    return _form(getattr(beep_pb2, name))


def reply_form(name: str) -> Form:
    """How the reply message of a name is read and written; `outputs` are not among its fields."""
    return _form(getattr(beep_pb2, name), ("outputs",))


class Form:
    """One kind of message.

    Attributes:
        kind: the generated class.
    """

    __slots__ = ("_parts", "_values", "kind")

    def __init__(self, kind: type[Message], leave_out: Sequence[str] = ()) -> None:
        self.kind = kind
        description = DescriptorProto()  # says what is repeated under every version of protobuf
        kind.DESCRIPTOR.CopyToProto(description)
        self._parts = [
            _Part(kind.DESCRIPTOR.fields_by_name[found.name], found, is_asked=kind.DESCRIPTOR.name.endswith("Request"))
            for found in description.field
            if found.name not in (*NOT_FIELDS, *leave_out)
        ]
        self._values = [part.name for part in self._parts if part.is_value]

    def read(self, message: Any) -> tuple[Fields, _Buffers]:
        """The fields of a message, and the buffers of all its values.

        Raises:
            MalformedFieldError: a value's tree is not JSON.
        """
        fields: Fields = {}
        buffers: _Buffers = []
        for part in self._parts:
            part.read(message, fields, buffers)
        return fields, buffers

    def write(self, fields: Fields, buffers: Sequence[Any] = (), **others: Any) -> Any:
        """A message of fields; the buffers go with its first value.

        Args:
            others: what is beside the fields: session, timeout_s, outputs.

        Raises:
            MalformedFieldError: a field has the wrong type.
        """
        for part in self._parts:
            part.write(fields, others)
        try:
            message = self.kind(**others)
        except UnicodeEncodeError:  # a lone surrogate, which protobuf's texts cannot hold
            message = self.kind(**_printable(others))
        except (TypeError, ValueError):
            raise MalformedFieldError(self._wrong_one(others)) from None
        if buffers:
            first = next(name for name in self._values if name in others)
            getattr(message, first).buffers.extend(map(bytes, buffers))
        return message

    def _wrong_one(self, arguments: Fields) -> str:
        """Which of the arguments a message cannot take; protobuf does not say."""
        for name, value in arguments.items():
            try:
                self.kind(**{name: value})
            except (TypeError, ValueError):
                return f"field '{name}' cannot be of type '{type(value).__name__}'"
        return "its fields cannot be put together"


class _Part:
    """One field of a message.

    Args:
        descriptor, description: of the field.
        is_asked: whether it is in a request, where an absent field is absent; in a reply it is None.
    """

    __slots__ = ("_from_wire", "_has_presence", "_is_handle", "_key", "_may_be_none", "_to_wire", "is_value", "name")

    def __init__(self, descriptor: Any, description: FieldDescriptorProto, *, is_asked: bool) -> None:
        kind = descriptor.message_type
        kind_name = kind.name if kind is not None else ""
        self.name: str = descriptor.name
        self.is_value = kind_name == "Value"
        self._has_presence: bool = descriptor.has_presence
        self._is_handle = self.name == "handle"  # whose form stands in the reply itself
        self._key: str = descriptor.json_name
        is_one_of_many = description.HasField("oneof_index") and not description.proto3_optional
        self._may_be_none = not is_asked and not is_one_of_many and not self._is_handle
        is_repeated = description.label == FieldDescriptorProto.LABEL_REPEATED
        self._from_wire, self._to_wire = _conversion(kind_name, is_repeated)

    def read(self, message: Any, fields: Fields, buffers: _Buffers) -> None:
        if self._has_presence and not message.HasField(self.name):
            if self._may_be_none:
                fields[self._key] = None
            return
        value = getattr(message, self.name)
        if self.is_value:
            buffers.extend(value.buffers)
            fields[self._key] = parse(value.tree, self._key)
        elif self._is_handle:
            fields.update(_read_handle(value))
        else:
            fields[self._key] = value if self._from_wire is None else self._from_wire(value)

    def write(self, fields: Fields, arguments: Fields) -> None:
        if self._is_handle:
            if fields.get("isHandle"):
                arguments[self.name] = _write_handle(fields)
        elif self._key in fields:
            value = fields[self._key]
            if self.is_value:
                arguments[self.name] = beep_pb2.Value(tree=json.dumps(value))
            elif value is not None:
                arguments[self.name] = value if self._to_wire is None else self._to_wire(value)


_Conversion = Callable[[Any], Any] | None


def _conversion(kind_name: str, is_repeated: bool) -> tuple[_Conversion, _Conversion]:
    """(from the wire, to the wire) of a field; None leaves a thing as it is."""
    if kind_name in _SPECIAL:
        return _SPECIAL[kind_name]
    if kind_name.endswith("Entry"):  # a map
        return dict, None
    if not kind_name:
        return (list, None) if is_repeated else (None, None)
    inner = _form(getattr(beep_pb2, kind_name))
    if is_repeated:
        return lambda items: [inner.read(item)[0] for item in items], lambda items: [
            inner.write(item) for item in items
        ]
    return lambda item: inner.read(item)[0], inner.write


def _read_handle(handle: Any) -> Fields:
    form = {
        "isHandle": True,
        "handleId": handle.handle_id,
        "typeName": handle.type_name,
        "preview": handle.preview,
    }
    if handle.is_array:
        form["shape"] = list(handle.shape)
    if handle.HasField("size_bytes"):
        form["sizeBytes"] = handle.size_bytes
    return form | {"reason": handle.reason, "cure": handle.cure} if handle.reason else form


def _write_handle(form: Fields) -> Any:
    return _HANDLE.write(form | {"isArray": "shape" in form})


def _read_variables(variables: Any) -> Fields:
    found = (_VARIABLE.read(variable)[0] for variable in variables)
    return {fields.pop("name"): fields for fields in found}


def _write_variables(variables: Fields) -> list[Any]:
    return [_VARIABLE.write({"name": name} | summary) for name, summary in variables.items()]


class FloatForm:
    """Numbers: a buffer of little-endian doubles there, repeated doubles here. Stands in for a Form."""

    def __init__(self, kind: type[Message]) -> None:
        self.kind = kind

    def read(self, message: Any) -> tuple[Fields, _Buffers]:
        """See `Form.read`."""
        numbers = array("d", message.data)
        if sys.byteorder == "big":
            numbers.byteswap()
        is_2d = self.kind is beep_pb2.FloatArray2DReply
        shape = [message.rows, message.columns] if is_2d else [len(numbers)]
        return {"data": 0, "shape": shape}, [bytearray(numbers)]

    def write(self, fields: Fields, buffers: Sequence[Any] = (), **others: Any) -> Any:
        """See `Form.write`."""
        numbers = array("d")
        numbers.frombytes(buffers[fields["data"]])
        if sys.byteorder == "big":
            numbers.byteswap()
        if self.kind is beep_pb2.FloatArray2DReply:
            others["rows"], others["columns"] = fields["shape"]
        return self.kind(data=numbers, **others)


def parse(tree: str, field: str) -> Any:
    """What a JSON text says.

    Args:
        field: where it stood, for the error.

    Raises:
        MalformedFieldError: it is no JSON.
    """
    try:
        return _decode(tree)
    except (ValueError, RecursionError) as error:
        raise MalformedFieldError(f"field '{field}' is not JSON: {error}") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _printable(found: Any) -> Any:
    """The same with an escape for each lone surrogate in its texts."""
    if isinstance(found, str):
        return found.encode("utf-8", "backslashreplace").decode()
    if isinstance(found, list):
        return [_printable(item) for item in found]
    return {key: _printable(item) for key, item in found.items()} if isinstance(found, dict) else found


def _form(kind: type[Message], leave_out: tuple[str, ...] = ()) -> Form:
    if kind not in _forms:
        is_float = kind in (beep_pb2.FloatArrayReply, beep_pb2.FloatArray2DReply)
        _forms[kind] = FloatForm(kind) if is_float else Form(kind, leave_out)  # type: ignore[assignment]
    return _forms[kind]


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode
_forms: dict[type[Message], Form] = {}
_SPECIAL: dict[str, tuple[_Conversion, _Conversion]] = {
    "Handle": (
        lambda handles: [_read_handle(handle) for handle in handles],
        lambda forms: list(map(_write_handle, forms)),
    ),
    "Shape": (lambda shape: list(shape.sides), lambda sides: beep_pb2.Shape(sides=sides)),
    "Value": (None, None),
    "Variable": (_read_variables, _write_variables),
}
_HANDLE = _form(beep_pb2.Handle)
_VARIABLE = _form(beep_pb2.Variable)

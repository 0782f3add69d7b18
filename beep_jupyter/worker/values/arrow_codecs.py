"""Codecs of pyarrow: tables, batches, arrays, scalars, schemas, fields and types. Runs in worker and host.

Loaded when the first such value is sent or comes in. Each pair of functions is one row of the table in
docs/reference/values.md. pyarrow is imported when `CODECS` is first asked for: its classes depend on its version.
"""

from __future__ import annotations

import sys

from . import arrow_ipc
from .libraries import needed
from .registry import Codec, MalformedValue, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder


def encode_data(value: Any, encoder: Encoder) -> dict[str, Any]:
    """Of a table or a batch."""
    return arrow_ipc.write(value, encoder, name_of(type(value)))


def decode_table(part: Any, decoder: Decoder) -> Any:
    schema, batches = arrow_ipc.read(part, decoder, "pyarrow.lib.Table")
    return _arrow().Table.from_batches(batches, schema)


def decode_batch(part: Any, decoder: Decoder) -> Any:
    return _only(arrow_ipc.read(part, decoder, "pyarrow.lib.RecordBatch")[1])


def encode_chunked_array(value: Any, encoder: Encoder) -> dict[str, Any]:
    table = _arrow().Table.from_arrays([value], schema=_schema_of(value.type))
    return arrow_ipc.write(table, encoder, "pyarrow.lib.ChunkedArray")


def decode_chunked_array(part: Any, decoder: Decoder) -> Any:
    schema, batches = arrow_ipc.read(part, decoder, "pyarrow.lib.ChunkedArray")
    kind = _only(schema).type
    return _arrow().chunked_array([batch.column(0) for batch in batches], kind)


def encode_array(value: Any, encoder: Encoder) -> dict[str, Any]:
    return _encode_column(value, encoder, name_of(type(value)))


def decode_array(part: Any, decoder: Decoder) -> Any:
    return _only(_only(arrow_ipc.read(part, decoder, "pyarrow.lib.Array")[1]).columns)


def encode_scalar(value: Any, encoder: Encoder) -> dict[str, Any]:
    """As the only item of an array."""
    try:
        array = _arrow().repeat(value, 1)
    except _arrow().ArrowException as error:
        raise arrow_ipc.refused(name_of(type(value)), "no array can hold it: %.200s" % error) from None
    return _encode_column(array, encoder, name_of(type(value)))


def decode_scalar(part: Any, decoder: Decoder) -> Any:
    return _only(decode_array(part, decoder))


def encode_schema(value: Any, encoder: Encoder) -> dict[str, Any]:
    return arrow_ipc.write_schema(value, encoder, "pyarrow.lib.Schema")


def decode_schema(part: Any, decoder: Decoder) -> Any:
    return arrow_ipc.read_schema(part, decoder, "pyarrow.lib.Schema")


def encode_field(value: Any, encoder: Encoder) -> dict[str, Any]:
    return arrow_ipc.write_schema(_arrow().schema([value]), encoder, "pyarrow.lib.Field")


def decode_field(part: Any, decoder: Decoder) -> Any:
    return _only(arrow_ipc.read_schema(part, decoder, "pyarrow.lib.Field"))


def encode_type(value: Any, encoder: Encoder) -> dict[str, Any]:
    return arrow_ipc.write_schema(_schema_of(value), encoder, name_of(type(value)))


def decode_type(part: Any, decoder: Decoder) -> Any:
    return _only(arrow_ipc.read_schema(part, decoder, "pyarrow.lib.DataType")).type


def _arrow() -> Any:
    return sys.modules["pyarrow"]


def _schema_of(kind: Any) -> Any:
    """The schema of one column, which needs no name."""
    return _arrow().schema([_arrow().field("", kind)])


def _encode_column(array: Any, encoder: Encoder, type_name: str) -> dict[str, Any]:
    batch = _arrow().RecordBatch.from_arrays([array], schema=_schema_of(array.type))
    return arrow_ipc.write(batch, encoder, type_name)


def _only(parts: Any) -> Any:
    """The part of a sequence that has no other."""
    if len(parts) != 1:
        raise MalformedValue("One part was expected from pyarrow, not %d." % len(parts))
    return parts[0]


def _codecs() -> tuple[Codec, ...]:
    lib = needed("pyarrow", "pyarrow.Table").lib
    classes = [kind for kind in vars(lib).values() if isinstance(kind, type)]

    def below(base: Any) -> tuple[Any, ...]:
        return tuple(kind for kind in classes if issubclass(kind, base))

    return (
        Codec("arrow_table", (lib.Table,), encode_data, decode_table, "pyarrow"),
        Codec("arrow_batch", (lib.RecordBatch,), encode_data, decode_batch, "pyarrow"),
        Codec("arrow_chunked_array", (lib.ChunkedArray,), encode_chunked_array, decode_chunked_array, "pyarrow"),
        Codec("arrow_array", below(lib.Array), encode_array, decode_array, "pyarrow"),
        Codec("arrow_scalar", below(lib.Scalar), encode_scalar, decode_scalar, "pyarrow"),
        Codec("arrow_schema", (lib.Schema,), encode_schema, decode_schema, "pyarrow"),
        Codec("arrow_field", (lib.Field,), encode_field, decode_field, "pyarrow"),
        Codec("arrow_type", below(lib.DataType), encode_type, decode_type, "pyarrow"),
    )


def __getattr__(name: str) -> Any:
    if name == "CODECS":
        return _codecs()
    raise AttributeError("module %r has no attribute %r" % (__name__, name))

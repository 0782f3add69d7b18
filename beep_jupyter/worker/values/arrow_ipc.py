"""Arrow tables as raw memory: the IPC stream that pyarrow writes. Runs in worker and host; other codecs use it too.

    {"stream": memory, "extensions": ["arrow.uuid"], "pyarrow": "26.0.0"}

One copy when it is written, none when it is read. `extensions` names the extension types in it: a pyarrow that does not
know one would read its storage and say nothing. pyarrow is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .coding import TooLarge
from .registry import MalformedValue, Unreceivable, Untransferable, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

_KEYS = {"stream", "extensions", "pyarrow"}
_PARTS = ("storage_type", "value_type", "key_type", "item_type")
_PICKLED = "arrow.py_extension_type"  # its metadata is a pickle, which pyarrow before 14.0.1 loads (CVE-2023-47248)


def write(data: Any, encoder: Encoder, type_name: str) -> dict[str, Any]:
    """The tree of a table or of one batch.

    Raises:
        Untransferable: of `type_name`; a column is of a type that IPC cannot hold.
    """
    pyarrow = sys.modules["pyarrow"]
    extensions = extensions_in(data.schema, type_name)
    try:
        counter = pyarrow.MockOutputStream()
        _write(data, counter)
        if counter.size() > encoder.receiver.max_bytes:
            raise TooLarge  # before there is a copy of it
        memory = pyarrow.allocate_buffer(counter.size())
        with pyarrow.FixedSizeBufferWriter(memory) as sink:
            _write(data, sink)
    except pyarrow.ArrowException as error:
        raise refused(type_name, "pyarrow cannot write it: %.200s" % error) from None
    return _tree(memory, extensions, encoder)


def write_schema(schema: Any, encoder: Encoder, type_name: str) -> dict[str, Any]:
    """The tree of a schema."""
    return _tree(schema.serialize(), extensions_in(schema, type_name), encoder)


def read(tree: Any, decoder: Decoder, type_name: str) -> tuple[Any, list[Any]]:
    """The schema and the batches of a tree; they look into the memory that came with it.

    Raises:
        Unreceivable: of `type_name`; this pyarrow lacks a type that is in it.
    """

    def read_batches(memory: Any) -> tuple[Any, list[Any]]:
        with sys.modules["pyarrow"].ipc.open_stream(memory) as reader:
            batches = list(reader)
        for batch in batches:
            _check(batch)
        return reader.schema, batches

    schema, batches = _read(read_batches, tree, decoder, type_name)
    _check_extensions(schema, tree, decoder, type_name)
    return schema, batches


def read_schema(tree: Any, decoder: Decoder, type_name: str) -> Any:
    """The schema of a tree; else as `read`."""
    schema = _read(sys.modules["pyarrow"].ipc.read_schema, tree, decoder, type_name)
    _check_extensions(schema, tree, decoder, type_name)
    return schema


def refused(type_name: str, reason: str) -> Untransferable:
    return Untransferable(type_name, reason, "Cast it to another type first, or send its parts.")


def extensions_in(schema: Any, type_name: str) -> list[str]:
    """The names of the extension types in a schema, at any depth.

    Raises:
        Untransferable: one travels as a pickle, or a dictionary is made of dictionaries, which IPC does not read.
    """
    names = []
    for kind in _types_in(schema):
        if isinstance(kind, sys.modules["pyarrow"].BaseExtensionType):
            names.append(kind.extension_name)
        elif _is_dictionary(kind) and any(map(_is_dictionary, _types_below(kind))):
            raise refused(type_name, "it has a dictionary of dictionaries")
    if _PICKLED in names:
        raise refused(type_name, "it has an extension type that is kept as a pickle")
    return sorted(names)


def _write(data: Any, sink: Any) -> None:
    with sys.modules["pyarrow"].ipc.new_stream(sink, data.schema) as writer:
        writer.write(data)


def _tree(memory: Any, extensions: list[str], encoder: Encoder) -> dict[str, Any]:
    return {
        "stream": encoder.add_buffer(memoryview(memory).cast("B")),
        "extensions": extensions,
        "pyarrow": sys.modules["pyarrow"].__version__,
    }


def _read(read: Any, tree: Any, decoder: Decoder, type_name: str) -> Any:
    """What `read` makes of the memory of a tree."""
    pyarrow = sys.modules["pyarrow"]
    if set(expect(tree, dict)) != _KEYS:
        raise MalformedValue("What pyarrow wrote has exactly the keys %s." % ", ".join(sorted(_KEYS)))
    version, memory = expect(tree["pyarrow"], str), pyarrow.py_buffer(decoder.buffer(tree["stream"]))
    try:
        if _PICKLED.encode() in pyarrow.ipc.read_message(memory).metadata.to_pybytes():
            raise MalformedValue("An extension type of Arrow is a pickle.")
        return read(memory)
    except (pyarrow.ArrowException, OSError, EOFError) as error:
        if version == pyarrow.__version__:
            raise MalformedValue("pyarrow cannot read it: %.200s" % error) from None
        reason = "its receiver's pyarrow %s cannot read what %.20s wrote: %.200s"
        raise _unreceivable(type_name, reason % (pyarrow.__version__, version, error)) from None


def _check(batch: Any) -> None:
    """Looking at data that is wrong would end the process. Numbers are always right, and may be a time that is none."""
    types = sys.modules["pyarrow"].types
    batch.validate()
    for column in _columns(batch):
        if not (types.is_primitive(column.type) or types.is_decimal(column.type)):
            column.validate(full=True)


def _columns(batch: Any) -> list[Any]:
    try:
        return list(batch.columns)
    except KeyError as error:  # pyarrow 18 reads decimal32, and has no class for it in Python
        text = "type %s has no class in Python" % error
        raise sys.modules["pyarrow"].ArrowNotImplementedError(text) from None


def _check_extensions(schema: Any, tree: dict[str, Any], decoder: Decoder, type_name: str) -> None:
    sent, found = decoder.decode_items(tree["extensions"]), extensions_in(schema, type_name)
    for name in sent:
        if name not in found:
            reason = "its receiver's pyarrow %s does not know its extension type %.80r"
            raise _unreceivable(type_name, reason % (sys.modules["pyarrow"].__version__, name))
    for name in found:
        if name not in sent:
            decoder.note("arrow storage of %s → %s" % (name, name))


def _unreceivable(type_name: str, reason: str) -> Unreceivable:
    cure = "Cast it to an older type first, or install the same pyarrow on both sides."
    return Unreceivable(type_name, reason, cure)


def _types_in(schema: Any) -> list[Any]:
    kinds = [field.type for field in schema]
    return kinds + [inner for kind in kinds for inner in _types_below(kind)]


def _types_below(kind: Any) -> list[Any]:
    """The types that a type is made of, at any depth."""
    direct = [getattr(kind, name) for name in _PARTS if hasattr(kind, name)]
    if sys.modules["pyarrow"].types.is_struct(kind) or sys.modules["pyarrow"].types.is_union(kind):
        direct += [field.type for field in kind]
    return direct + [inner for part in direct for inner in _types_below(part)]


def _is_dictionary(kind: Any) -> bool:
    is_so: bool = sys.modules["pyarrow"].types.is_dictionary(kind)
    return is_so

"""Describes pyarrow's values; see the package. How a table is cut into chunks is no part of its value."""

import sys


def describe(value, describe_any):
    """The description of a table, batch, array, schema, type or scalar of pyarrow; else None."""
    pyarrow = sys.modules["pyarrow"]
    name = type(value).__name__
    if isinstance(value, (pyarrow.Table, pyarrow.RecordBatch)):
        columns = [values(value.column(number), describe_any) for number in range(value.num_columns)]
        return [name, {"schema": _schema(value.schema), "rows": value.num_rows, "columns": columns}]
    if isinstance(value, (pyarrow.ChunkedArray, pyarrow.Array)):
        kind = "ChunkedArray" if isinstance(value, pyarrow.ChunkedArray) else "Array"
        return [kind, type_of(value.type), values(value, describe_any)]
    if isinstance(value, pyarrow.Schema):
        return ["Schema", _schema(value)]
    if isinstance(value, pyarrow.DataType):
        return ["DataType", type_of(value)]
    if isinstance(value, pyarrow.Scalar):
        return ["Scalar", type_of(value.type), _item(value, describe_any)]
    return None


def _item(scalar, describe_any):
    pyarrow = sys.modules["pyarrow"]
    stored = scalar.value if isinstance(scalar, pyarrow.ExtensionScalar) else scalar
    return None if stored is None else values(pyarrow.array([stored.as_py()], stored.type), describe_any)


def type_of(kind):
    """A type, with the names and metadata of the fields in it."""
    return [str(kind), [_field(field) for field in _fields(kind)]]


def values(value, describe_any):
    """The items, one by one; floats and all that counts time by their bits."""
    pyarrow = sys.modules["pyarrow"]
    if isinstance(value, pyarrow.ChunkedArray):
        return [item for chunk in value.chunks for item in values(chunk, describe_any)]
    if isinstance(value, pyarrow.ExtensionArray):
        return values(value.storage, describe_any)
    return _values_of(value, value.type, describe_any)


def _values_of(array, kind, describe_any):
    pyarrow = sys.modules["pyarrow"]
    types = pyarrow.types
    if types.is_dictionary(kind):
        indices, words = values(array.indices, describe_any), values(array.dictionary, describe_any)
        return [None if number == ["None"] else words[int(number[1], 16)] for number in indices]
    if types.is_struct(kind):
        parts = [values(part, describe_any) for part in array.flatten()]
        return [[part[row] for part in parts] if valid else None for row, valid in enumerate(_valid(array))]
    if types.is_map(kind) or types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return [_nested(array[row], describe_any) for row in range(len(array))]
    if types.is_floating(kind) or (types.is_temporal(kind) and not types.is_interval(kind)):
        numbers = {16: pyarrow.int16(), 32: pyarrow.int32(), 64: pyarrow.int64()}[kind.bit_width]
        return [describe_any(item) for item in array.view(numbers).to_pylist()]
    return [describe_any(item) for item in array.to_pylist()]


def _nested(scalar, describe_any):
    inner = scalar.values
    return None if inner is None else values(inner, describe_any)


def _valid(array):
    return array.is_valid().to_pylist()


def _fields(kind):
    types = sys.modules["pyarrow"].types
    if types.is_struct(kind):
        return list(kind)
    if types.is_map(kind):
        return [kind.key_field, kind.item_field]
    return [kind.value_field] if hasattr(kind, "value_field") else []


def _schema(schema):
    return [[_field(field) for field in schema], _metadata(schema.metadata)]


def _field(field):
    return [field.name, type_of(field.type), field.nullable, _metadata(field.metadata)]


def _metadata(metadata):
    return sorted([key.hex(), item.hex()] for key, item in (metadata or {}).items())

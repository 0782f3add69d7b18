"""The values that a description of a column tells, whatever their type: to compare columns of different types."""

from __future__ import annotations

import struct
from typing import Any

_MASKED = {
    "Int8Dtype": "i1", "Int16Dtype": "i2", "Int32Dtype": "i4", "Int64Dtype": "i8", "UInt8Dtype": "u1",
    "UInt16Dtype": "u2", "UInt32Dtype": "u4", "UInt64Dtype": "u8", "Float32Dtype": "f4", "Float64Dtype": "f8",
    "BooleanDtype": "b1",
}  # fmt: skip


_CODES = {
    "b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q", "f2": "e",
    "f4": "f", "f8": "d", "c8": "ff", "c16": "dd",
}  # fmt: skip


def numbers_of(column: Any) -> list[Any] | None:
    """The real numbers of a column that has no others; None stands for what is no number."""
    kind, data = _dense(column)
    code = _code_of(kind, data)
    if len(code) != 1:
        return None
    return [None if number != number else number for number in _unpack(code, data)]


def scalars_of(column: Any) -> list[Any] | None:
    """The descriptions that the items of a column have as objects; None where objects are not the nearest."""
    kind, data = _dense(column)
    code = _code_of(kind, data)
    if kind[0] == "string" and kind[2] == "NA":
        return list(data)
    if kind[0] == "masked":
        numbers = iter(_unpack(_CODES[_MASKED[kind[1]]], data[1]))
        return [_scalar(next(numbers)) if is_there else ["NA"] for is_there in data[0]]
    if kind == ["numpy", ["<f16", "g"]]:
        return [["numpy scalar", kind[1], data[start : start + 20]] for start in range(0, len(data), 20)]
    if len(code) == 2:
        parts = iter(map(_float, _unpack(code, data)))
        return [["complex", real, imaginary] for real, imaginary in zip(parts, parts, strict=True)]
    return list(map(_scalar, _unpack(code, data))) if code else None


def _dense(column: Any) -> tuple[Any, Any]:
    _, kind, data = column
    return (kind[1], data[2]) if kind[0] == "sparse" else (kind, data)


def _code_of(kind: Any, data: Any) -> str:
    """How the memory of numbers is unpacked; empty for what is no memory of numbers."""
    return _CODES.get(kind[1][0][1:], "") if kind[0] == "numpy" and isinstance(data, str) else ""


def _unpack(code: str, data: str) -> list[Any]:
    """The numbers in memory as `description.of_numpy.items` tells it: always little-endian."""
    memory = bytes.fromhex(data)
    return list(struct.unpack(f"<{len(memory) // struct.calcsize(code[0])}{code[0]}", memory))


def _scalar(number: Any) -> list[Any]:
    if isinstance(number, bool):
        return ["bool", number]
    return ["int", hex(number)] if isinstance(number, int) else ["float", _float(number)]


def _float(number: float) -> str:
    return "nan" if number != number else number.hex()

"""Arrays of floats out of whatever holds numbers: with NumPy here, and in bare environments without."""

from __future__ import annotations

import array
import ctypes
import decimal
import fractions
import math
import sys
from collections import UserList, deque
from typing import Any

import numpy as np
import pytest

from beep_jupyter.worker.commands.floats import to_floats
from beep_jupyter.worker.commands.request import Refusal


def floats(value: Any, dimensions: int = 1) -> tuple[list[float], list[int]]:
    numbers, shape = to_floats(value, dimensions)
    assert numbers.format == "d"
    return numbers.tolist(), shape


def refusal(value: Any, dimensions: int = 1) -> str:
    with pytest.raises(Refusal) as caught:
        to_floats(value, dimensions)
    assert caught.value.code == "transfer"
    assert caught.value.cure.endswith(".")
    return str(caught.value)


class Fake:
    """What a library's array is to us: a length and items, and nothing more."""

    def __init__(self, *items: Any) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, number: int) -> Any:
        return self._items[number]


@pytest.mark.parametrize(
    "value",
    [
        [1, 2, 3],
        (1, 2.0, True + 2),
        range(1, 4),
        deque([1, 2, 3]),
        UserList([1, 2, 3]),
        Fake(1, 2, 3),
        b"\1\2\3",
        bytearray(b"\1\2\3"),
        memoryview(b"\1.\2.\3.")[::2],
        array.array("d", [1, 2, 3]),
        array.array("f", [1, 2, 3]),
        array.array("q", [1, 2, 3]),
        array.array("B", [1, 2, 3]),
        (ctypes.c_double * 3)(1, 2, 3),
        (ctypes.c_long * 3)(1, 2, 3),
        (ctypes.c_short.__ctype_be__ * 3)(1, 2, 3),
        [decimal.Decimal(1), fractions.Fraction(2), np.float32(3)],
        np.array([1, 2, 3]),
        np.array([1, 2, 3], ">f8"),
        np.array([1, 2, 3], ">i2"),
        np.array([1, 2, 3], "f2"),
        np.arange(1.0, 7.0)[::2] / 2 + 0.5,
        np.array([1, 2, 3], object),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_holds_numbers_becomes_floats(value: Any) -> None:
    assert floats(value) == ([1.0, 2.0, 3.0], [3])


def test_floats_keep_every_bit() -> None:
    special = [math.inf, -math.inf, -0.0, 5e-324, 0.1, sys.float_info.max]
    for value in (special, array.array("d", special), np.array(special), np.array(special, ">f8")):
        assert [number.hex() for number in floats(value)[0]] == [number.hex() for number in special]
    for value in ([math.nan], array.array("d", [math.nan]), np.array([math.nan])):
        assert math.isnan(floats(value)[0][0])


@pytest.mark.parametrize("value", [[], (), b"", array.array("d"), np.array([]), range(0)])
def test_nothing_is_an_empty_array(value: Any) -> None:
    assert floats(value) == ([], [0])


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2, 3], [4, 5, 6]],
        ((1, 2, 3), [4, 5, 6]),
        [array.array("i", [1, 2, 3]), range(4, 7)],
        [np.array([1, 2, 3]), b"\4\5\6"],
        Fake(Fake(1, 2, 3), Fake(4, 5, 6)),
        memoryview(bytes(range(1, 7))).cast("B", (2, 3)),
        ((ctypes.c_int * 3) * 2)((1, 2, 3), (4, 5, 6)),
        np.arange(1, 7).reshape(2, 3),
        np.asfortranarray(np.arange(1, 7).reshape(2, 3)),
        np.arange(1, 7).reshape(2, 3).astype(">f4"),
        np.arange(1, 7).reshape(2, 3).astype(object),
    ],
    ids=lambda value: type(value).__name__,
)
def test_two_dimensions_come_row_by_row(value: Any) -> None:
    assert floats(value, 2) == ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 3])


@pytest.mark.parametrize(("value", "shape"), [([], [0, 0]), ([[], []], [2, 0]), (np.empty((3, 0)), [3, 0])])
def test_nothing_has_a_shape(value: Any, shape: list[int]) -> None:
    assert floats(value, 2) == ([], shape)


def test_masked_values_are_nan() -> None:
    masked = np.ma.array([1, 2, 3], mask=[False, True, False])
    first, second, third = floats(masked)[0]
    assert (first, third) == (1.0, 3.0)
    assert math.isnan(second)


class Series:
    """pandas' way to hold a missing value: an array of objects, and a conversion of its own."""

    def __init__(self, *items: Any) -> None:
        self._items = np.array(items, object)

    def __array__(self) -> Any:
        return self._items

    def isna(self) -> Any:
        return self._items == None  # noqa: E711  element by element

    def to_numpy(self, dtype: str, na_value: float) -> Any:
        return np.where(self.isna(), na_value, self._items).astype(dtype)


def test_missing_values_of_a_series_are_nan() -> None:
    first, second = floats(Series(1, None))[0]
    assert first == 1.0
    assert math.isnan(second)
    assert refusal(Series(1, "a")).endswith("some of its elements are no numbers.")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("abc", "A value of type 'str' cannot become an array of floats: it is no sequence of numbers."),
        ({1: 2}, "A value of type 'dict' cannot become an array of floats: it is no sequence of numbers."),
        ({1, 2}, "A value of type 'set' cannot become an array of floats: it is no sequence of numbers."),
        (None, "A value of type 'NoneType' cannot become an array of floats: it is no sequence of numbers."),
        ([1, "2"], "A value of type 'list' cannot become an array of floats: item 1 is of type 'str'."),
        ((1, None), "A value of type 'tuple' cannot become an array of floats: item 1 is of type 'NoneType'."),
        ([1, 2j], "A value of type 'list' cannot become an array of floats: item 1 is of type 'complex'."),
        ([10**400], "A value of type 'list' cannot become an array of floats: item 0 is beyond the largest float."),
        (
            [decimal.Decimal("sNaN")],
            "A value of type 'list' cannot become an array of floats: item 0 cannot become a float.",
        ),
        (
            array.array("u", "ab"),
            "A value of type 'array.array' cannot become an array of floats: its elements have the format",
        ),
        (np.array(["a"]), "A value of type 'numpy.ndarray' cannot become an array of floats: its elements are of type"),
        (np.array([1j]), "A value of type 'numpy.ndarray' cannot become an array of floats: its elements are of type"),
        (np.array(["2026-11-03"], "M8[D]"), "its elements are of type 'datetime64[D]'"),
        (np.array([None]), "item 0 is of type 'NoneType'"),
    ],
)
@pytest.mark.filterwarnings("ignore:The 'u' type code is deprecated:DeprecationWarning")
def test_what_is_no_number_is_refused_in_a_sentence(value: Any, reason: str) -> None:
    assert reason in refusal(value)


@pytest.mark.parametrize(
    ("value", "wanted", "reason"),
    [
        (5, 1, "it has no dimension and not one dimension."),
        (np.float64(5), 1, "it has no dimension and not one dimension."),
        (5, 2, "it has no dimension and not two dimensions."),
        ([[1]], 1, "it has two dimensions and not one dimension."),
        ([1], 2, "it has one dimension and not two dimensions."),
        (array.array("d"), 2, "it has one dimension and not two dimensions."),
        (np.zeros((2, 2)), 1, "it has two dimensions and not one dimension."),
        (np.zeros((2, 2, 2)), 2, "it has 3 dimensions and not two dimensions."),
        ([[[1]]], 2, "Row 0: A value of type 'list' cannot become an array of floats: it has two dimensions"),
    ],
)
def test_another_number_of_dimensions_is_refused(value: Any, wanted: int, reason: str) -> None:
    assert reason in refusal(value, wanted)


def test_rows_of_different_lengths_are_refused() -> None:
    assert refusal([[1, 2], [3]], 2).endswith("row 1 has 1 numbers, and row 0 has 2.")
    assert refusal([[1, 2], ["a", 2]], 2).startswith("Row 1: A value of type 'list'")


def test_an_error_of_the_objects_own_is_not_hidden() -> None:
    class Broken:
        def __array__(self) -> Any:
            raise RuntimeError("on the device")

    with pytest.raises(RuntimeError, match="on the device"):
        to_floats(Broken(), 1)

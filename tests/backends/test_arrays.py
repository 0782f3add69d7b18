"""Arrays of floats from backends in which nothing is installed, and from one that has NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.handle import Handle
from beep_jupyter.errors import ExecutionError, TransferError

IMPORTS = "import array, collections, ctypes\n"
ONE_DIMENSION = [
    "collections.deque([1, 2.5, -3])",
    "array.array('d', [1, 2.5, -3])",
    "array.array('f', [1, 2.5, -3])",
    "memoryview(array.array('d', [1, 0, 2.5, 0, -3]))[::2]",
    "(ctypes.c_float * 3)(1, 2.5, -3)",
    "(ctypes.c_double.__ctype_be__ * 3)(1, 2.5, -3)",
]
TWO_DIMENSIONS = [
    "collections.deque([[1, 2], [3, 4]])",
    "[array.array('d', [1, 2]), (3, 4)]",
    "((ctypes.c_long * 2) * 2)((1, 2), (3, 4))",
    "memoryview(array.array('d', [1, 2, 3, 4])).cast('B').cast('d', (2, 2))",
]


def test_numbers_arrive_as_an_array_of_one_dimension(backend: Backend) -> None:
    handles = [backend.evaluate(IMPORTS + code) for code in ONE_DIMENSION]
    handles += [backend.wrap([1, 2.5, -3]), backend.wrap((1, 2.5, -3))]
    for handle in handles:
        assert isinstance(handle, Handle)
        numbers = backend.to_float_array(handle)
        assert numbers.dtype == np.float64
        assert numbers.tolist() == [1.0, 2.5, -3.0]
        numbers[0] = 5  # it is the caller's own


def test_numbers_arrive_as_an_array_of_two_dimensions(backend: Backend) -> None:
    handles = [backend.evaluate(IMPORTS + code) for code in TWO_DIMENSIONS]
    for handle in [*handles, backend.wrap([[1, 2], [3, 4]]), backend.wrap(((1, 2), (3, 4)))]:
        numbers = backend.to_float_array_2d(handle)
        assert numbers.dtype == np.float64
        assert numbers.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_no_numbers_are_an_empty_array(backend: Backend) -> None:
    assert backend.to_float_array(backend.wrap([])).shape == (0,)
    assert backend.to_float_array_2d(backend.wrap([])).shape == (0, 0)
    assert backend.to_float_array_2d(backend.wrap([(), ()])).shape == (2, 0)


def test_numbers_that_are_not_finite_arrive(backend: Backend) -> None:
    numbers = backend.to_float_array(backend.wrap([math.nan, math.inf, -math.inf, -0.0]))
    assert [repr(number) for number in numbers.tolist()] == ["nan", "inf", "-inf", "-0.0"]


def test_what_is_no_array_is_refused_in_a_sentence(backend: Backend) -> None:
    with pytest.raises(TransferError, match=r"item 1 is of type 'str'\. Convert it to numbers where it is"):
        backend.to_float_array(backend.wrap([1, "a"]))
    with pytest.raises(TransferError, match=r"item 0 is of type 'complex'|item 0 cannot become a float"):
        backend.to_float_array(backend.wrap([1j]))
    with pytest.raises(TransferError, match=r"row 1 has 1 numbers, and row 0 has 2\. Make its rows equally long"):
        backend.to_float_array_2d(backend.wrap([[1, 2], [3]]))
    with pytest.raises(TransferError, match=r"two dimensions and not one dimension\. `to_float_array_2d` takes two"):
        backend.to_float_array(backend.wrap([[1]]))
    with pytest.raises(TransferError, match=r"one dimension and not two dimensions\. `to_float_array` takes one"):
        backend.to_float_array_2d(backend.wrap([1]))


def test_an_error_of_the_objects_own_is_the_codes(host_backend: Backend) -> None:
    code = "class Broken:\n    def __array__(self):\n        raise RuntimeError('on the device')\nBroken()"
    with pytest.raises(ExecutionError, match="RuntimeError: on the device"):
        host_backend.to_float_array(host_backend.evaluate(code))


def test_arrays_of_numpy_arrive_where_it_is_installed(host_backend: Backend) -> None:
    if not host_backend.is_module_available("numpy"):
        pytest.skip("the Python that runs the tests has NumPy in a place of its own")
    make = "import numpy as np\nclass Kept(np.ndarray):\n    pass\n"
    handle = host_backend.evaluate(make + "np.arange(6, dtype='>i4').reshape(2, 3).view(Kept)")
    assert host_backend.to_float_array_2d(handle).tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    large = host_backend.to_float_array(host_backend.evaluate("np.linspace(0, 1, 1_000_000).view(Kept)"))
    assert np.array_equal(large, np.linspace(0, 1, 1_000_000))

"""Objects that stay there: made, called, changed, passed around, converted, let go."""

from __future__ import annotations

import gc
import math
import re
import time

import numpy as np
import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.handle import Handle
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import ExecutionError, HandleNotFoundError, TransferError, UsageError


def test_a_module_is_imported_and_used_through_its_handle(session: Session) -> None:
    module = session.import_module("math")
    assert (module.type_name, module.reason) == ("module", "")
    assert session.call(module, "sqrt", 2.0) == math.sqrt(2.0)
    assert session.getattr(module, "pi") == math.pi
    assert isinstance(session.import_module("os.path"), Handle)


def test_a_module_that_is_not_there_is_the_codes_error(session: Session) -> None:
    with pytest.raises(ExecutionError) as caught:
        session.import_module("not_there_at_all")
    assert caught.value.ename == "ModuleNotFoundError"
    with pytest.raises(UsageError, match="moduleName"):
        session.import_module("not a module")


def test_whether_a_module_is_available_is_told_without_importing_it(session: Session) -> None:
    assert session.is_module_available("xml.dom.minidom") is True
    assert session.is_module_available("numpy") is False
    assert session.is_module_available("not_there.at_all") is False
    assert session.evaluate("import sys\n'xml.dom.minidom' in sys.modules") is False


def test_an_object_is_created_called_read_and_changed(session: Session) -> None:
    fraction = session.create("fractions", "Fraction", 3, denominator=6)
    assert fraction.type_name == "fractions.Fraction"
    assert fraction.preview == "Fraction(1, 2)"
    assert session.getattr(fraction, "denominator") == 2
    assert session.call(fraction, "limit_denominator", max_denominator=1).numerator in (0, 1)
    space = session.create(session.import_module("types"), "SimpleNamespace", x=1)
    session.setattr(space, "x", [1, (2,)])
    assert session.getattr(space, "x") == [1, (2,)]


def test_an_object_is_called_by_the_method_without_a_name(session: Session) -> None:
    double = session.evaluate("lambda x, *, times=2: x * times")
    assert isinstance(double, Handle)
    assert session.call(double, "", 21) == 42
    assert session.call(double, "", "ab", times=3) == "ababab"


def test_a_class_inside_a_class_is_reached_by_dots(session: Session) -> None:
    session.evaluate("class Outer:\n    class Inner:\n        pass")
    main = session.import_module("__main__")
    assert session.create(main, "Outer.Inner").type_name == "__main__.Outer.Inner"


def test_handles_are_arguments_alone_and_inside_lists_and_dicts(session: Session) -> None:
    first, second = session.wrap([1]), session.wrap([2])
    count = session.evaluate("lambda *args, **kwargs: (args, kwargs)[0][0]['deep'][1] is kwargs['same'][0]")
    assert session.call(count, "", {"deep": (first, second)}, same=[second]) is True
    joined = session.evaluate("a + b", locals={"a": first, "b": second})
    assert joined == [1, 2]
    session.put(held=[first, {"k": second}])
    session.call(first, "append", 9)
    assert session.evaluate("held[0]") == [1, 9]


@pytest.mark.parametrize("code", ["0", "''", "[]", "{}", "None", "False", "b''", "set()"])
def test_empty_and_zero_objects_are_objects(session: Session, code: str) -> None:
    handle = session.wrap(eval(code))
    assert handle.preview == code
    assert session.call(handle, "__repr__") == code
    space = session.create("types", "SimpleNamespace", it=handle)
    assert session.getattr(space, "it") == eval(code)
    session.dispose(handle)


def test_objects_that_answer_badly_when_asked_are_objects_too(session: Session) -> None:
    session.evaluate(
        "class Sulky:\n    def __bool__(self): raise RuntimeError('no')\n    __eq__ = __len__ = __hash__ = __bool__\n"
        "    def __repr__(self): raise RuntimeError('no')\n    def name(self): return 'sulky'"
    )
    sulky = session.create("__main__", "Sulky")
    assert sulky.preview == "<repr failed: RuntimeError>"
    assert session.call(sulky, "name") == "sulky"
    assert session.evaluate("type(given).__name__", locals={"given": sulky}) == "Sulky"


def test_wrapping_a_handle_is_that_handle(session: Session) -> None:
    handle = session.wrap(b"bytes")
    assert session.wrap(handle) is handle
    assert re.search("bytes", handle.preview)


def test_a_handle_that_was_disposed_of_or_never_was_is_not_found(session: Session) -> None:
    handle = session.wrap([1])
    session.dispose(handle)
    for use in (
        lambda: session.call(handle, "append", 1),
        lambda: session.getattr(handle, "x"),
        lambda: session.setattr(handle, "x", 1),
        lambda: session.dispose(handle),
        lambda: session.evaluate("given", locals={"given": [handle]}),
        lambda: session.to_float_array(handle),
    ):
        with pytest.raises(HandleNotFoundError):
            use()
    strange = Handle({"handleId": "0" * 32, "typeName": "list", "preview": "[]"})
    with pytest.raises(HandleNotFoundError, match="000000"):
        session.call(strange, "append", 1)


def test_a_handle_belongs_to_its_session(host_backend: Backend, host_session: Session) -> None:
    handle = host_session.wrap([1])
    with pytest.raises(HandleNotFoundError, match="belongs to another session"):
        host_backend.call(handle, "append", 1)


def test_handles_are_unguessable_listed_and_freed_when_the_last_copy_is_collected(fresh_session: Session) -> None:
    session = fresh_session
    handles = [session.wrap([number]) for number in range(5)]
    listed = session.handles()
    assert sorted(entry["preview"] for entry in listed) == [f"[{number}]" for number in range(5)]
    assert all(re.fullmatch("[0-9a-f]{32}", entry["handleId"]) for entry in listed)
    del handles[1:]
    gc.collect()
    session.evaluate("1")
    assert [entry["preview"] for entry in session.handles()] == ["[0]"]


def test_the_freed_object_is_gone_there(fresh_session: Session) -> None:
    code = "import weakref\nclass Thing: pass\nthing = Thing()\nseen = weakref.ref(thing)\nthing"
    handle = fresh_session.evaluate(code)
    fresh_session.evaluate("del thing")
    assert fresh_session.evaluate("seen() is None") is False
    del handle
    gc.collect()
    fresh_session.evaluate("1")
    assert fresh_session.evaluate("import gc\ngc.collect()\nseen() is None") is True


def test_what_a_method_raises_is_the_codes_error(session: Session) -> None:
    with pytest.raises(ExecutionError) as caught:
        session.call(session.wrap([1]), "index", 5)
    assert (caught.value.ename, caught.value.evalue) == ("ValueError", "5 is not in list")
    with pytest.raises(ExecutionError) as caught:
        session.getattr(session.wrap([1]), "nothing")
    assert caught.value.ename == "AttributeError"
    with pytest.raises(ExecutionError) as caught:
        session.create("fractions", "Fraction", 1, 0)
    assert caught.value.ename == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("[1, 2.5, True]", [1.0, 2.5, 1.0]),
        ("(float('nan'), float('-inf'), -0.0)", [float("nan"), float("-inf"), -0.0]),
        ("import array\narray.array('f', [1.5, 2.5])", [1.5, 2.5]),
        ("range(3)", [0.0, 1.0, 2.0]),
        ("b'\\x01\\xff'", [1.0, 255.0]),
        ("[]", []),
        ("[2 ** 60, 10 ** 300]", [float(2**60), 1e300]),
    ],
)
def test_numbers_become_an_array(session: Session, code: str, numbers: list[float]) -> None:
    found = session.to_float_array(handle_of(session, code))
    assert found.dtype == np.float64
    assert found.shape == (len(numbers),)
    assert found.tobytes() == np.array(numbers, np.float64).tobytes()


def test_rows_become_an_array_of_two_dimensions(session: Session) -> None:
    found = session.to_float_array_2d(handle_of(session, "[[1, 2, 3], (4, 5, float('nan'))]"))
    np.testing.assert_array_equal(found, np.array([[1, 2, 3], [4, 5, np.nan]]))
    view = "memoryview(bytes(range(6))).cast('B', (3, 2))"
    np.testing.assert_array_equal(session.to_float_array_2d(handle_of(session, view)), [[0, 1], [2, 3], [4, 5]])


@pytest.mark.parametrize("code", ["['a']", "'text'", "[[1], [2]]", "{1: 2}", "5", "[1, None]", "[10 ** 400]"])
def test_what_is_no_array_of_numbers_is_refused_with_the_reason(session: Session, code: str) -> None:
    with pytest.raises(TransferError, match="cannot become an array of floats"):
        session.to_float_array(handle_of(session, code))


def test_rows_of_different_lengths_are_refused(session: Session) -> None:
    with pytest.raises(TransferError, match="row 1 has 1 numbers, and row 0 has 2"):
        session.to_float_array_2d(handle_of(session, "[[1, 2], [3]]"))


def test_completion_and_inspection(session: Session) -> None:
    session.evaluate("import collections\nalphabet = 'abc'")
    found = session.complete("alphab", 6)
    assert "alphabet" in found.matches
    assert (found.cursor_start, found.cursor_end) == (0, 6)
    assert any(match.endswith("OrderedDict") for match in session.complete("collections.Ord", 15).matches)
    inspected = session.inspect("alphabet", 3)
    assert inspected.found is True
    assert "abc" in inspected.data["text/plain"]
    nothing = session.inspect("nothing_here", 3)
    assert (nothing.found, nothing.data) == (False, {})


def handle_of(session: Session, code: str) -> Handle:
    """A handle of what the code's last expression is, made there: nothing of it has travelled."""
    before, _, expression = code.rpartition("\n")
    session.evaluate(f"{before}\ndef make():\n    return {expression}")
    return session.create("__main__", "make")


TABLE = """
class Table:
    shape = (3, 2)
    nbytes = 4096
    rows = list(range(1000))
    def __getitem__(self, key): return self.rows[key]
    def __call__(self, more): return [more, self]
    def __repr__(self): return 'a table'
    def _repr_html_(self): return '<table>…</table>'
    def _repr_png_(self): return b'picture'
Table()
"""


def test_a_handle_reaches_its_object_by_slices_attributes_and_calls(session: Session) -> None:
    table = session.evaluate(TABLE)
    assert isinstance(table, Handle)
    assert table[:3] == [0, 1, 2]
    assert table.shape == (3, 2)
    called = table("more")
    assert isinstance(called, Handle)
    assert called[0] == "more"
    assert session.getattr(table, "rows") == table.rows == list(range(1000))
    assert not hasattr(table, "nowhere")
    assert not hasattr(table, "_private")
    with pytest.raises(ExecutionError, match="IndexError"):
        table[1000]
    with pytest.raises(TypeError):
        iter(table)


def test_a_handle_shows_what_its_object_looks_like(session: Session) -> None:
    table = session.evaluate(TABLE)
    assert repr(table) == "<Handle of __main__.Table (3, 2) 4.0 KiB: a table>"
    shown = table._repr_mimebundle_()
    assert shown == {"text/html": "<table>…</table>", "image/png": "cGljdHVyZQ==", "text/plain": repr(table)}
    session.dispose(table)
    assert set(table._repr_mimebundle_()) == {"text/plain"}


def test_the_preview_of_much_is_made_of_its_beginning(session: Session) -> None:
    begun = time.perf_counter()
    handle = session.evaluate("[object(), *range(2_000_000)]")
    assert time.perf_counter() - begun < 1
    assert handle.preview.endswith("… (2000001 items)")

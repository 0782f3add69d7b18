"""What can be done with objects that stay in a session, in the oldest and the newest Python."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.handle import Handle
from beep_jupyter.errors import ExecutionError, TransferError, UsageError

STUBBORN = """
class Stubborn:
    def __bool__(self):
        raise RuntimeError("neither true nor false")
    def __len__(self):
        raise RuntimeError("no length")
    def __eq__(self, other):
        raise RuntimeError("like nothing else")
    __hash__ = None
    def __repr__(self):
        raise RuntimeError("indescribable")
    def speak(self):
        return "still here"
"""


def test_a_module_is_imported_and_its_functions_are_called(backend: Backend) -> None:
    math = backend.import_module("math")
    assert math.type_name == "module"
    assert math.reason == ""
    assert backend.call(math, "sqrt", 9) == 3.0
    assert backend.getattr(math, "pi") == 3.141592653589793
    assert backend.variables() == {}


def test_a_module_in_a_package_is_the_module_and_not_the_package(backend: Backend) -> None:
    assert "'xml.dom.minidom'" in backend.import_module("xml.dom.minidom").preview


def test_an_import_that_fails_raises_what_the_import_raised(backend: Backend) -> None:
    with pytest.raises(ExecutionError, match="ModuleNotFoundError: No module named 'nowhere'"):
        backend.import_module("nowhere")


def test_what_cannot_name_a_module_is_refused(host_backend: Backend) -> None:
    for name in ("", ".", "os.", ".os", "a b", "scikit-learn", "os/path", "1st"):
        for ask in (host_backend.import_module, host_backend.is_module_available):
            with pytest.raises(UsageError, match=r"field 'moduleName' must be the name of a module.*sklearn"):
                ask(name)


def test_whether_a_module_is_there_is_told_without_importing(backend: Backend) -> None:
    for name in ("xml", "xml.dom.minidom", "sys", "os.path"):
        assert backend.is_module_available(name)
    for name in ("nowhere", "xml.nowhere.at_all", "sys.path"):
        assert not backend.is_module_available(name)
    assert backend.evaluate("import sys; [name for name in sys.modules if name.startswith('xml')]") == []


def test_a_package_that_would_fail_is_found_and_not_run(backend: Backend, tmp_path: Path) -> None:
    package = tmp_path / "explosive" / "inner"
    package.mkdir(parents=True)
    (tmp_path / "explosive" / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "part.py").write_text("raise RuntimeError('imported')")  # inner is a namespace package in a package
    (tmp_path / "flat.py").write_text("raise RuntimeError('imported')")
    backend.evaluate("import sys; sys.path.insert(0, folder)", {"folder": str(tmp_path)})
    assert backend.is_module_available("explosive.inner.part")
    assert backend.is_module_available("explosive.inner")
    assert not backend.is_module_available("explosive.outer")
    assert not backend.is_module_available("flat.inner")


def test_a_module_whose_import_is_forbidden_is_not_available(host_backend: Backend) -> None:
    host_backend.evaluate("import sys; sys.modules['xml'] = None")
    assert not host_backend.is_module_available("xml")
    assert not host_backend.is_module_available("xml.dom")


def test_objects_are_made_with_arguments_of_all_kinds(backend: Backend) -> None:
    moment = backend.create("datetime", "datetime", 2026, 11, day=3)
    assert moment.type_name == "datetime.datetime"
    assert backend.call(moment, "replace", hour=12) == datetime.datetime(2026, 11, 3, 12)


def test_a_class_is_found_in_a_module_held_and_in_a_class(backend: Backend) -> None:
    backend.evaluate("class Outer:\n    class Inner:\n        def __init__(self, n):\n            self.n = n")
    main = backend.import_module("__main__")
    assert backend.getattr(backend.create(main, "Outer.Inner", n=5), "n") == 5


def test_keywords_may_be_called_as_the_methods_own_arguments_are(backend: Backend) -> None:
    dictionary = backend.import_module("builtins")
    made = backend.call(dictionary, "dict", handle=1, method=2, module=3, self=4, name=5)
    assert made == {"handle": 1, "method": 2, "module": 3, "self": 4, "name": 5}
    assert backend.call(backend.create("builtins", "dict", class_name=1), "copy") == {"class_name": 1}


def test_what_is_made_is_a_handle_even_if_it_could_travel(backend: Backend) -> None:
    assert isinstance(backend.create("builtins", "int", 5), Handle)


def test_attributes_are_set_and_read(backend: Backend) -> None:
    thing = backend.create("types", "SimpleNamespace")
    backend.setattr(thing, "size", {"a": (1, b"raw")})
    assert backend.getattr(thing, "size") == {"a": (1, b"raw")}
    with pytest.raises(ExecutionError, match="AttributeError"):
        backend.getattr(thing, "weight")


def test_the_empty_method_calls_the_object(backend: Backend) -> None:
    double = backend.evaluate("lambda n, times=2: n * times")
    assert backend.call(double, "", 21) == 42
    assert backend.call(double, "", 21, times=3) == 63


def test_handles_are_arguments_and_may_lie_in_lists_and_dicts(backend: Backend) -> None:
    one, two = backend.create("decimal", "Context", prec=3), backend.create("decimal", "Context", prec=4)
    look = backend.evaluate(
        "lambda args, also: [item.prec for item in args] + [also['deep'][0].prec, args[0] is also['same']]"
    )
    assert backend.call(look, "", [one, two], also={"deep": (two,), "same": one}) == [3, 4, 4, True]


def test_a_handle_may_be_a_local_an_input_and_a_variable(backend: Backend) -> None:
    context = backend.create("decimal", "Context", prec=3)
    assert backend.evaluate("it.prec", {"it": context}) == 3
    assert backend.execute("it.prec", inputs={"it": context}).result == 3
    backend.put(kept=[context])
    assert backend.evaluate("kept[0].prec") == 3


def test_buffers_of_several_arguments_arrive_where_they_belong(backend: Backend) -> None:
    together = backend.evaluate("lambda *args, **kwargs: [args, kwargs]")
    sent = (b"first", [b"second", bytearray(b"third")])
    assert backend.call(together, "", *sent, last=b"fourth", n=1) == [sent, {"last": b"fourth", "n": 1}]


def test_empty_and_zero_objects_are_objects(backend: Backend) -> None:
    same = backend.evaluate("lambda it: it")
    for value in (0, 0.0, "", [], {}, None, False, b"", ()):
        handle = backend.wrap(value)
        assert backend.call(same, "", handle) == value
        assert type(backend.call(same, "", [handle])[0]) is type(value)
        backend.dispose(handle)


def test_objects_that_refuse_to_be_judged_are_objects(backend: Backend) -> None:
    backend.evaluate(STUBBORN)
    stubborn = backend.evaluate("Stubborn()")
    assert stubborn.preview == "<repr failed: RuntimeError>"
    assert backend.call(stubborn, "speak") == "still here"
    assert backend.call(backend.evaluate("lambda it, also: also[0].speak()"), "", 1, also=[stubborn]) == "still here"
    assert backend.variables().keys() == {"Stubborn"}
    backend.put(it=stubborn)
    assert backend.variables()["it"]["repr"] == "<repr failed: RuntimeError>"
    assert isinstance(backend.get("it"), Handle)


def test_a_result_that_cannot_travel_is_one_handle_with_a_reason(backend: Backend) -> None:
    found = backend.call(backend.evaluate("lambda: [1, object()]"), "")
    assert isinstance(found, Handle)
    assert found.type_name == "list"
    assert "A value of type 'object' cannot travel" in found.reason


def test_an_error_of_called_code_shows_where_it_was_raised(backend: Backend) -> None:
    with pytest.raises(ExecutionError) as caught:
        backend.call(backend.import_module("json"), "loads", "{")
    assert caught.value.ename == "JSONDecodeError"
    shown = "\n".join(caught.value.traceback)
    assert "json/decoder.py" in shown
    assert "beep_jupyter" not in shown


def test_what_called_code_prints_is_printed_here(backend: Backend, capsys: pytest.CaptureFixture[str]) -> None:
    backend.call(backend.import_module("builtins"), "print", "from there")
    assert capsys.readouterr().out == "from there\n"


def test_an_argument_that_cannot_travel_is_named(host_backend: Backend) -> None:
    handle = host_backend.import_module("math")
    with pytest.raises(TransferError, match=r"Argument 2 cannot be sent to backend 'test': .*'object' cannot travel"):
        host_backend.call(handle, "sqrt", 1, object())
    with pytest.raises(TransferError, match="Argument 'x' cannot be sent"):
        host_backend.call(handle, "sqrt", x=object())
    with pytest.raises(TransferError, match="The value cannot be sent"):
        host_backend.wrap(sys)


def test_a_child_that_called_code_forks_does_not_become_a_second_worker(backend: Backend) -> None:
    pid = backend.evaluate("import os; os.getpid()")
    fork = backend.evaluate("os.fork")
    child = backend.call(fork, "")
    assert backend.evaluate("os.waitpid(child, 0)[1]", {"child": child}) == 0
    assert backend.evaluate("os.getpid()") == pid


def test_values_nested_as_deep_as_they_may_be_come_as_arguments_and_results(backend: Backend) -> None:
    deep: list[object] = []
    for _ in range(199):
        deep = [deep]
    same = backend.evaluate("lambda it: it")
    assert backend.call(same, "", deep) == deep
    assert backend.execute("it", inputs={"it": deep}, outputs=["it"]).values["it"] == deep

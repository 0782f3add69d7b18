"""A value has the representations that IPython finds: same order, precedence, metadata and handling of failures."""

from __future__ import annotations

import collections
import datetime
import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from IPython.core.formatters import DisplayFormatter as Theirs

import beep_jupyter.worker
from beep_jupyter.worker.display import bundles
from beep_jupyter.worker.display.formatter import DisplayFormatter as Ours
from tests.interpreters import SUPPORTED, Interpreter

FOLDER = Path(beep_jupyter.worker.__file__).parent


@pytest.fixture(autouse=True)
def _fresh_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_formatter", None)
    monkeypatch.setattr(bundles, "_plain", dict(bundles._plain))


class Base:
    def __repr__(self) -> str:
        return type(self).__name__


class Html(Base):
    def _repr_html_(self) -> Any:
        return "<b>"


class WithMetadata(Base):
    def _repr_html_(self) -> Any:
        return "<b>", {"isolated": True}


class All(Base):
    def _repr_png_(self) -> Any:
        return b"png"

    def _repr_jpeg_(self) -> Any:
        return "base64 already"

    def _repr_pdf_(self) -> Any:
        return b"pdf", {"pages": 1}

    def _repr_svg_(self) -> Any:
        return "<svg/>"

    def _repr_latex_(self) -> Any:
        return "$x$", None

    def _repr_json_(self) -> Any:
        return [1]

    def _repr_javascript_(self) -> Any:
        return ""

    def _repr_markdown_(self) -> Any:
        return None


class Bundle(Base):
    def _repr_mimebundle_(self, include: Any, exclude: Any) -> Any:
        return {"a/b": 1, "text/html": "bundle"}, {"a/b": {"z": 1}, "whole": 2}

    def _repr_html_(self) -> Any:
        return "html", {"i": 1}

    def _repr_latex_(self) -> Any:
        return "$"


class PlainBundle(Base):
    def _repr_mimebundle_(self, **_: Any) -> Any:
        return {"text/plain": "bundle's own", "text/html": None}


class EmptyBundle(Html):
    def _repr_mimebundle_(self, **_: Any) -> Any:
        return None


class WrongBundle(Html):
    def _repr_mimebundle_(self, **_: Any) -> Any:
        return "text"


class OldBundle(Html):
    def _repr_mimebundle_(self) -> Any:
        return {"text/plain": "not called"}


class Failing(Base):
    def _repr_html_(self) -> Any:
        raise ValueError("html")

    def _repr_mimebundle_(self, **_: Any) -> Any:
        raise KeyError("bundle")

    def _repr_markdown_(self) -> Any:
        return "*x*"


class FailingRepr:
    def __repr__(self) -> str:
        raise ValueError("repr")

    def _repr_html_(self) -> Any:
        return "<b>"


class NotThere(Html):
    def _repr_markdown_(self) -> Any:
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        raise NotImplementedError


class ShowsItself(Html):
    def _ipython_display_(self) -> None:
        sys.stdout.write("shown\n")


class FailsToShowItself(Html):
    def _ipython_display_(self) -> None:
        raise ValueError("display")


class AnswersAll(Base):
    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: "any"


class RaisesForAll(Base):
    def __getattr__(self, name: str) -> Any:
        raise ValueError


class ClassMethod(Base):
    @classmethod
    def _repr_html_(cls) -> Any:
        return "of the class"


class StaticMethod(Base):
    @staticmethod
    def _repr_html_() -> Any:
        return "static"


class Meta(type):
    def _repr_html_(cls) -> Any:
        return "of its metaclass"


class OfMeta(Base, metaclass=Meta):
    pass


class Property(Base):
    @property
    def _repr_html_(self) -> Any:
        return lambda: "by property"

    @property
    def _repr_latex_(self) -> Any:
        raise ValueError


class WrongTypes(Base):
    _repr_svg_ = "not callable"

    def _repr_html_(self) -> Any:
        return b"bytes"

    def _repr_markdown_(self) -> Any:
        return None, {"only": "metadata"}

    def _repr_latex_(self) -> Any:
        return ()

    def _repr_png_(self) -> Any:
        return bytearray(b"x")

    def _repr_javascript_(self) -> Any:
        return "a", "b", "c"


def on_instance() -> Base:
    value = Base()
    value._repr_html_ = lambda: "of the instance"  # type: ignore[attr-defined]
    return value


VALUES = [
    *(1, "text", None, True, 2.5, [1, {"a": (2,)}], Base(), Base, len, ValueError("x")),
    *(Html(), Html, WithMetadata(), All(), Bundle(), PlainBundle(), EmptyBundle(), WrongBundle(), OldBundle()),
    *(Failing(), [Failing()], FailingRepr(), [FailingRepr()], NotThere(), ShowsItself(), FailsToShowItself()),
    *(AnswersAll(), RaisesForAll(), ClassMethod(), ClassMethod, StaticMethod(), StaticMethod, OfMeta, OfMeta()),
    *(Property(), WrongTypes(), on_instance(), 10**5000),
]
CHOICES: list[dict[str, Any]] = [
    {},
    {"include": ["text/html"]},
    {"exclude": ["text/html", "text/plain"]},
    {"include": {"a/b", "text/html"}, "exclude": ["a/b"]},
    {"include": "text/html"},
    {"include": [], "exclude": []},
]


def name_of(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else f"{type(value).__name__}()"


def formatted(formatter: Any, value: Any, **choice: Any) -> tuple[Any, Any, list[str]]:
    """Data, metadata, and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data, metadata = formatter.format(value, **choice)
    return data, metadata, [f"{each.category.__name__}: {each.message}" for each in caught]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a formatter of ours reports."""
    errors: list[str] = []
    monkeypatch.setattr(Ours, "report", lambda self, error: errors.append(f"{type(error).__name__}: {error}"))
    return errors


@pytest.mark.parametrize("choice", CHOICES, ids=str)
@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_a_value_has_the_representations_that_ipython_finds(
    value: Any, choice: dict[str, Any], told: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    theirs = formatted(Theirs(), value, **choice)
    printed = capfd.readouterr()
    assert formatted(Ours(), value, **choice) == theirs
    assert capfd.readouterr().out == printed.out
    raised = [line for line in printed.err.splitlines() if line.startswith(("ValueError", "KeyError", "TypeError"))]
    assert told == raised


def test_text_where_json_belongs_is_not_shown() -> None:
    class Text(Base):
        def _repr_json_(self) -> Any:
            return '{"a": 1}'

    data, _, warned = formatted(Ours(), Text())
    assert data == {"text/plain": "Text"}
    assert len(warned) == 1
    assert "application/json formatter returned invalid type <class 'str'>" in warned[0]


def test_a_failure_is_told_on_stderr_with_the_users_lines_only(capsys: pytest.CaptureFixture[str]) -> None:
    data, _ = Ours().format(Failing(), include=["text/html", "text/markdown"])
    printed = capsys.readouterr()
    assert data == {"text/markdown": "*x*"}
    assert printed.out == ""
    assert printed.err.count("Traceback (most recent call last)") == 2
    assert "ValueError: html" in printed.err
    assert "beep_jupyter" not in printed.err


def test_an_interrupt_is_no_failure() -> None:
    class Interrupted(Base):
        def _repr_html_(self) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ours().format(Interrupted())


class A(Base):
    pass


class B(A):
    def _repr_html_(self) -> Any:
        return "own"


def by_class(formatter: Any) -> Iterator[Any]:
    html = formatter.formatters["text/html"]
    yield html.for_type(A, lambda value: "<a>") is None
    yield html.for_type(A) is not None
    yield formatter.format(A()), formatter.format(B()), formatter.format([A()])
    yield A in html, B in html, int in html
    yield html.for_type(A, lambda value: None) is not None
    yield formatter.format(B())
    yield html.pop(A) is not None, html.pop(A, 3), html.pop(int, None)
    yield formatter.format(A()), formatter.format(B())


def by_name(formatter: Any) -> Iterator[Any]:
    html = formatter.formatters["text/html"]
    name = f"{__name__}.A"
    yield html.for_type_by_name("collections", "UserDict", lambda value: "dict") is None
    yield html.for_type(name, lambda value: ("<a>", {"k": 1})) is None
    yield name in html, "no.such" in html, A in html, list(html.deferred_printers)
    yield formatter.format(B()), formatter.format(collections.UserDict())
    yield name in html, list(html.deferred_printers), list(html.type_printers)
    yield html.lookup(B()) is html.lookup_by_type(B) is html.lookup_by_type(name)
    yield html.pop(name) is not None, html.pop("no.such", None)
    yield html.for_type_by_name("no", "such", len), html.pop("no.such")


def refused(formatter: Any) -> Iterator[Any]:
    html = formatter.formatters["text/html"]
    for ask, argument in (
        (html.lookup, 3),
        (html.lookup_by_type, A),
        (html.lookup_by_type, "a.B"),
        (html.pop, A),
        (html.pop, "a.B"),
    ):
        with pytest.raises(KeyError) as caught:
            ask(argument)
        yield str(caught.value)


def as_text(formatter: Any) -> Iterator[Any]:
    text = formatter.formatters["text/plain"]
    text.for_type(A, lambda value, printer, is_cycle: printer.text("an A"))
    text.for_type_by_name("collections", "UserString", lambda value, printer, is_cycle: printer.text("a string"))
    text.for_type(int, lambda value, printer, is_cycle: printer.text(f"int {value:d}"))
    yield formatter.format([A(), {1: B()}, True, collections.UserString("a")])
    yield formatter.format(3)
    text.max_width = 10
    yield formatter.format(["a" * 9, "b"])
    text.pprint = False
    yield formatter.format([2.5, "a" * 9, "b"])


def before_bundles(formatter: Any) -> Iterator[Any]:
    formatter.formatters["text/html"].for_type(Bundle, lambda value: "registered")
    yield formatter.format(Bundle())
    formatter.mimebundle_formatter.for_type(A, lambda value, **_: {"text/plain": "bundle", "c/d": 1})
    yield formatter.format(B()), formatter.format(A(), exclude=["c/d"])
    formatter.ipython_display_formatter.for_type(A, lambda value: sys.stdout.write("shown\n"))
    yield formatter.format(B())
    formatter.formatters["text/plain"].for_type(PlainBundle, lambda value, printer, _: printer.text("registered"))
    yield formatter.format(PlainBundle())


def only_some(formatter: Any) -> Iterator[Any]:
    yield formatter.format_types
    yield formatter.active_types
    formatter.active_types = ["text/plain"]
    yield formatter.active_types, formatter.format(All())
    formatter.active_types = formatter.format_types
    formatter.formatters["image/png"].enabled = False
    yield list(formatter.format(All())[0])
    yield [each.format_type for each in formatter.formatters.values()]
    yield [each.print_method for each in formatter.formatters.values()]


def with_precision(formatter: Any) -> Iterator[Any]:
    text = formatter.formatters["text/plain"]
    for precision in ("3", "%.2e", "0", " 4 ", "%d", "-1", "x", "%", "%s%s", ""):
        try:
            text.float_precision = precision
        except ValueError as error:
            yield str(error)
        else:
            yield text.float_precision
        yield text.float_format
        yield formatter.format(1 / 3), formatter.format([2.5, 1, (numpy.float64(0.1), numpy.array([1 / 3]))])


@pytest.mark.parametrize(
    "steps", [by_class, by_name, refused, as_text, before_bundles, only_some, with_precision], ids=lambda f: f.__name__
)
def test_formatters_are_registered_and_set_as_in_ipython(steps: Any) -> None:
    precision = numpy.get_printoptions()["precision"]
    theirs = Theirs()
    theirs.active_types = theirs.format_types  # as a kernel's shell does
    try:
        expected = list(steps(theirs))
        assert list(steps(Ours())) == expected
    finally:
        numpy.set_printoptions(precision=precision)


def test_what_is_registered_later_by_name_replaces_what_was_for_the_class() -> None:
    formatter = Ours()
    html = formatter.formatters["text/html"]
    html.for_type(A, lambda value: "before")
    assert html.for_type_by_name(__name__, "A", lambda value: "later") is not None
    assert formatter.format(A()) == ({"text/plain": "A", "text/html": "later"}, {})


def test_what_is_no_class_cannot_be_registered() -> None:
    html = Ours().formatters["text/html"]
    with pytest.raises(TypeError, match="takes a class or its name, not 3"):
        html.for_type(3, len)
    with pytest.raises(ValueError, match="'nodots'"):
        html.for_type("nodots", len)


def test_a_bundle_is_ready_to_be_sent() -> None:
    data, metadata = bundles.bundle(All())
    assert data["image/png"] == "cG5n"
    assert data["application/pdf"] == "cGRm"
    assert data["image/jpeg"] == "base64 already"
    assert metadata == {"application/pdf": {"pages": 1}}


def test_a_value_that_shows_itself_has_nothing_to_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert bundles.bundle(ShowsItself()) == ({}, {})
    assert capsys.readouterr().out == "shown\n"


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ({"a": (1, {2.5}), 2: None, None: True, True: "x"}, {"a": [1, [2.5]], "2": None, "null": True, "true": "x"}),
        ([b"abc", bytearray(b"abc"), "é\ud800"], ["YWJj", "YWJj", "é\\ud800"]),
        ([float("nan"), float("-inf"), 1e300], ["nan", "-inf", 1e300]),
        ([numpy.int64(3), numpy.bool_(True), numpy.float32(0.5), numpy.array([[1, 2]])], [3, True, 0.5, [[1, 2]]]),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (iter([1, 2]), [1, 2]),
    ],
    ids=str,
)
def test_what_json_lacks_is_sent_as_what_it_has(part: Any, sent: Any) -> None:
    found = bundles.sendable(part)
    assert found == sent
    json.dumps(found, allow_nan=False).encode()


def test_what_cannot_be_sent_is_refused() -> None:
    with pytest.raises(TypeError, match="a display cannot hold a value of type 'object'"):
        bundles.sendable({"a/b": [object()]})


def test_what_is_registered_for_plain_values_is_asked() -> None:
    assert bundles.bundle(3) == ({"text/plain": "3"}, {})
    bundles.formatter().formatters["text/html"].for_type(int, lambda value: f"<b>{value}</b>")
    assert bundles.bundle(3) == ({"text/plain": "3", "text/html": "<b>3</b>"}, {})
    assert bundles.bundle("a") == ({"text/plain": "'a'"}, {})
    bundles.formatter().formatters["text/plain"].float_precision = "2"
    assert bundles.bundle(1 / 3) == ({"text/plain": "0.33"}, {})
    bundles.formatter().formatters["text/html"].for_type(object, lambda value: "anything")
    assert bundles.bundle(None) == ({"text/plain": "None", "text/html": "anything"}, {})


LOADED = """
import importlib.util, json, sys
folder = sys.argv[1]
spec = importlib.util.spec_from_file_location("_p", folder + "/__init__.py", submodule_search_locations=[folder])
sys.dont_write_bytecode = True
sys.modules["_p"] = importlib.util.module_from_spec(spec)
before = set(sys.modules)
import _p.display.bundles
shown = [_p.display.bundles.bundle(value) for value in (1, "a", None, 2.5, True)]
plain = sorted(set(sys.modules) - before)
shown.append(_p.display.bundles.bundle([1, {"a": 2}]))
print(json.dumps([shown, plain, sorted(set(sys.modules) - before)]))
"""


@pytest.mark.parametrize("interpreter", SUPPORTED, ids=lambda interpreter: interpreter.version)
def test_plain_values_need_no_import(interpreter: Interpreter) -> None:
    command = [str(interpreter.path), "-I", "-S", "-c", LOADED, str(FOLDER)]
    shown, plain, later = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert [data["text/plain"] for data, _ in shown] == ["1", "'a'", "None", "2.5", "True", "[1, {'a': 2}]"]
    assert set(plain) - {"__future__"} == {"_p.display", "_p.display.bundles", "_p.late"}
    assert {"_p.display.formatter", "_p.display.pretty"} <= set(later)
    assert {"re", "inspect", "typing", "asyncio", "dataclasses", "traceback"} & set(later) == set()

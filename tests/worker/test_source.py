from __future__ import annotations

import linecache
from typing import Any

import pytest

from beep_jupyter.worker.source import CACHED_TEXTS, Source, SourceCache, compile_text, is_coroutine


def value_of(source: Source, namespace: dict[str, Any] | None = None) -> Any:
    namespace = {} if namespace is None else namespace
    if source.body is not None:
        exec(source.body, namespace)
    return eval(source.last, namespace) if source.last is not None else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 1", 2),
        ("x = 1", None),
        ("x = 1\nx + 1", 2),
        ("x = 1; x + 1;", 2),
        ("x = [1]\nx.append(2)\nx  # the last\n", [1, 2]),
        ("def f():\n    return 7\nf()", 7),
        ("if True:\n    1", None),
        ("", None),
        ("# nothing", None),
        ("'''a text'''", "a text"),
        ("(yes := 3)", 3),
    ],
)
def test_the_value_is_the_last_expressions(text: str, value: object) -> None:
    assert value_of(SourceCache().compile(text)) == value


def test_one_expression_is_compiled_without_a_body() -> None:
    source = SourceCache().compile("1 + 1")
    assert source.body is None
    assert source.last is not None


def test_the_same_text_is_compiled_once() -> None:
    cache = SourceCache()
    first = cache.compile("x = 1")
    assert cache.compile("x = 1") is first
    assert cache.compile("x = 1 ") is not first


def test_the_latest_texts_are_kept_and_the_oldest_forgotten() -> None:
    cache = SourceCache()
    first, second = cache.compile("first"), cache.compile("second")
    for number in range(CACHED_TEXTS - 2):
        cache.compile(f"{number}")
    assert cache.compile("first") is first
    cache.compile("another")
    assert cache.compile("first") is first
    assert cache.compile("second") is not second


def test_each_text_has_a_file_of_its_own_whose_lines_are_found() -> None:
    cache = SourceCache()
    one, two = cache.compile("one = 1\nhere = 2"), cache.compile("two = 1")
    files = [source.body.co_filename for source in (one, two)]
    assert len(set(files)) == 2
    assert linecache.getline(files[0], 2) == "here = 2"
    linecache.checkcache()
    assert linecache.getline(files[0], 2) == "here = 2"


@pytest.mark.parametrize(("text", "line"), [("x = 1\n1 +", 2), ("(", 1), ("x = = 1", 1)])
def test_what_does_not_parse_says_where_and_is_remembered_for_the_traceback(text: str, line: int) -> None:
    with pytest.raises(SyntaxError) as caught:
        SourceCache().compile(text)
    assert caught.value.lineno == line
    assert caught.value.__context__ is None
    assert linecache.getline(caught.value.filename or "", line).rstrip("\n") == text.splitlines()[line - 1]


def test_an_error_of_statements_does_not_carry_that_of_the_expression() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        value_of(SourceCache().compile("x = 0\n1 / x"))
    assert caught.value.__context__ is None


def test_a_null_character_is_an_error_of_the_code() -> None:
    with pytest.raises((SyntaxError, ValueError), match="null bytes"):
        SourceCache().compile("x = '\0'")


def test_what_a_text_imports_from_the_future_holds_for_later_ones() -> None:
    cache, function = SourceCache(), "def f(x: unknown): pass"
    with pytest.raises(NameError):
        value_of(cache.compile(function))
    cache.compile("from __future__ import annotations")
    value_of(cache.compile(function))
    assert cache.compile(function) is cache.compile(function)


@pytest.mark.parametrize(
    ("text", "needs_loop"),
    [
        ("await x", True),
        ("async def f(): pass", True),
        ("import asyncio", True),
        ("x = 'await nothing'", True),
        ("get_ipython().run_line_magic('time', 'await x')\n", False),  # of its own it does
        ("get_ipython().run_line_magic('cd', 'x')\nawait x", True),
        ("x = 1", False),
    ],
)
def test_a_text_that_speaks_of_async_runs_in_the_loop(text: str, needs_loop: bool) -> None:
    assert compile_text(text, "<cell 1>").needs_loop is needs_loop


def test_only_what_awaits_is_a_coroutine() -> None:
    namespace: dict[str, Any] = {"x": 1}
    awaiting = compile_text("y = 1\nawait x", "<cell 1>")
    assert not is_coroutine(awaiting.body)
    assert is_coroutine(awaiting.last)
    assert not is_coroutine(compile_text("import asyncio", "<cell 2>").body)
    coroutine = eval(awaiting.last, namespace)
    coroutine.close()


def test_what_needs_a_function_is_refused_outside_of_one() -> None:
    with pytest.raises(SyntaxError, match="outside"):
        SourceCache().compile("yield 1")

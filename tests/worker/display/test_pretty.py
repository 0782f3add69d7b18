"""Values print as IPython prints them: any value, any layout, and under any Python that a worker may have."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter, OrderedDict, UserList, defaultdict, deque
from io import StringIO
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import IPython.lib.pretty as theirs
import pytest
import sample_prints
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import beep_jupyter.worker
from beep_jupyter.worker.display import pretty as ours
from beep_jupyter.worker.display.pretty_layout import Layout
from tests.interpreters import SUPPORTED, Interpreter

FOLDER = Path(beep_jupyter.worker.__file__).parent
PRINT_TABLE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import sample_prints
print(json.dumps(sample_prints.printed(sys.argv[2])))
"""
PYTHONS_AFFAIR = {"functions", "flags", "other callables"}  # what these say of themselves differs from one to the next
ADDRESS = re.compile(r"0x[0-9a-f]+")


class List(list[Any]):
    __hash__ = object.__hash__  # type: ignore[assignment]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.binary(max_size=30),
    st.sampled_from([int, len, sample_prints.Own(), sample_prints.ManyLines(), ValueError, List]),
)
keys = st.one_of(st.integers(), st.text(max_size=30), st.tuples(st.text(max_size=40), st.text(max_size=40)))


def containers(inner: Any) -> Any:
    lists = st.lists(inner, max_size=6)
    dicts = st.dictionaries(keys, inner, max_size=5)
    names = st.dictionaries(st.text("abc_", min_size=1, max_size=15), inner, max_size=4)
    return st.one_of(
        lists,
        lists.map(tuple),
        lists.map(List),
        lists.map(UserList),
        lists.map(lambda items: ValueError(*items)),
        st.builds(deque, lists, st.sampled_from([None, 3])),
        dicts,
        dicts.map(OrderedDict),
        dicts.map(MappingProxyType),
        dicts.map(lambda items: defaultdict(list, items)),
        names.map(lambda items: SimpleNamespace(**items)),
        st.sets(keys, max_size=6),
        st.frozensets(keys, max_size=6),
        st.lists(keys, max_size=8).map(Counter),
        lists.map(lambda items: {List([item]) for item in items}),
    )


values = st.recursive(scalars, containers, max_leaves=30)
commands = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.text("x", max_size=9)),
        st.tuples(st.just("breakable"), st.sampled_from([" ", "", ", "])),
        st.tuples(st.just("break_")),
        st.tuples(st.just("begin_group"), st.integers(0, 4), st.sampled_from(["", "[", "Name("])),
        st.tuples(st.just("end_group"), st.sampled_from(["", "]"])),
    ),
    max_size=60,
)


def played(printer: Any, commands: list[Any]) -> None:
    indents: list[int] = []
    for name, *arguments in commands:
        if name == "begin_group":
            indents.append(arguments[0])
        if name == "end_group":
            if not indents:
                continue
            arguments = [indents.pop(), *arguments]
        getattr(printer, name)(*arguments)
    while indents:
        printer.end_group(indents.pop(), "}")
    printer.flush()


def check_value(value: Any, width: int, most: int) -> None:
    expected = theirs.pretty(value, max_width=width, max_seq_length=most)
    assert ours.pretty(value, max_width=width, max_seq_length=most) == expected


def check_commands(commands: list[Any], width: int) -> None:
    written = StringIO()
    played(theirs.PrettyPrinter(written, width), commands)
    layout = Layout(width)
    played(layout, commands)
    assert layout.getvalue() == written.getvalue()


sampled = settings(max_examples=300, database=None, deadline=None, suppress_health_check=list(HealthCheck))
at_length = settings(sampled, max_examples=30_000)
given_values = given(values, st.sampled_from([79, 79, 40, 10]), st.sampled_from([1000, 1000, 3, 0]))
given_commands = given(commands, st.sampled_from([40, 20, 5]))


@seed(5)
@sampled
@given_values
def test_values_print_as_in_ipython(value: Any, width: int, most: int) -> None:
    check_value(value, width, most)


@seed(5)
@sampled
@given_commands
def test_lines_break_as_in_ipython(commands: list[Any], width: int) -> None:
    check_commands(commands, width)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@at_length
@given_values
def test_many_values_print_as_in_ipython(value: Any, width: int, most: int) -> None:
    check_value(value, width, most)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@at_length
@given_commands
def test_many_lines_break_as_in_ipython(commands: list[Any], width: int) -> None:
    check_commands(commands, width)


@pytest.mark.parametrize("name", sample_prints.TABLE)
def test_picked_values_print_as_in_ipython(name: str) -> None:
    value = sample_prints.TABLE[name]
    assert ours.pretty(value) == theirs.pretty(value)


@pytest.mark.parametrize("interpreter", SUPPORTED, ids=lambda interpreter: interpreter.version)
def test_values_print_alike_in_every_python(interpreter: Interpreter) -> None:
    command = [str(interpreter.path), "-I", "-S", "-c", PRINT_TABLE, str(Path(__file__).parent), str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    for name, value in sample_prints.TABLE.items():
        if name not in PYTHONS_AFFAIR:
            assert ADDRESS.sub("ADDRESS", printed[name]) == ADDRESS.sub("ADDRESS", ours.pretty(value))

"""Values that go there and back are the same, value for value and type for type, whichever way and on every Python."""

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import re
import uuid
from collections import OrderedDict
from typing import Any

import pytest

from beep_jupyter.backends.handle import Handle
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import TransferError
from tests.worker.values.sample_values import EXAMPLES, is_same

from .places import Place

PLAIN: dict[str, Any] = {
    "None": None,
    "True": True,
    "a small int": -(2**53),
    "a finite float": 5e-324,
    "minus zero": -0.0,
    "an empty text": "",
    "a text of many scripts": "aé漢🐍\x00\u2028",
    "an empty list": [],
    "an empty dict": {},
    "nested": {"a": [{"b": [[], {}, None]}]},
}
MIXED: dict[str, Any] = {
    "nan inside": [float("nan"), {"deep": (float("inf"), {1: frozenset({b"x"})})}],
    "many buffers": [bytes([number]) * number for number in range(60)],
    "an empty buffer between": [b"a", b"", bytearray(), b"b"],
    "deep": [[[[[[[[[["bottom"]]]]]]]]]],
    "five megabytes": bytes(range(256)) * 20_000,
    "a long list of floats": [number / 7 for number in range(20_000)],
    "a key that begins with $": {"$type": "dict", "value": [], "$": {"$type": 1}},
}
VALUES = EXAMPLES | PLAIN | MIXED

IMPORTS = """
import datetime, decimal, fractions, pathlib, uuid
from collections import OrderedDict
"""
CODE = [
    "2 ** 100",
    "-(2 ** 53) - 1",
    "float('nan'), float('-inf'), -0.0",
    "complex(-0.0, float('inf'))",
    "b'\\x00' * 100_000",
    "bytearray(b'own')",
    "[1, (2, [3, {4, 5}])]",
    "{1: 'one', None: 'none', (1, 2): [frozenset({3})]}",
    "range(0, 2 ** 60, 3), slice(None, 2), ...",
    "decimal.Decimal('-0.00'), decimal.Decimal('NaN')",
    "fractions.Fraction(-2 ** 70, 3)",
    "datetime.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=datetime.timezone.utc)",
    "datetime.timedelta(microseconds=-1), datetime.date.max, datetime.time(1, 2, 3, 4)",
    "uuid.UUID(int=7), pathlib.PurePosixPath('/a/../b')",
    "OrderedDict([('b', 1), ('a', 2)])",
    "'\\ud800 alone'",
    "{'$type': 'int', 'value': '0x1'}",
]
NAMES = {
    "datetime": datetime,
    "decimal": decimal,
    "fractions": fractions,
    "pathlib": pathlib,
    "uuid": uuid,
    "OrderedDict": OrderedDict,
}
NEEDS_39 = ("time", "datetime", "ZoneInfo")  # with zones by name; `zoneinfo` came with Python 3.9


@pytest.mark.parametrize("name", VALUES)
def test_what_was_put_is_got(session: Session, place: Place, name: str) -> None:
    value = VALUES[name]
    if name in NEEDS_39 and place.interpreter.pair == (3, 8):
        with pytest.raises(TransferError, match="zoneinfo"):
            session.put(x=value)
        return
    session.put(x=value)
    assert is_same(session.get("x"), value)
    kind = session.evaluate("type(x).__name__")
    assert kind == type(value).__name__


@pytest.mark.parametrize("code", CODE)
def test_what_was_made_there_equals_what_is_made_here(session: Session, code: str) -> None:
    session.evaluate(IMPORTS)
    assert is_same(session.evaluate(code), eval(code, dict(NAMES)))


def test_every_way_out_brings_the_same(session: Session) -> None:
    for value in (EXAMPLES["dict"], EXAMPLES["Decimal"], MIXED["many buffers"]):
        session.put(x=value)
        execution = session.execute("y = x\nx", outputs=["x", "y"])
        ways = [session.get("x"), session.evaluate("x"), execution.result, execution.values["x"], execution.values["y"]]
        assert all(is_same(value, brought) for brought in ways)


def test_every_way_in_takes_the_same(session: Session) -> None:
    for value in (EXAMPLES["set"], EXAMPLES["Fraction"], MIXED["many buffers"]):
        assert is_same(session.evaluate("given", locals={"given": value}), value)
        assert is_same(session.execute("given", inputs={"given": value}).result, value)
        holder = session.create("types", "SimpleNamespace", first=[value])
        session.setattr(holder, "second", value)
        assert is_same(session.getattr(holder, "first"), [value])
        assert is_same(session.getattr(holder, "second"), value)


def test_several_values_of_one_message_share_their_buffers_without_mixing_them_up(session: Session) -> None:
    values = {name: [bytes([number]) * 1000, bytearray([number])] for number, name in enumerate("abcdef")}
    session.put(**values)
    brought = session.execute("1", outputs=list(values)).values
    assert is_same(brought, values)
    assert session.evaluate("a[0] + f[0]", locals={"a": values["f"], "f": values["a"]}) == b"\5" * 1000 + b"\0" * 1000


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("object()", "no codec|not travel|type"),
        ("import collections\ncollections.namedtuple('Point', 'x y')(1, 2)", "Point"),
        ("loop = []\nloop.append(loop)\nloop", "contains itself"),
        ("deep = []\nfor _ in range(300):\n    deep = [deep]\ndeep", "nested more than 200 deep"),
        ("[1, 2, open]", "builtin_function_or_method"),
        ("import enum\nclass Few(enum.IntEnum):\n    ONE = 1\nFew.ONE", "Few"),
    ],
)
def test_what_cannot_travel_stays_as_one_handle_with_its_reason(session: Session, code: str, reason: str) -> None:
    handle = session.evaluate(code)
    assert isinstance(handle, Handle)
    assert handle.reason
    assert re.search(reason, handle.reason), handle.reason


@pytest.mark.parametrize("value", [object(), [1, {2: open}], type("Own", (int,), {})(5)])
def test_what_cannot_be_sent_is_refused_here_and_nothing_runs(session: Session, value: Any) -> None:
    session.evaluate("count = 0")
    with pytest.raises(TransferError, match="cannot be sent to backend"):
        session.execute("count += 1", inputs={"given": value})
    with pytest.raises(TransferError, match="'given' cannot be sent"):
        session.put(given=value)
    assert session.evaluate("count") == 0

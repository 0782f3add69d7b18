"""What is told of the object at a cursor. A `|` in a text is the cursor."""

from __future__ import annotations

from typing import Any

import pytest

from beep_jupyter.worker.commands.inspection import InspectionCommands
from beep_jupyter.worker.commands.outward import Outward
from beep_jupyter.worker.commands.request import Request

CODE = '''
import math
class Point:
    """A place."""
    def __init__(self, x, y=0):
        self.x = x
    @property
    def danger(self):
        """Better not."""
        raise RuntimeError("a property ran")
    def move(self, step, *, slowly=False):
        """Goes somewhere.

        Far away."""
    @classmethod
    def origin(cls, n=0):
        pass
    @staticmethod
    def distance(a, b):
        pass
class Silent:
    @property
    def __doc__(self):
        raise RuntimeError("no words")
    def __repr__(self):
        raise RuntimeError("no picture")
point = Point(1)
points = [point]
silent = Silent()
function = point.move
'''


@pytest.fixture(scope="module")
def namespace() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "somewhere"}
    exec(CODE, names)
    return names


def told(marked: str, namespace: dict[str, Any]) -> str | None:
    """The text for a cursor, or None where nothing is found."""
    text, _, rest = marked.partition("|")
    header = {"fields": {"code": text + rest, "cursor": len(text)}}
    request = Request(header, (), lambda output: None, lambda prompt, is_password: None)
    fields, buffers = InspectionCommands(namespace, Outward()).do_inspect(request)
    assert buffers == []
    assert set(fields) == {"found", "data"}
    assert fields["found"] is bool(fields["data"])
    found: str | None = fields["data"].get("text/plain")
    return found


MOVE = "Signature: move(step, *, slowly=False)\nDocstring:\nGoes somewhere.\n\nFar away.\nType:      method"


@pytest.mark.parametrize(
    "marked",
    [
        "point.move|",
        "point.mo|ve",
        "point.|move",
        "point.move(|",
        "point.move(1, |",
        "point.move(undefined|",
        "point.move('a text|",
        "points[0].move(|",
        "x = [point.move(|",
    ],
)
def test_a_method_is_told_by_signature_docstring_and_type(namespace: dict[str, Any], marked: str) -> None:
    assert told(marked, namespace) == MOVE


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("Point|", "Init signature: Point(x, y=0)\nDocstring: A place.\nType:      type"),
        ("Point(|", "Init signature: Point(x, y=0)\nDocstring: A place.\nType:      type"),
        ("Point.origin|", "Signature: origin(n=0)\nDocstring: <no docstring>\nType:      method"),
        ("point.origin|", "Signature: origin(n=0)\nDocstring: <no docstring>\nType:      method"),
        ("point.distance|", "Signature: distance(a, b)\nDocstring: <no docstring>\nType:      function"),
        ("point.danger|", "Type:      property\nDocstring: Better not."),
        ("'abc'.upper|", "Docstring: Return a copy of the string converted to uppercase."),
        ("math.sqrt|", "Signature: sqrt(x, /)\nDocstring: Return the square root of x."),
        ("points|", "String form: [<somewhere.Point object at"),
        ("silent|", "Type:      somewhere.Silent\nString form: <repr failed: RuntimeError>\n"),
        ("math|", "Docstring:\nThis module provides access to the mathematical functions"),
        ("len|", "Signature: len(obj, /)\n"),
        ("None|", "String form: None\n"),
    ],
)
def test_what_is_told(namespace: dict[str, Any], marked: str, text: str) -> None:
    found = told(marked, namespace)
    assert found is not None
    assert text in found


@pytest.mark.parametrize(
    "marked", ["", "|", "nowhere|", "point.nowhere|", "# point|", "for|", "1 + |", "'point|", "point.danger.x|"]
)
def test_what_is_not_known_is_not_found(namespace: dict[str, Any], marked: str) -> None:
    assert told(marked, namespace) is None


def test_the_file_of_what_has_one_is_told(namespace: dict[str, Any]) -> None:
    import json

    assert f"File:      {json.__file__}" in (told("json|", {"json": json}) or "")

"""Completion and inspection over a pipe, in the oldest and the newest Python."""

from __future__ import annotations

from beep_jupyter.backends.backend import Backend
from beep_jupyter.models import Completion, Inspection

CODE = '''
class Point:
    """A place."""
    def __init__(self, x):
        self.x = x
    @property
    def danger(self):
        global ran
        ran = True
    def move(self, step=1):
        """Goes on."""
point = Point(1)
data = {"alpha": point}
ran = False
'''


def test_names_attributes_keys_and_modules_are_completed(backend: Backend) -> None:
    backend.evaluate(CODE)
    assert backend.complete("x = poi") == Completion(["point"], 4, 7)
    assert backend.complete("point.") == Completion(["danger", "move", "x"], 6, 6)
    assert backend.complete("point.danger.").matches == []
    assert backend.complete("data['alpha'].mo").matches == ["move"]
    assert backend.complete("data['al").matches == ["alpha']"]
    assert backend.complete("point.move(ste").matches == ["step="]
    assert backend.complete("from xml.etree import ElementT").matches == ["ElementTree"]
    assert backend.complete("import xml.et").matches == ["etree"]
    assert backend.evaluate("ran") is False


def test_a_cursor_counts_characters(backend: Backend) -> None:
    assert backend.complete("'🐍é'; pri + 1", 9) == Completion(["print"], 6, 9)
    assert backend.complete("pri; print", 3) == Completion(["print"], 0, 3)


def test_an_object_is_inspected(backend: Backend) -> None:
    backend.evaluate(CODE)
    text = "Signature: move(step=1)\nDocstring: Goes on.\nType:      method"
    assert backend.inspect("point.move(1)", 9) == Inspection(True, {"text/plain": text})
    assert backend.inspect("point.move(").data == {"text/plain": text}
    assert backend.inspect("nowhere") == Inspection(False, {})
    assert "Docstring: A place." in backend.inspect("Point").data["text/plain"]
    assert backend.evaluate("point.danger, ran")[1] is True

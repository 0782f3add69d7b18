from __future__ import annotations

from typing import Any

from beep_jupyter.magics.keeping import Kept


def shown(text: str, kind: str = "display_data", display_id: str = "") -> dict[str, Any]:
    named = {"transient": {"display_id": display_id}} if display_id else {}
    return {"output_type": kind, "data": {"text/plain": text}, "metadata": {}, **named}


def texts(*outputs: dict[str, Any]) -> list[str]:
    kept = Kept()
    for output in outputs:
        kept.add(output)
    return [output["data"]["text/plain"] for output in kept.outputs]


def test_an_update_changes_its_display_and_no_other() -> None:
    assert texts(shown("a", display_id="1"), shown("b"), shown("c", "update_display_data", "1")) == ["c", "b"]
    assert texts(shown("a"), shown("c", "update_display_data", "1")) == ["a"]


def test_clearing_empties_at_once_or_when_the_next_one_comes() -> None:
    clear, wait = {"output_type": "clear_output", "wait": False}, {"output_type": "clear_output", "wait": True}
    assert texts(shown("a"), clear) == []
    assert texts(shown("a"), wait) == ["a"]
    assert texts(shown("a"), wait, shown("b"), shown("c")) == ["b", "c"]
    assert texts(shown("a"), wait, clear, shown("b")) == ["b"]

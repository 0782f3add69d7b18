"""The bytes of the pipe stay what they are: scripted conversations against golden transcripts.

A change of the wire shows here first. Where it is meant, `BEEP_WRITE_TRANSCRIPTS=1 pytest …/test_transcripts.py` writes
them anew, and the diff is to be read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.interpreters import SUPPORTED

from .auth_census import token_of
from .conftest import Environments, Start
from .transcript import converse

FOLDER = Path(__file__).parent / "transcripts"
PINNED = next((found for found in SUPPORTED if found.pair == (3, 11)), None)  # tracebacks differ between Pythons


@pytest.mark.skipif(PINNED is None, reason="the transcripts were made with Python 3.11")
@pytest.mark.parametrize("plane", ["session", "control"])
def test_the_conversation_is_the_golden_one(start: Start, environments: Environments, plane: str) -> None:
    assert PINNED is not None
    with start("pipe", environments.of(PINNED), name="golden") as backend:
        script = json.loads((FOLDER / f"{plane}.json").read_text())
        heard = converse(backend.address, token_of(backend), plane, script)
    golden = FOLDER / f"{plane}.txt"
    if os.environ.get("BEEP_WRITE_TRANSCRIPTS"):
        golden.write_text(heard)
    assert heard.splitlines() == golden.read_text().splitlines()

"""Where the suite runs: kinds of backend, and the Pythons of this machine."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.interpreters import NEWEST, OLDEST, SUPPORTED, Interpreter

KINDS = ("pipe", "http", "grpc")
HOST = Interpreter("host", Path(sys.executable))


@dataclass(frozen=True)
class Place:
    """A kind of backend whose worker runs in one interpreter."""

    kind: str
    interpreter: Interpreter

    @property
    def name(self) -> str:
        """What the backend there is called."""
        return f"{self.kind}-{self.interpreter.version}"


def _param(place: Place) -> Any:
    is_edge = place.interpreter in (OLDEST, NEWEST)
    return pytest.param(place, id=place.name, marks=() if is_edge else pytest.mark.campaign)


EVERYWHERE = [_param(Place(kind, interpreter)) for kind in KINDS for interpreter in SUPPORTED]
ON_HOST = [pytest.param(Place(kind, HOST), id=kind) for kind in KINDS]

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


# Every kind and both ends of the range of Pythons, in as few pairs as hold them: the transports carry the same frames
# to the same worker. The campaign goes everywhere.
_DEFAULT = {("pipe", OLDEST), ("pipe", NEWEST), ("http", NEWEST), ("grpc", OLDEST)}


def _param(place: Place) -> Any:
    is_default = (place.kind, place.interpreter) in _DEFAULT
    return pytest.param(place, id=place.name, marks=() if is_default else pytest.mark.campaign)


EVERYWHERE = [_param(Place(kind, interpreter)) for kind in KINDS for interpreter in SUPPORTED]
ON_HOST = [pytest.param(Place(kind, HOST), id=kind) for kind in KINDS]

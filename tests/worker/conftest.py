"""Real backends, for what code in a session does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from beep_jupyter.backends.backend import Backend
from beep_jupyter.magics.transforming import transformed
from beep_jupyter.models import Execution
from tests.backends.conftest import backend, every_backend, host_backend, python, registry, shared, start

__all__ = ["backend", "every_backend", "host_backend", "python", "registry", "shared", "start"]

RunCell = Callable[..., Execution]


@pytest.fixture
def cell(backend: Backend) -> RunCell:
    """Runs a notebook's cell in the oldest and in the newest supported Python, numbered from 1 on."""
    count = 0

    def run(source: str, **options: object) -> Execution:
        nonlocal count
        count += 1
        return backend.execute(transformed(source), cell=count, check=False, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def printed(cell: RunCell) -> Callable[[str], str]:
    """Runs a cell and returns what it prints, with the text of its result behind that."""

    def run(source: str) -> str:
        execution = cell(source)
        assert execution.error is None, execution.error
        shown = (each.get("text") or each.get("data", {}).get("text/plain", "") for each in execution.outputs)
        return "".join(shown).replace("\r\n", "\n")

    return run
